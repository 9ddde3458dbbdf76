"""Reads a query as Prometheus would, and says which labels its answer has: a name that no worker shows is an error."""

from collections.abc import Mapping
from typing import Any

from promql_parser import (
    AggModifierType,
    AggregateExpr,
    BinaryExpr,
    Call,
    LabelModifierType,
    MatchOp,
    MatrixSelector,
    NumberLiteral,
    ParenExpr,
    StringLiteral,
    SubqueryExpr,
    UnaryExpr,
    VectorSelector,
    parse,
)

from tests.deploy.series import Labels


class Unknown(Exception):
    """A metric, a label or a label's value that is not in the catalogue."""


def labels_of(query: str, series: Mapping[str, Labels]) -> Labels:
    return _labels(parse(query.replace("$__rate_interval", "1m")), series)


def _labels(expression: Any, series: Mapping[str, Labels]) -> Labels:
    match expression:
        case VectorSelector():
            return _selected(expression, series)
        case MatrixSelector():
            return _selected(expression.vector_selector, series)
        case ParenExpr() | SubqueryExpr() | UnaryExpr():
            return _labels(expression.expr, series)
        case AggregateExpr():
            return _aggregated(expression, series)
        case Call():
            return _called(expression, series)
        case BinaryExpr():
            return _joined(expression, series)
        case NumberLiteral() | StringLiteral():
            return {}
    raise AssertionError(f"{expression} is of a kind that these tests do not know yet")


def _selected(selector: Any, series: Mapping[str, Labels]) -> Labels:
    if selector.name not in series:
        raise Unknown(f"no worker shows {selector.name}")
    labels = series[selector.name]
    for matcher in selector.matchers.matchers:
        _known((matcher.name,), labels, selector.name)
        allowed = labels[matcher.name]
        values = matcher.value.split("|") if matcher.op in (MatchOp.Re, MatchOp.NotRe) else [matcher.value]
        for value in values:
            if allowed and value not in allowed:
                raise Unknown(f"{matcher.name} of {selector.name} is never {value}")
    return labels


def _aggregated(aggregate: AggregateExpr, series: Mapping[str, Labels]) -> Labels:
    inner = _labels(aggregate.expr, series)
    if aggregate.modifier is None:
        return {}
    names = aggregate.modifier.labels
    _known(names, inner, aggregate.prettify())
    by = aggregate.modifier.type == AggModifierType.By
    return {name: values for name, values in inner.items() if (name in names) == by}


def _called(call: Call, series: Mapping[str, Labels]) -> Labels:
    arguments = [_labels(argument, series) for argument in call.args]
    match call.func.name:
        case "histogram_quantile":
            _known(("le",), arguments[1], call.prettify())
            return {name: values for name, values in arguments[1].items() if name != "le"}
        case "absent" | "vector":
            return {}
    return next((labels for labels in arguments if labels), {})


def _joined(binary: BinaryExpr, series: Mapping[str, Labels]) -> Labels:
    left, right = _labels(binary.lhs, series), _labels(binary.rhs, series)
    matching = binary.modifier.matching if binary.modifier else None
    if matching is not None:
        _known(matching.labels, left, binary.prettify())
        _known(matching.labels, right, binary.prettify())
        assert matching.type == LabelModifierType.Include, "say `on`: what is ignored grows with every label that is added"
    elif left and right and set(left) != set(right) and str(binary.op) != "or":
        raise Unknown(f"the two sides never meet: {sorted(left)} and {sorted(right)} in {binary.prettify()}")
    return left or right


def _known(names: Any, labels: Labels, where: str) -> None:
    for name in names:
        if name not in labels:
            raise Unknown(f"{where} has no label {name}")
