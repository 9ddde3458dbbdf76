"""What a run of the bench found, as `build/bench.json` holds it."""

import statistics
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Self

import msgspec
from msgspec import Struct


class Spread(Struct, frozen=True, forbid_unknown_fields=True):
    min: float
    median: float
    max: float

    @classmethod
    def of(cls, values: Iterable[float]) -> Self:
        found = list(values)
        return cls(min(found), statistics.median(found), max(found))


class Round(Struct, frozen=True, forbid_unknown_fields=True):
    """From the milestone at the end of the warm-up to the engine's own, by the straight line through all between."""

    events: int
    seconds: float
    cpu_seconds: float
    resident_bytes: int
    """The most."""
    alerts: int
    """Different ones; all are right, and none that was due is missing."""
    start_seconds: float
    """From the start of the process to its first alert, with nothing to recover."""


class Recovery(Struct, frozen=True, forbid_unknown_fields=True):
    """After a SIGKILL at the milestone, once Kafka had noticed."""

    changelog_records: int | None
    """None where state lies on local disk alone."""
    seconds: float
    """From the start of the process to its first alert."""


class Latency(Struct, frozen=True, forbid_unknown_fields=True):
    """From the append of the event that completes a conflict to the alert in the hands of a reader of committed records."""

    events_a_second: int
    alerts: int
    p50_ms: float
    p99_ms: float
    by_contract_ms: int = 0
    """Of these: how long the engine waits for events that are out of order, because it is told to."""


class Figures(Struct, frozen=True, forbid_unknown_fields=True):
    """min, median and max over the rounds."""

    events_a_second: Spread
    events_a_cpu_second: Spread
    cores: Spread
    resident_mebibytes: Spread


class Measured(Struct, frozen=True, forbid_unknown_fields=True):
    engine: str
    title: str
    version: str
    rounds: list[Round]
    figures: Figures
    recovery: Recovery | None = None
    latency: Latency | None = None


class Machine(Struct, frozen=True, forbid_unknown_fields=True):
    processor: str
    cores: int
    memory_bytes: int
    system: str
    python: str
    java: str
    kafka: str


class Result(Struct, frozen=True, forbid_unknown_fields=True):
    measured_at: str
    machine: Machine
    events: int
    bytes_an_event: float
    customers: int
    alerts: int
    """That the whole log leads to."""
    engines: list[Measured]

    def write(self, file: Path) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(msgspec.json.format(msgspec.json.encode(self), indent=2) + b"\n")

    @classmethod
    def read(cls, file: Path) -> Self:
        return msgspec.json.decode(file.read_bytes(), type=cls)

    def of(self, engine: str) -> Measured | None:
        return next((measured for measured in self.engines if measured.engine == engine), None)


def figures(rounds: list[Round]) -> Figures:
    def over(value: Callable[[Round], float]) -> Spread:
        return Spread.of(value(each) for each in rounds)

    return Figures(
        over(lambda each: each.events / each.seconds),
        over(lambda each: each.events / each.cpu_seconds),
        over(lambda each: each.cpu_seconds / each.seconds),
        over(lambda each: each.resident_bytes / 2**20),
    )
