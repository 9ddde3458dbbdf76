"""One page of answers, panel by panel where the dashboard has them."""

from collections.abc import Sequence
from itertools import cycle
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from tests.deploy.picture.answers import Answered, Answers, Series
from tests.deploy.picture.graph import Graph, graph
from tests.deploy.picture.units import written

WIDTH = 1280
_CELL, _GAP = 30, 8  # Grafana's own
_TITLE, _LEGEND_LINE = 32, 19
_NAMED = {"green": "#73bf69", "yellow": "#fade2a", "orange": "#ff9830", "red": "#f2495c", "blue": "#5794f2", "purple": "#b877d9"}
_PALETTE = (
    "#73bf69", "#f2cc0c", "#8ab8ff", "#ff780a", "#f2495c", "#5794f2", "#b877d9", "#705da0", "#37872d", "#fade2a",
    "#447ebc", "#c15c17", "#890f02", "#0a437c", "#6d1f62", "#584477",
)  # fmt: skip
_LETTER = 6.6
"""About so wide is one of a legend."""


def page(answers: Answers) -> str:
    pages = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined)
    span = answers.start, answers.end
    return pages.get_template("page.html.j2").render(
        width=WIDTH,
        height=height(answers),
        panels=[_panel(answered, span) for answered in answers.panels],
    )


def height(answers: Answers) -> int:
    return max(_box(answered.panel)["bottom"] for answered in answers.panels)


def _box(panel: dict[str, Any]) -> dict[str, int]:
    at = panel["gridPos"]
    column = (WIDTH - _GAP) / 24
    left, top = _GAP + round(at["x"] * column), 56 + at["y"] * (_CELL + _GAP)
    width, height = round(at["w"] * column) - _GAP, at["h"] * (_CELL + _GAP) - _GAP
    return {"left": left, "top": top, "width": width, "height": height, "bottom": top + height + _GAP}


def _panel(answered: Answered, span: tuple[float, float]) -> dict[str, Any]:
    panel = answered.panel
    drawn = {"kind": panel["type"], "title": panel["title"], "box": _box(panel)}
    match panel["type"]:
        case "timeseries":
            return drawn | {"graph": _graph(answered, span, drawn["box"])}
        case "stat" | "bargauge":
            return drawn | {"values": _values(answered, span), "words": panel.get("options", {}).get("textMode") == "name"}
    return drawn


def _graph(answered: Answered, span: tuple[float, float], box: dict[str, int]) -> Graph:
    fields = answered.panel["fieldConfig"]
    fixed = {found["matcher"]["options"]: _NAMED[found["properties"][0]["value"]["fixedColor"]] for found in fields.get("overrides", ())}
    named = [(series, fixed.get(series.name, colour)) for series, colour in zip(answered.series, cycle(_PALETTE), strict=False)]
    lines = 1
    used = 0.0
    for series in answered.series:
        wide = 28 + _LETTER * len(series.name)
        if used and used + wide > box["width"] - 16:
            lines, used = lines + 1, 0.0
        used += wide
    limits = [(step["value"], _NAMED[step["color"]]) for step in fields["defaults"].get("thresholds", {}).get("steps", ())[1:]]
    size = box["width"] - 16, box["height"] - _TITLE - 8 - lines * _LEGEND_LINE
    return graph(named, limits, size, span, fields["defaults"]["unit"], fields["defaults"].get("min"))


def _values(answered: Answered, span: tuple[float, float]) -> list[dict[str, Any]]:
    defaults = answered.panel["fieldConfig"]["defaults"]
    steps = defaults.get("thresholds", {}).get("steps", [{"value": None, "color": "green"}])
    last = [(series, series.points[-1][1]) for series in answered.series if series.points[-1][0] > span[1] - 30]
    most = defaults.get("max") or max((value for _, value in last), default=1) or 1
    return [
        {
            "name": series.name,
            "text": written(value, defaults["unit"]),
            "colour": _coloured(value, steps),
            "share": 100 * min(value / most, 1),
            "spark": _spark(series, span),
        }
        for series, value in last
    ]


def _coloured(value: float, steps: Sequence[dict[str, Any]]) -> str:
    return _NAMED[[step["color"] for step in steps if step["value"] is None or value >= step["value"]][-1]]


def _spark(series: Series, span: tuple[float, float]) -> str:
    """Within 100 by 30, to be stretched; the area's lower corners included."""
    high = max(value for _, value in series.points) or 1
    points = [(100 * (at - span[0]) / (span[1] - span[0]), 29 - 27 * value / high) for at, value in series.points]
    return " ".join(f"{x:.2f},{y:.2f}" for x, y in [(points[0][0], 30.0), *points, (points[-1][0], 30.0)])
