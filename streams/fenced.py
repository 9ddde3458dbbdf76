"""Metrics whose label values come from closed lists: whatever the world sends, the number of series is known beforehand."""

from collections.abc import Collection, Mapping
from itertools import product
from typing import Generic, TypeVar

from msgspec import Struct
from prometheus_client import CollectorRegistry, Counter, Gauge

from streams.histogram import Histogram

OTHER = "other"
"""What a value that is in no list is counted as."""

NAMESPACE = "throughline"

M = TypeVar("M", Counter, Gauge, Histogram)
Values = tuple[str, ...]
V = TypeVar("V", bound=Values)


class Described(Struct, frozen=True):
    """A metric as the catalogue has it. `name` is what a query asks for; a histogram's has `_bucket`, `_sum`, `_count` behind it."""

    name: str
    kind: str
    unit: str
    labels: tuple[str, ...]
    help: str


class Fenced(Generic[M]):
    """A metric with labels; `labels(channel="chat")` gives the child to count with, and is cheap."""

    def __init__(self, metric: M, names: tuple[str, ...], lists: Mapping[str, Collection[str]], *, announced: bool) -> None:
        """`announced`: every combination is there from the start with 0, so that its first increase is seen as one."""
        self._metric: M = metric
        self._names = names
        self._allowed = tuple(lists[name] for name in names)
        self._children: dict[Values, M] = {}
        self._announced = tuple(product(*self._allowed)) if announced else ()
        for values in self._announced:
            self._child(values)

    def labels(self, **given: str) -> M:
        if len(given) != len(self._names):
            raise TypeError(f"takes the labels {', '.join(self._names)}")
        values = tuple([given[name] for name in self._names])
        return self._children.get(values) or self._child(self._fence(values))

    @property
    def most_series(self) -> int:
        """How many label sets there can ever be."""
        most = 1
        for allowed in self._allowed:
            most *= len(allowed) + 1
        return most

    def _fence(self, values: Values) -> Values:
        return tuple(value if value in allowed else OTHER for value, allowed in zip(values, self._allowed, strict=True))

    def _child(self, values: Values) -> M:
        child = self._children.get(values)
        if child is None:
            child = self._children[values] = self._metric.labels(*values)
        return child


class FencedGauge(Fenced[Gauge]):
    def show(self, now: Mapping[V, float]) -> None:
        """`now`, by label values in the catalogue's order, is all there is: the others fall to 0, or go where none was announced."""
        totals: dict[Values, float] = dict.fromkeys(self._announced, 0.0)
        for values, value in now.items():
            fenced: Values = self._fence(values)
            totals[fenced] = totals.get(fenced, 0.0) + value
        for gone in self._children.keys() - totals.keys():
            del self._children[gone]
            self._metric.remove(*gone)
        for fenced, total in totals.items():
            self._child(fenced).set(total)


class Drafting:
    """Makes the metrics of one registry and remembers how each is described."""

    def __init__(self, registry: CollectorRegistry, lists: Mapping[str, Collection[str]]) -> None:
        self._registry = registry
        self._lists = lists
        self.catalogue: list[Described] = []

    def counter(self, name: str, text: str, *labels: str) -> Fenced[Counter]:
        return Fenced(self._counter(name, text, labels), labels, self._lists, announced=True)

    def plain_counter(self, name: str, text: str) -> Counter:
        return self._counter(name, text, ())

    def gauge(self, name: str, text: str, *labels: str, unit: str = "", announced: bool = False) -> FencedGauge:
        return FencedGauge(self._gauge(name, text, labels, unit), labels, self._lists, announced=announced)

    def plain_gauge(self, name: str, text: str, *, unit: str = "") -> Gauge:
        return self._gauge(name, text, (), unit)

    def info(self, name: str, text: str, **said: str) -> None:
        """A gauge that is always 1 and tells by its labels; they are said once, so they need no fence."""
        self._gauge(f"{name}_info", text, tuple(said), "").labels(**said).set(1)

    def histogram(self, name: str, text: str, *labels: str, buckets: tuple[float, ...]) -> Fenced[Histogram]:
        return Fenced(self._histogram(name, text, labels, buckets), labels, self._lists, announced=False)

    def plain_histogram(self, name: str, text: str, *, buckets: tuple[float, ...]) -> Histogram:
        return self._histogram(name, text, (), buckets)

    def _counter(self, name: str, text: str, labels: Values) -> Counter:
        self._describe(f"{name}_total", "counter", "", labels, text)
        return Counter(name, text, labels, namespace=NAMESPACE, registry=self._registry)

    def _gauge(self, name: str, text: str, labels: Values, unit: str) -> Gauge:
        self._describe(f"{name}_{unit}" if unit else name, "gauge", unit, labels, text)
        return Gauge(name, text, labels, namespace=NAMESPACE, unit=unit, registry=self._registry)

    def _histogram(self, name: str, text: str, labels: Values, buckets: tuple[float, ...]) -> Histogram:
        self._describe(f"{name}_seconds", "histogram", "seconds", labels, text)
        return Histogram(name, text, labels, namespace=NAMESPACE, unit="seconds", buckets=buckets, registry=self._registry)

    def _describe(self, name: str, kind: str, unit: str, labels: Values, text: str) -> None:
        self.catalogue.append(Described(f"{NAMESPACE}_{name}", kind, unit, labels, text))


Lists = Mapping[str, Collection[str]]
"""By label name, the values it may have."""
