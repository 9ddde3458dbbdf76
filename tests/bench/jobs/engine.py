"""What the bench must know of an engine: how it is built and started, where it tells its alerts, and how they read."""

from pathlib import Path
from typing import NamedTuple, Protocol

from tests.bench.jobs.log import Told

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
BUILD = ROOT / "build" / "bench"


class Run(NamedTuple):
    name: str
    kafka: str
    folder: Path
    """For the engine's state and log; empty at the start."""

    @property
    def alerts(self) -> str:
        return f"{self.name}.alerts"

    @property
    def journeys(self) -> str:
        return f"{self.name}.journeys"


class Engine(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def segments(self) -> int:
        """Up to which milestone it is measured: each engine for about as long."""

    @property
    def pinned(self) -> bool:
        """Whether it may use one core alone; not where threads of the runtime come beside the one that does the job."""

    @property
    def waits_ms(self) -> int:
        """For events that are out of order, because it is told to."""

    @property
    def only_on_disk(self) -> bool:
        """Whether a machine that is lost takes the state along."""

    @property
    def version(self) -> str: ...
    def build(self) -> None:
        """Does little where it has been done. KafkaUnavailable says what a person must install."""

    def prepare(self, run: Run) -> None:
        """Whatever its documentation has a person do before the first start."""

    def command(self, run: Run) -> list[str]: ...
    def environment(self, run: Run) -> dict[str, str]: ...
    def own_alerts(self, run: Run) -> tuple[str, ...]:
        """Topics that the bench must make for it, beside its journeys."""

    def alerts(self, run: Run) -> tuple[str, ...]:
        """Topics in which its alerts appear."""

    def told(self, value: bytes) -> Told | None:
        """None for what is no alert of the reference job's."""
