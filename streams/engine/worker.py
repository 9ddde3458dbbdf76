"""A worker's life: what it does at each assignment, between two, and at its end."""

import time
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import cast

from aiokafka import AIOKafkaConsumer
from faust import App
from faust.types import TP
from structlog.stdlib import get_logger

from schemas.touchpoint import TOPIC_PREFIX
from streams.engine import alignment
from streams.engine.agents import Admitting
from streams.engine.broken import broken, raised
from streams.engine.checkpoint import Checkpoint
from streams.engine.held import Held
from streams.engine.journeys import Journeys
from streams.engine.pace import Pace
from streams.engine.progress import Probe
from streams.engine.read_ahead import ReadAhead
from streams.engine.transport import Consumer
from streams.engine.watchdog import Signs, Watchdog
from streams.metrics import Metrics

_log = get_logger(__name__)


def numbers_of(assigned: AbstractSet[TP], topics: Sequence[str]) -> frozenset[int]:
    """The partition numbers, after a look that each is assigned in every topic: journeys are joined across them."""
    by_topic = {topic: frozenset(tp.partition for tp in assigned if tp.topic == topic) for topic in topics}
    numbers = by_topic[topics[0]]
    for topic, found in by_topic.items():
        if found != numbers:
            broken("partition numbers are split between workers", topic=topic, numbers=sorted(found), others=sorted(numbers))
    return numbers


class Worker:
    """What the transport reads for (its `Intake`), and what is done every so often while it reads."""

    def __init__(
        self,
        app: App,
        topics: Sequence[str],
        *,
        reader: AIOKafkaConsumer,
        journeys: Journeys,
        admitting: Admitting,
        checkpoint: Checkpoint,
        probe: Probe,
        read_ahead: ReadAhead,
        pace: Pace,
        watchdog: Watchdog,
        metrics: Metrics,
    ) -> None:
        """`topics`: the channels'."""
        self.app = app
        self._reader = reader
        self._topics = topics
        self._journeys = journeys
        self._admitting = admitting
        self._checkpoint = checkpoint
        self._probe = probe
        self._watchdog = watchdog
        self._metrics = metrics
        self.read_ahead = read_ahead
        self.pace = pace
        self.assigned = False
        """Whether the group has ever said what is this worker's."""
        self.working = False
        """Whether what is assigned has been recovered, and the assignment still holds."""

    @property
    def held(self) -> Mapping[int, Held]:
        return self._journeys.held

    def epoch(self) -> int:
        return self._consumer.epoch

    @property
    def _consumer(self) -> Consumer:
        return cast("Consumer", self.app.consumer)

    # -- Intake
    def fetchable(self, assigned: AbstractSet[TP]) -> set[TP]:
        return alignment.fetchable(assigned, self.held) if self.working else set()

    async def room(self) -> None:
        await self.read_ahead.room()

    def queued(self, weight: int) -> None:
        self.read_ahead.queued(weight)

    def starts(self) -> Mapping[TP, int]:
        if not self.working:
            return {}
        return {
            TP(topic, mine.number): mine.admitted[topic.removeprefix(TOPIC_PREFIX)] for mine in self.held.values() for topic in self._topics
        }

    async def give_up(self) -> None:
        worked, self.working = self.working, False
        # Also where nothing is left to commit: one that is under way is waited for, before anybody closes its producer.
        await self._checkpoint.take(self._all if worked else tuple)
        self.pace.settled()
        self.read_ahead.dropped()

    # -- at an assignment
    async def recover(self) -> None:
        """Faust awaits it before anything flows; another rebalance may begin meanwhile, and then it does not count."""
        began = time.monotonic()
        self._consumer.begin_epoch()
        self.working = False
        self.pace.settled()
        self.read_ahead.dropped()
        epoch, generation, before = self._consumer.epoch, self.app.consumer_generation_id, self._journeys.records
        numbers = numbers_of(self._consumer.assignment(), self._topics)
        holds = await self._journeys.take_over(numbers, generation, lambda: self.app.consumer_generation_id)
        if not holds or epoch != self._consumer.epoch:
            _log.info("another rebalance has overtaken this recovery", generation=generation)
            return
        self.assigned = self.working = True
        took, read = time.monotonic() - began, self._journeys.records - before
        self._metrics.recovery.observe(took)
        self._metrics.recovered.inc(read)
        _log.info(
            "working",
            partitions=sorted(numbers), generation=generation, records_read=read, seconds=round(took, 3),
            journeys=sum(len(mine.partition) for mine in self.held.values()),
        )  # fmt: skip

    # -- every so often
    async def checkpoint(self) -> None:
        if self.working and not await self._checkpoint.take(self._all) and self.working:
            self.pace.behind()

    async def probe(self) -> None:
        if self.working:
            await self._probe.ask()

    def look(self) -> None:
        """Ends the process where it does not do its work."""
        if self.app.crashed:
            reason = self.app.crash_reason
            broken("Faust has ended", error=type(reason).__name__, raised=raised(reason) if reason else [])
        why = self._watchdog.look(
            time.monotonic_ns() // 1_000_000,
            Signs(
                coordination_ended=self._consumer.coordination_ended(),
                working=self.working,
                unread=sum(mine.unread() for mine in self.held.values()) if self._probe.answered else 0,
                admitted=self._admitting.admitted,
                recovered=self._journeys.records,
            ),
        )
        if why is not None:
            broken(why)

    # -- at the beginning and at the end
    async def start(self) -> None:
        await self._reader.start()
        await self.app.start()

    async def stop(self) -> None:
        """The last checkpoint, after which nothing is admitted any more; then leaves the group."""
        self._consumer.begin_epoch()
        self._consumer.stop_flow()
        await self.give_up()
        await self.app.stop()
        await self._journeys.close()
        await self._reader.stop()

    def _all(self) -> Sequence[Held]:
        """Asked by a checkpoint at its instant."""
        self.pace.settled()
        return list(self.held.values())
