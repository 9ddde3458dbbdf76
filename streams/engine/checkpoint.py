"""What was found, what is known, and how far was read: taken of each partition number at an instant of its own, and delivered."""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from aiokafka import TopicPartition
from structlog.stdlib import get_logger

from schemas.instant import SECOND
from schemas.partitioner import partition_for
from schemas.touchpoint import TOPIC_PREFIX
from streams.detection.change import AlertChange, Change, Failed
from streams.detection.detector import Measured
from streams.engine import counts
from streams.engine.broken import bug
from streams.engine.delivery import Content, Delivery
from streams.engine.failures import Failures
from streams.engine.held import CLOCK_KEY, Clock, Held
from streams.engine.sending import Outgoing
from streams.metrics import LARGE_JOURNEY, Metrics

MOST_JOURNEYS = 10_000
"""Settled in one checkpoint, of all partition numbers together: a million deadlines may be over at once, and what a transaction holds lies
in memory, and takes time in which the broker may give it up."""
IN_ONE_GO = 500
"""Journeys settled before the event loop turns."""

_log = get_logger(__name__)


class Due(NamedTuple):
    """What one partition number's next transaction holds, as it is at one instant."""

    held: Held
    alerts: Sequence[AlertChange]
    measured: Sequence[Measured]
    failed: Sequence[Failed]
    outgoing: Sequence[Outgoing]
    journeys: Mapping[str, bytes | None]
    """None: a tombstone."""
    clock: Clock
    whole: bool
    """Whether all that could be settled is; if not, the next checkpoint goes on."""


async def due(held: Held, most: int) -> Due | None:
    """Settles what can be settled, `most` so many journeys, and takes what is to be written; None if that is nothing.

    What is admitted while the event loop turns is placed behind what is settled here, and is taken too.
    """
    to, changes = held.due_until(), list[Change]()
    for _ in range(0, most, IN_ONE_GO):
        changes += held.partition.advance(to, IN_ONE_GO)
        if not held.partition.behind(to):
            break
        await asyncio.sleep(0)
    return _taken(held, to, changes)


async def due_of_all(held: Sequence[Held], most: int) -> list[Due]:
    """`most` so many journeys together, but IN_ONE_GO of each number if it has so many: of a backlog a few numbers may have it all, and
    what is admitted and left to the next checkpoint is written twice. Who is furthest behind comes first."""
    dues: list[Due] = []
    for mine in sorted(held, key=lambda mine: mine.settled):
        if (found := await due(mine, max(most, IN_ONE_GO))) is not None:
            dues.append(found)
            most -= len(found.journeys)
        await asyncio.sleep(0)  # a transaction is of one number, so between two of them the agents may go on
    return dues


def _taken(held: Held, to: int, changes: Sequence[Change]) -> Due | None:
    """At one instant: positions, and the journeys as they are at these."""
    whole = not held.partition.behind(to)
    if whole:
        held.settled = to
    journeys: dict[str, bytes | None] = dict.fromkeys(held.forgotten)
    journeys.update(held.partition.changed())
    outgoing = held.outgoing
    held.forgotten, held.outgoing = [], []
    if not (changes or journeys or outgoing or held.admitted != held.committed):
        return None
    return Due(
        held,
        [change for change in changes if isinstance(change, AlertChange)],
        [change for change in changes if isinstance(change, Measured)],
        [change for change in changes if isinstance(change, Failed)],
        outgoing,
        journeys,
        Clock(held.settled, dict(held.admitted)),
        whole,
    )


class Checkpoint:
    def __init__(
        self,
        delivery: Delivery,
        *,
        changelog: str,
        partitions: Mapping[str, int],
        failures: Failures,
        metrics: Metrics,
        now: Callable[[], int],
    ) -> None:
        """`partitions`: how many by topic; `now`: milliseconds since the epoch."""
        self._delivery = delivery
        self._changelog = changelog
        self._partitions = partitions
        self._failures = failures
        self._metrics = metrics
        self._now = now
        self._one_at_a_time = asyncio.Lock()
        self.begun = 0
        """How many, since the start."""
        self.under_way = False

    async def take(self, held: Callable[[], Sequence[Held]]) -> bool:
        """Returns when it is delivered, and whether all that is due was; ends the process if anything goes wrong."""
        async with self._one_at_a_time:
            began = time.monotonic()
            self.begun, self.under_way = self.begun + 1, True
            try:
                taken = held()
                if dues := await due_of_all(taken, MOST_JOURNEYS):
                    await self._deliver(dues)
                counts.tell(taken, self._metrics)
            except Exception as error:  # noqa: BLE001 -- what was taken is in no transaction: nobody may go on from here
                bug(error, "a checkpoint failed")
            self.under_way = False
            self._metrics.last_checkpoint.set(self._now() / SECOND)
            if dues:
                self._metrics.checkpoint.observe(time.monotonic() - began)
            return all(found.whole for found in dues)

    async def _deliver(self, dues: Sequence[Due]) -> None:
        # Before any transaction begins: it may take longer than one may last.
        letters = iter(await self._failures.letters([failed for found in dues for failed in found.failed]))
        now = self._now()
        await self._delivery.deliver([self._content(found, [next(letters) for _ in found.failed], now) for found in dues])
        now = self._now()
        for found in dues:
            self._delivered(found, now)

    def _delivered(self, found: Due, now: int) -> None:
        held = found.held
        held.committed = dict(found.clock.positions)
        held.forgotten += held.partition.forget(held.committed)
        self._metrics.large_journeys.inc(sum(len(value) > LARGE_JOURNEY for value in found.journeys.values() if value is not None))
        for change in found.alerts:
            self._metrics.acknowledged(change, now)
        self._metrics.measured(found.measured)
        for failed in found.failed:
            self._metrics.refused.labels(channel=failed.touchpoint.channel, error_class="detector_failed").inc()
        if found.failed:
            _log.error(
                "a detector failed on touchpoints: they are left out, and lie with the dead letters",
                partition=held.number, touchpoints=len(found.failed),
                failures=sorted({f"{failed.detector}: {failed.error}" for failed in found.failed}),
            )  # fmt: skip

    def _content(self, found: Due, letters: Sequence[Outgoing], now: int) -> Content:
        held = found.held
        journeys = (Outgoing(self._changelog, held.number, journey.encode(), value, now) for journey, value in found.journeys.items())
        return Content(
            held.number,
            held.producer,
            told=[*self._alerts(found.alerts, now), *letters, *found.outgoing],
            known=[*journeys, Outgoing(self._changelog, held.number, CLOCK_KEY, found.clock.packed(), now)],
            offsets=_by_topic(held.number, found.clock.positions),
            before=_by_topic(held.number, held.committed or held.started),
        )

    def _alerts(self, changes: Sequence[AlertChange], now: int) -> list[Outgoing]:
        return [
            Outgoing(topic, partition_for(key, self._partitions[topic]), key, value, now)
            for change in changes
            for topic, key, value in change.records()
        ]


def _by_topic(number: int, positions: Mapping[str, int]) -> dict[TopicPartition, int]:
    return {TopicPartition(TOPIC_PREFIX + channel, number): offset for channel, offset in positions.items()}
