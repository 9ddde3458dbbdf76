"""A worker with a bug in the place that BUG_IN names, which shows once the worker has taken its first touchpoint."""

import os
import runpy
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

from streams.detection.change import AlertChange
from streams.engine import checkpoint
from streams.engine.agents import Admitting
from streams.engine.delivery import ExactlyOnce
from streams.engine.journeys import Journeys
from streams.engine.progress import Probe
from streams.engine.status import Gauges

QUOTED = "c-4711"
"""What the exception's text gives away."""

PLACES: dict[str, tuple[Any, str]] = {
    "checkpoint": (checkpoint, "due"),
    "transaction": (ExactlyOnce, "_transact"),
    "alert": (AlertChange, "records"),
    "probe": (Probe, "ask"),
    "agent": (Admitting, "take"),
    "gauges": (Gauges, "show"),
    "recovery": (Journeys, "take_over"),
}
taken: list[int] = []


def buggy(*_: Any, **__: Any) -> NoReturn:
    raise TypeError(f"{QUOTED} is not what was expected")


def put(place: str) -> None:
    owner, name = PLACES[place]
    if place == "recovery":
        setattr(owner, name, buggy)
        return
    sound, take = getattr(owner, name), Admitting.take
    setattr(owner, name, _once_taken(sound))
    if place != "agent":
        Admitting.take = _counted(take)  # type: ignore[method-assign]


def _once_taken(sound: Callable[..., Any]) -> Callable[..., Any]:
    def either(*given: Any, **named: Any) -> Any:
        return buggy() if taken else sound(*given, **named)

    return either


def _counted(take: Callable[..., None]) -> Callable[..., None]:
    def counted(admitting: Admitting, chunk: Any) -> None:
        take(admitting, chunk)
        taken.extend(record.offset for record in chunk.records)

    return counted


if __name__ == "__main__":
    place = os.environ["BUG_IN"]
    if place == "agent":
        taken.append(0)
    put(place)
    runpy.run_path(str(Path(__file__).with_name("worker_process.py")), run_name="__main__")
