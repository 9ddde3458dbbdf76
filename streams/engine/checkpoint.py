"""One transaction a partition number: what was found, what is known, and how far was read become true together, or not at all."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from aiokafka import TopicPartition
from aiokafka.errors import KafkaError, ProducerFenced
from structlog.stdlib import get_logger

from schemas.instant import NEVER
from schemas.partitioner import partition_for
from schemas.touchpoint import TOPIC_PREFIX
from streams.detection.change import AlertChange, Failed
from streams.detection.detector import Measured
from streams.engine.broken import broken, bug
from streams.engine.failures import Failures
from streams.engine.held import CLOCK_KEY, Clock, Held
from streams.engine.sending import Outgoing, send
from streams.metrics import Metrics

MOST_JOURNEYS = 500
"""Settled of one partition number in one transaction. Where thousands of deadlines are over at once, the event loop must still turn,
and no transaction take so long that the broker gives it up."""

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


def due(held: Held) -> Due | None:
    """Settles what can be settled and takes what is to be written; None if that is nothing. No await in here: one instant."""
    to = held.due_until()
    changes = list(held.partition.advance(to, MOST_JOURNEYS)) if to > -NEVER else []
    if not held.partition.behind(to):
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
    )


class Checkpoint:
    def __init__(
        self, *, group: str, changelog: str, counts: Mapping[str, int], failures: Failures, metrics: Metrics, now: Callable[[], int]
    ) -> None:
        """`counts`: partitions by topic; `now`: milliseconds since the epoch."""
        self._group = group
        self._changelog = changelog
        self._counts = counts
        self._failures = failures
        self._metrics = metrics
        self._now = now
        self._one_at_a_time = asyncio.Lock()

    async def take(self, held: Callable[[], Sequence[Held]]) -> bool:
        """Returns when it is committed, and whether all that is due was; ends the process if anything goes wrong."""
        async with self._one_at_a_time:
            began = self._now()
            try:
                taken = held()
                with_something = [found for mine in taken if (found := due(mine)) is not None]
                whole = not any(mine.partition.behind(mine.due_until()) for mine in taken)
                await asyncio.gather(*(self._commit(found) for found in with_something))
            except Exception as error:  # noqa: BLE001 -- what was taken is in no transaction: nobody may go on from here
                bug(error, "a checkpoint failed")
            if with_something:
                self._metrics.checkpoint.observe((self._now() - began) / 1000)
            return whole

    async def _commit(self, found: Due) -> None:
        held = found.held
        try:
            letters = [await self._failures.letter(failed) for failed in found.failed]
            await self._transact(found, letters)
        except ProducerFenced:
            broken("another worker has taken over a partition number", partition=held.number)
        except KafkaError as error:
            broken("a checkpoint could not be committed", partition=held.number, error=f"{type(error).__name__}: {error}"[:500])
        now = self._now()
        held.committed = dict(found.clock.positions)
        held.forgotten += held.partition.forget(held.committed)
        for change in found.alerts:
            self._metrics.acknowledged(change, now)
        for measured in found.measured:
            self._metrics.measured(measured)
        for failed in found.failed:
            self._metrics.refused.labels(channel=failed.touchpoint.channel, error_class="detector_failed").inc()
        if found.failed:
            _log.error(
                "a detector failed on touchpoints: they are left out, and lie with the dead letters",
                partition=held.number, touchpoints=len(found.failed),
                failures=sorted({f"{failed.detector}: {failed.error}" for failed in found.failed}),
            )  # fmt: skip

    async def _transact(self, found: Due, letters: Sequence[Outgoing]) -> None:
        held, now = found.held, self._now()
        producer = held.producer
        await producer.begin_transaction()
        await send(producer, [*self._alerts(found.alerts, now), *letters, *found.outgoing])
        # After the alerts, and the clock at last: a broker that does not isolate transactions then repeats, and loses nothing.
        await send(
            producer,
            [
                *(Outgoing(self._changelog, held.number, journey.encode(), value, now) for journey, value in found.journeys.items()),
                Outgoing(self._changelog, held.number, CLOCK_KEY, found.clock.packed(), now),
            ],
        )
        await producer.send_offsets_to_transaction(
            {TopicPartition(TOPIC_PREFIX + channel, held.number): offset for channel, offset in found.clock.positions.items()}, self._group
        )
        await producer.commit_transaction()

    def _alerts(self, changes: Sequence[AlertChange], now: int) -> list[Outgoing]:
        return [
            Outgoing(topic, partition_for(key, self._counts[topic]), key, value, now)
            for change in changes
            for topic, key, value in change.event().records(change.family)
        ]
