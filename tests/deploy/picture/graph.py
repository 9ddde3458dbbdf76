"""The geometry of one graph: where its lines, marks and limits lie, in pixels."""

import math
import time
from collections.abc import Sequence

from msgspec import Struct

from tests.deploy.picture.answers import STEP_S, Series
from tests.deploy.picture.units import written

LEFT, RIGHT, TOP, BOTTOM = 58, 8, 6, 18


class Mark(Struct):
    at: float
    text: str


class Line(Struct):
    name: str
    colour: str
    paths: list[str]
    """Each an SVG polyline's points; a gap where nothing was scraped."""


class Graph(Struct):
    width: int
    height: int
    lines: list[Line]
    limits: list[tuple[float, str]]
    """Heights and colours."""
    values: list[Mark]
    times: list[Mark]


def graph(
    named: Sequence[tuple[Series, str]],
    limits: Sequence[tuple[float, str]],
    size: tuple[int, int],
    span: tuple[float, float],
    unit: str,
    lowest: float | None,
) -> Graph:
    """`named`: series with their colours; `span`: the first and the last Unix second; `lowest`: where the axis begins."""
    values = [value for series, _ in named for _, value in series.points]
    low = min(values, default=0) if lowest is None else lowest
    high = max(values, default=1)
    scale = 2**20 if unit == "bytes" else 1
    marks = [mark * scale for mark in _marks(low / scale, (high if high > low else low + 1) / scale)]
    low, high = min(low, marks[0]), max(high, marks[-1])
    width, height = size

    def x(at: float) -> float:
        return LEFT + (at - span[0]) / (span[1] - span[0]) * (width - LEFT - RIGHT)

    def y(value: float) -> float:
        return height - BOTTOM - (value - low) / (high - low) * (height - TOP - BOTTOM)

    return Graph(
        width,
        height,
        [Line(series.name, colour, [" ".join(f"{x(at):.1f},{y(value):.1f}" for at, value in part) for part in _unbroken(series.points)])
         for series, colour in named],
        [(y(value), colour) for value, colour in limits if low <= value <= high],
        [Mark(y(value), written(value, unit)) for value in marks],
        [Mark(x(at), time.strftime("%H:%M", time.gmtime(at))) for at in range(math.ceil(span[0] / 60) * 60, int(span[1]) + 1, 60)],
    )  # fmt: skip


def _marks(low: float, high: float) -> list[float]:
    """Four or so round numbers, the last at or above the highest."""
    rough = (high - low) / 4
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough)
    first = math.floor(low / step)
    return [number * step for number in range(first, math.ceil(round(high / step, 6)) + 1)]


def _unbroken(points: Sequence[tuple[float, float]]) -> list[list[tuple[float, float]]]:
    parts: list[list[tuple[float, float]]] = []
    for point in points:
        if not parts or point[0] - parts[-1][-1][0] > 1.5 * STEP_S:
            parts.append([])
        parts[-1].append(point)
    return parts
