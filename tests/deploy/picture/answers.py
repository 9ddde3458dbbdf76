"""What a real Prometheus answers to every query of the committed dashboard."""

import json
import re
from typing import Any

from msgspec import Struct

from deploy.grafana.dashboard import FILE
from tests.deploy.prometheus import Prometheus, Range

STEP_S = 5


class Series(Struct):
    name: str
    """As the legend has it."""
    points: list[tuple[float, float]]


class Answered(Struct):
    panel: dict[str, Any]
    """As Grafana reads it."""
    series: list[Series]


class Answers(Struct):
    start: float
    """Unix seconds, as `end`."""
    end: float
    panels: list[Answered]


def ask(prometheus: Prometheus, start: float, end: float) -> Answers:
    panels = json.loads(FILE.read_text())["panels"]
    return Answers(start, end, [Answered(panel, _series(prometheus, panel, start, end)) for panel in panels])


def _series(prometheus: Prometheus, panel: dict[str, Any], start: float, end: float) -> list[Series]:
    found = []
    for target in panel.get("targets", ()):
        query = target["expr"].replace("$__rate_interval", f"{4 * STEP_S}s")  # four scrapes, as Grafana reckons it
        answer = prometheus.instants(query, end) if target.get("instant") else prometheus.ranges(query, start, end, STEP_S)
        found += [Series(_named(target["legendFormat"], one), one.points) for one in answer if one.points]
    return found


def _named(legend: str, one: Range) -> str:
    return re.sub(r"{{(\w+)}}", lambda label: one.labels.get(label[1], ""), legend)
