"""A panel, as far as ours differ from one another."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True)
class Query:
    expression: str
    legend: str


@dataclass(frozen=True)
class Panel:
    title: str
    question: str
    """What somebody asks who looks at it; the panel's description."""
    queries: tuple[Query, ...]
    unit: str = "short"
    """As Grafana names units."""
    kind: Literal["graph", "figure", "bars", "words"] = "graph"
    """A figure is the last value, large; bars compare the last values; words are the legends of what is not 0."""
    limits: tuple[tuple[float, str], ...] = ()
    """Colours of a value from each number on, the first also below it; in a graph a dashed line at each of the others."""
    colours: Mapping[str, str] = field(default_factory=dict)
    """By legend, where a colour has a meaning."""
    lowest: float | None = 0
    """Where the axis begins; None: where the values do."""
    highest: float | None = None
    width: int = 8
    """Of 24."""
    height: int = 7


@dataclass(frozen=True)
class Row:
    title: str
    panels: tuple[Panel, ...]


def quantiles(metric: str, by: str, *wanted: float, within: str = "$__rate_interval") -> tuple[Query, ...]:
    """`by`: labels with commas between, each of which the legend has; `within`: longer where little is measured."""
    labels = [label.strip() for label in by.split(",") if label]
    named = [f"{{{{{label}}}}}" for label in labels]
    return tuple(
        Query(
            f"histogram_quantile({quantile}, sum by ({', '.join([*labels, 'le'])}) (rate({metric}_bucket[{within}])))",
            " ".join([*named, f"p{quantile * 100:g}"] if len(wanted) > 1 else named),
        )
        for quantile in wanted
    )
