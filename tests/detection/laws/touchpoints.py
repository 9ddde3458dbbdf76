"""Touchpoints of every type, made from the models' own fields and a small pool of values for each: few, so that they meet."""

from functools import cache
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

from hypothesis import strategies as st

from schemas.defined import model_of
from schemas.instant import HOUR, MINUTE, format_instant
from schemas.touchpoint import TouchpointData
from schemas.touchpoints.customer import CustomerErased, CustomerUpdated
from streams.detection.detector import Detector
from streams.detection.detectors import DETECTORS

ORIGIN = 1_767_225_600_000  # 2026-01-01T00:00Z

_NOW, _SOON, _LATER, _LONG_AGO = (format_instant(ORIGIN + after) for after in (0, 5 * MINUTE, 90 * MINUTE, -HOUR))

POOLS: dict[str, list[Any]] = {
    "conversation_id": ["A", "A", "B"],
    "theme": [None, None, "billing"],
    "about": [None, None, None, "order-1"],
    "priority": [None, None, "high"],
    "due_at": [None, None, _SOON, _LATER, _LONG_AGO],
    "ConversationOpened.by": ["customer", "customer", "agent"],
    "MessageSent.author": ["customer", "customer", "agent", "agent", "bot", "system"],
    "internal": [False, False, False, True],
    "asks": [()],
    "gives": [()],
    "to": ["agent", "bot"],
    "with_context": [True],
    "queue": ["support"],
    "Entity.kind": ["product"],
    "Entity.id": ["p-1"],
    "attribute": ["price", "price", "price", "price", "eta"],
    "ClaimMade.value": ["100", "100", "100.01", "100.02", 120, 110, _SOON, _LATER],
    "unit": [None, None, None, None, "EUR"],
    "tax": [None],
    "segment": [None],
    "Terms.quantity": [None],
    "valid_from": [None, None, None, None, _NOW, _SOON, _LATER],
    "valid_until": [None, None, None, None, _SOON, _LATER],
    "version": [None, None, 1, 2],
    "cart_id": ["k-1", "k-1", "k-2"],
    "OrderPlaced.cart_id": ["k-1", "k-2", None],
    "sku": ["s-1"],
    "CartItem.quantity": ["1", "1", "1", "0"],
    "unit_price": ["9.90"],
    "total": ["9.90"],
    "currency": ["EUR"],
    "step": [None],
    "code": [None],
    "order_id": ["o-1"],
    "lines": [()],
    "form_id": ["f-1"],
    "metric": ["csat"],
    "score": ["2"],
    "low": ["1"],
    "high": ["5"],
    "pillar": [None],
    "tier": [None, "gold", "basic"],
    "CustomerUpdated.value": [None, "10", "5000"],
    "consents": [None, {"email": False}],
    "invoice_id": ["i-1"],
    "promise_id": ["pr-1"],
    "PromiseMade.due_at": [_SOON],
    "campaign": [None],
    "anonymous_id": ["a-1"],
    "confidence": ["0.9"],
}
"""By field, or by model and field where one name has two meanings; what stands more than once comes more often."""


class NoPool(LookupError):
    """Nothing says which values a field may take: give it a pool."""


def _values(model: type[TouchpointData], name: str, annotation: Any) -> st.SearchStrategy[Any]:
    for pool in (f"{model.__name__}.{name}", name):
        if pool in POOLS:
            return st.sampled_from(POOLS[pool])
    return _by_type(f"{model.__name__}.{name}", annotation)


def _by_type(field: str, annotation: Any) -> st.SearchStrategy[Any]:
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return st.sampled_from(parts)
    if origin in (Union, UnionType):
        return st.one_of([st.none() if part is type(None) else _by_type(field, part) for part in parts])
    if origin is tuple:
        return st.lists(_by_type(field, parts[0]), max_size=1).map(tuple)
    if annotation is bool:
        return st.booleans()
    if isinstance(annotation, type) and issubclass(annotation, TouchpointData):
        return _fields(annotation)
    raise NoPool(f"{field} ({annotation}) has no pool of values")


def _fields(model: type[TouchpointData]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({name: _values(model, name, field.annotation) for name, field in model_of(model).model_fields.items()})


@cache
def touchpoints_of(model: type[TouchpointData]) -> st.SearchStrategy[TouchpointData]:
    return _fields(model).map(model.of)


def handled() -> list[type[TouchpointData]]:
    """Every type that any detector handles, and those that the core itself minds."""
    models: set[type[TouchpointData]] = {CustomerUpdated, CustomerErased}
    models.update(*(detector.handles for detector in DETECTORS.values()))
    return sorted(models, key=lambda model: model.TYPE)


def _one_of(detector: type[Detector[Any]]) -> st.SearchStrategy[TouchpointData]:
    return st.sampled_from(sorted(detector.handles, key=lambda model: model.TYPE)).flatmap(touchpoints_of)


def mixtures(*, erased: bool = True) -> list[st.SearchStrategy[TouchpointData]]:
    """Touchpoints that concern one detector, for each of them, and such as concern any; the customer's own among them all."""
    own = [touchpoints_of(CustomerUpdated), *([touchpoints_of(CustomerErased)] if erased else [])]
    each = [_one_of(detector) for detector in DETECTORS.values()]
    few = 6 * len(each)
    return [st.one_of([*each * 6, *own]), *(st.one_of([*[one] * few, *own]) for one in each)]
