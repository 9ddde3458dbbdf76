"""A worker's life: what it does at each assignment, between two, and at its end."""

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import cast

from aiokafka import AIOKafkaConsumer
from faust import App
from faust.types import TP
from structlog.stdlib import get_logger

from schemas.touchpoint import TOPIC_PREFIX
from streams.engine import collector
from streams.engine.agents import LOST_CHUNK, Admitting
from streams.engine.broken import broken, end_if_refused, raised, taken_over
from streams.engine.checkpoint import Checkpoint
from streams.engine.chunk import Chunk
from streams.engine.held import Held
from streams.engine.journeys import Journeys
from streams.engine.pace import Pace
from streams.engine.progress import Probe
from streams.engine.read_ahead import ReadAhead
from streams.engine.takeover import Takeover
from streams.engine.transport import Consumer
from streams.engine.trouble import said
from streams.engine.watchdog import Signs, Watchdog
from streams.kafka.refusal import of_request
from streams.metrics import Metrics

_log = get_logger(__name__)


class Worker:
    """What the transport reads for (its `Intake`), and what is done every so often while it reads."""

    def __init__(
        self,
        app: App,
        topics: Sequence[str],
        *,
        readers: Sequence[AIOKafkaConsumer],
        journeys: Journeys,
        admitting: Admitting,
        checkpoint: Checkpoint,
        probe: Probe,
        read_ahead: ReadAhead,
        pace: Pace,
        watchdog: Watchdog,
        metrics: Metrics,
        instance: str | None,
    ) -> None:
        """`topics`: the channels'; `instance`: this worker's name, if it has one that stays with it."""
        self.app = app
        self._readers = readers
        self._topics = topics
        self._journeys = journeys
        self._takeover = Takeover(journeys, topics)
        self._admitting = admitting
        self._checkpoint = checkpoint
        self._probe = probe
        self._watchdog = watchdog
        self._metrics = metrics
        self._instance = instance
        self.read_ahead = read_ahead
        self.pace = pace
        self.assigned = False
        """Whether the group has ever said what is this worker's."""
        self.working = False
        """Whether what is assigned has been recovered, and the assignment still holds."""

    @property
    def held(self) -> Mapping[int, Held]:
        return self._journeys.held

    @property
    def answered(self) -> bool:
        """Whether the broker has told the topics' ends when it was last asked."""
        return self._probe.answered

    @property
    def in_memory(self) -> int:
        """Records between the broker and the agents; a large one counts as several."""
        return self._consumer.abreast.records + self.read_ahead.records if self.assigned else 0

    def held_up(self) -> Counter[str]:
        """By channel, how many partitions wait for another channel that is behind."""
        waiting = self._consumer.abreast.held_up() if self.assigned else Counter[str]()
        return Counter({topic.removeprefix(TOPIC_PREFIX): count for topic, count in waiting.items()})

    def epoch(self) -> int:
        return self._consumer.epoch

    @property
    def _consumer(self) -> Consumer:
        return cast("Consumer", self.app.consumer)

    # -- Intake
    def unread(self, tp: TP, position: int) -> bool:
        held = self.held.get(tp.partition)
        return held is not None and position < held.ends[tp.topic.removeprefix(TOPIC_PREFIX)].stable

    def received(self, chunk: Chunk) -> None:
        if chunk.epoch == self.epoch():
            self._consumer.queued.received(chunk.tp.topic)

    def starts(self) -> Mapping[TP, int]:
        if not self.working:
            return {}
        return {
            TP(topic, mine.number): mine.admitted[topic.removeprefix(TOPIC_PREFIX)] for mine in self.held.values() for topic in self._topics
        }

    async def give_up(self) -> None:
        worked, self.working = self.working, False
        await self._takeover.give_up()
        # Also where nothing is left to commit: one that is under way is waited for, before anybody closes its producer.
        await self._checkpoint.take(self._all if worked else tuple)
        self.pace.settled()
        self.read_ahead.dropped()

    def expelled(self) -> None:
        if self._instance is not None:
            taken_over(
                "the group has given this worker's place away: it was silent for too long, or another worker bears the same name",
                instance=self._instance,
            )
        _log.warning("the group has given this worker's place away: it was silent for too long, and joins anew")

    # -- at an assignment
    async def recover(self) -> None:
        """Faust awaits it before anything flows; another rebalance may begin meanwhile, and then it does not count."""
        began = time.monotonic()
        self._consumer.begin_epoch()
        self.working = False
        self.pace.settled()
        self.read_ahead.dropped()
        assignment, before = self._consumer.assigned_now, self._journeys.records
        if assignment is None or not await self._takeover.of(assignment) or assignment is not self._consumer.assigned_now:
            _log.info("another rebalance has overtaken this recovery")
            return
        await self._probe.ask()
        if assignment is not self._consumer.assigned_now:
            return
        collector.spare()
        self.assigned = self.working = True
        took, read = time.monotonic() - began, self._journeys.records - before
        self._metrics.recovery.observe(took)
        self._metrics.recovered.inc(read)
        _log.info(
            "working",
            partitions=sorted(self.held), generation=assignment.generation, records_read=read, seconds=round(took, 3),
            journeys=sum(len(mine.partition) for mine in self.held.values()),
        )  # fmt: skip

    # -- every so often
    async def checkpoint(self) -> None:
        if self.working and not await self._checkpoint.take(self._all) and self.working:
            self.pace.behind()

    async def probe(self) -> None:
        if self.working:
            await self._probe.ask()

    async def look(self) -> None:
        """Ends the process where it does not do its work."""
        if self.app.crashed:
            reason = self.app.crash_reason
            if reason is not None:
                end_if_refused(of_request(reason), "Faust has ended")
            broken("Faust has ended", error=type(reason).__name__, raised=raised(reason) if reason else [])
        if (error := await self._consumer.resume_coordination()) is not None:
            end_if_refused(of_request(error), "the consumer group does not take this worker")
            _log.warning("the consumer group failed this worker, which joins it again", error=said(error))
        if (lost := self._consumer.queued.lost()) is not None:
            broken(LOST_CHUNK, topic=lost.tp.topic, partition=lost.tp.partition, start=lost.start, end=lost.end)
        why = self._watchdog.look(
            time.monotonic_ns() // 1_000_000,
            Signs(
                coordination_ended=self._consumer.coordination_ended(),
                working=self.working,
                answered=self._probe.answered,
                unread=sum(mine.unread() for mine in self.held.values()),
                admitted=self._admitting.admitted,
                recovered=self._journeys.records,
                checkpoint=self._checkpoint.begun if self._checkpoint.under_way else None,
            ),
        )
        if why is not None:
            broken(why)

    def tell(self) -> None:
        """To the metrics, what has been admitted since the last time."""
        self._admitting.tell()

    # -- at the beginning and at the end
    async def start(self) -> None:
        collector.seldom()
        for reader in self._readers:
            await reader.start()
        await self.app.start()

    async def stop(self) -> None:
        """The last checkpoint, after which nothing is admitted any more; then leaves the group."""
        self._consumer.begin_epoch()
        self._consumer.stop_flow()
        await self.give_up()
        await self.app.stop()
        await self._journeys.close()
        for reader in self._readers:
            await reader.stop()

    def _all(self) -> Sequence[Held]:
        """Asked by a checkpoint at its instant."""
        self.pace.settled()
        return list(self.held.values())
