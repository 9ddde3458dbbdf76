"""The rules and their tests, as Prometheus reads them."""

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from tests.deploy.promql import labels_of
from tests.deploy.series import ANY, REPOSITORY, Labels, shown

FOLDER = REPOSITORY / "deploy" / "prometheus"


def read(path: Path) -> Any:
    return YAML(typ="safe").load(path)


def rules() -> Iterator[dict[str, Any]]:
    for path in sorted((FOLDER / "rules").glob("*.yml")):
        for group in read(path)["groups"]:
            yield from group["rules"]


ALERTS = [rule for rule in rules() if "alert" in rule]
RECORDED = [rule for rule in rules() if "record" in rule]


_ALERTS: Labels = {"alertname": ANY, "alertstate": frozenset({"pending", "firing"}), "severity": frozenset({"warning", "critical"})}
"""What Prometheus itself shows of its rules."""


@cache
def series() -> Mapping[str, Labels]:
    """What workers show and what is recorded of it, each recording knowing those before it."""
    known = {**shown(), "ALERTS": _ALERTS}
    for rule in RECORDED:
        known[rule["record"]] = {**labels_of(rule["expr"], known), **dict.fromkeys(rule.get("labels", {}), ANY)}
    return known
