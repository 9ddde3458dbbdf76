"""Where a worker lives and dies: the topics and the changelog of one partition number, and what subscribers were told.

It delivers at least once: alerts are written first, then journeys one by one, then what has been read is acked, and a death may come
between any two writes. Exactly once is a special case of it.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from schemas.instant import NEVER
from schemas.policy import Policy
from streams.detection.change import AlertChange, Change, Failed
from streams.detection.detector import Detector, Measured
from streams.detection.detectors import load
from streams.detection.partition import Partition
from streams.detection.progress import Progress
from tests.detection.laws.alert import Alert, read
from tests.detection.laws.log import NUMBER, Log
from tests.detection.laws.touchpoints import ORIGIN


# -- what may happen to a worker
@dataclass(frozen=True)
class Poll:
    channel: str
    most: int


@dataclass(frozen=True)
class Probe:
    """Asks the broker whether there is more."""

    channel: str


@dataclass(frozen=True)
class Advance:
    pass


@dataclass(frozen=True)
class Wait:
    milliseconds: int


@dataclass(frozen=True)
class WaitForNext:
    """Until so long after the next record arrives; there may be none."""

    milliseconds: int


@dataclass(frozen=True)
class Checkpoint:
    cut: int | None = None
    """Dies after so many writes."""


@dataclass(frozen=True)
class Crash:
    pass


@dataclass(frozen=True)
class HandOver:
    """In peace: a checkpoint, and another worker goes on."""


@dataclass(frozen=True)
class ReadAll:
    """Polls every channel, settles; a worker that is `live` probes first."""

    live: bool


@dataclass(frozen=True)
class Life:
    """Many things, by chance."""

    seed: int


Op = Poll | Probe | Advance | Wait | WaitForNext | Checkpoint | Crash | HandOver | ReadAll | Life


class Died(Exception):
    pass


class World:
    def __init__(self, log: Log, wall: int, policy: Policy, load: Callable[[Policy], Sequence[Detector[Any]]] = load) -> None:
        """`wall`: what the clock shows; records that arrive later are not there yet. `load`: which detectors there are."""
        self.log = log
        self.wall = wall
        self.told: dict[tuple[UUID, int], Alert] = {}
        self.measured: set[Measured] = set()
        self.failed: list[Failed] = []
        self.changelog: dict[str, bytes] = {}
        self.acks = True
        """Whether what has been read is ever acked."""
        self.policy = policy
        self._load = load
        self._acked = dict.fromkeys(log, 0)
        self._start()

    def _start(self) -> None:
        self.partition = Partition(NUMBER, self.policy, self._load(self.policy))
        for journey, value in sorted(self.changelog.items()):
            self.partition.restore(journey, value)
        self.progress = Progress(self.policy.lateness)
        self._position = dict(self._acked)
        self._unsent: list[Change] = []
        self._settled = -NEVER

    def restart(self, policy: Policy | None = None) -> None:
        """Dies here and lives on from what was written."""
        self.policy = policy or self.policy
        self._start()

    def do(self, op: Op) -> None:
        try:
            self._do(op)
        except Died:
            self._start()

    def _do(self, op: Op) -> None:
        match op:
            case Poll(channel, most):
                self._poll(channel, most)
            case Probe(channel):
                self._probe(channel)
            case Advance():
                self._advance()
            case Wait(milliseconds):
                self.wall += milliseconds
            case WaitForNext(milliseconds):
                coming = [one.arrived for rows in self.log.values() for one in rows if one.arrived > self.wall]
                self.wall = max(self.wall, min(coming, default=self.wall) + milliseconds)
            case Checkpoint(cut):
                self.checkpoint(cut)
            case Crash():
                raise Died
            case HandOver():
                self.checkpoint()
                self._start()
            case ReadAll(live):
                self.read_all(live=live)
            case Life():
                raise AssertionError("a life is made of other things: play it")

    def read_all(self, *, live: bool = True) -> None:
        for channel in self.log:
            self._poll(channel, len(self.log[channel]))
            if live:
                self._probe(channel)
        self._advance()

    def finish(self, wall: int = 0) -> int:
        """Reads everything that is there at `wall`; the settled time it leads to."""
        self.wall = max(wall, self.wall)
        self.read_all()
        self.checkpoint()
        return self.progress.settled()

    def visible(self) -> Log:
        return {channel: rows[: self._end(channel)] for channel, rows in self.log.items()}

    # -- reading
    def _end(self, channel: str) -> int:
        rows = self.log[channel]
        return next((n for n, one in enumerate(rows) if one.arrived > self.wall), len(rows))

    def _poll(self, channel: str, most: int) -> None:
        start = self._position[channel]
        stop = max(start, min(start + most, self._end(channel)))
        for touchpoint in self.log[channel][start:stop]:
            self.partition.admit(touchpoint)
            self.progress.delivered(channel, touchpoint.arrived)
        self._position[channel] = stop

    def _probe(self, channel: str) -> None:
        if self._position[channel] >= self._end(channel):
            self.progress.caught_up(channel, self.wall)

    def _advance(self) -> None:
        if (settled := self.progress.settled()) > -NEVER // 2:
            for change in self.partition.advance(settled):
                self._unsent.append(change)
                if isinstance(change, AlertChange) and not self.partition.counts["order_repaired"]:
                    assert change.time >= self._settled, "it could have been told before"
            self._settled = settled

    # -- writing
    def checkpoint(self, cut: int | None = None) -> None:
        writes: list[object] = [*self._unsent, *self.partition.changed(), *([dict(self._position)] if self.acks else [])]
        self._unsent = []
        for n, written in enumerate(writes):
            if n == cut:
                raise Died
            self._write(written)
        for journey in self.partition.forget(self._acked):
            self.changelog.pop(journey, None)

    def _write(self, written: object) -> None:
        match written:
            case AlertChange():
                alert = read(written)
                before = self.told.setdefault((alert.id, alert.revision), alert)
                assert before == alert, "one id and revision, two contents"
            case Measured():
                self.measured.add(written)
            case Failed():
                self.failed.append(written)
            case (str(journey), bytes(value)):
                self.changelog[journey] = value
            case dict():
                self._acked = written
            case _:
                raise AssertionError(written)

    # -- what is so at last
    def last_told(self) -> dict[UUID, Alert]:
        """Of each alert the last word."""
        return {name: alert for (name, _), alert in sorted(self.told.items())}

    def open_alerts(self) -> Counter[tuple[str, str]]:
        """As subscribers would count them."""
        return Counter((alert.detector, alert.level) for alert in self.last_told().values() if alert.word in ("opened", "updated"))

    def words(self, detector: str = "") -> list[tuple[str, str, int]]:
        """(word, state, milliseconds after the origin), in the order told."""
        return [
            (alert.word, alert.state, alert.time - ORIGIN) for alert in self.told.values() if not detector or alert.detector == detector
        ]
