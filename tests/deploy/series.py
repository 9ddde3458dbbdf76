"""Every series that Prometheus can hold of a worker, and with which labels: taken from what a worker really shows."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from streams.detection.detectors import load
from streams.fenced import OTHER, Fenced
from streams.metrics import Metrics, label_values
from streams.policy_file import load_policy

REPOSITORY = Path(__file__).parents[2]
POLICY = load_policy(REPOSITORY / "deploy" / "policy.yaml")
DETECTORS = load(POLICY)

ANY: frozenset[str] = frozenset()
"""Of a label: its values are not known beforehand."""
Labels = Mapping[str, frozenset[str]]
TARGET: Labels = MappingProxyType({"job": frozenset({"throughline", "prometheus"}), "instance": ANY})
"""What Prometheus adds to everything that it scrapes."""


@cache
def shown() -> Mapping[str, Labels]:
    """By series name, its labels and each one's values."""
    lists = label_values(POLICY, [detector.name for detector in DETECTORS], [clock for detector in DETECTORS for clock in detector.clocks])
    registry = CollectorRegistry()
    metrics = Metrics(registry, POLICY, lists["detector"], lists["clock"])
    for metric in vars(metrics).values():
        if isinstance(metric, Fenced):  # one of each label set is enough to be shown
            metric.labels(**{name: next(iter(lists[name])) for name in metric._names})
    found: dict[str, dict[str, frozenset[str]]] = {"up": dict(TARGET)}
    for family in text_string_to_metric_families(generate_latest(registry).decode()):
        for sample in family.samples:
            labels = found.setdefault(sample.name, dict(TARGET))
            for name, value in sample.labels.items():
                if name == "le":
                    labels[name] = labels.get(name, ANY) | {value}
                else:
                    labels[name] = frozenset({*lists[name], OTHER}) if name in lists else ANY
    return found
