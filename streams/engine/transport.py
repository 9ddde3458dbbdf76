"""Delivery in chunks, in place of Faust's delivery record by record, which costs sixty times as much.

A chunk carries the positions before and after its fetch, and the epoch of the assignment it was fetched in. Every chunk of a
topic partition begins where the last one ended; if one does not, a chunk is lost, and the process ends before anything is
committed. Positions, not offsets: transaction markers, aborted records and compaction leave gaps that are no loss.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any, NamedTuple, Protocol

from aiokafka import AIOKafkaConsumer
from aiokafka.errors import ConsumerStoppedError
from faust.events import Event
from faust.transport.drivers import aiokafka as driver
from faust.types import TP
from faust.types.tuples import Message

from schemas.touchpoint import Record
from streams.engine.broken import broken

POLL_S = 0.25
"""How long one fetch waits for records; a seek waits as long for its turn."""
IDLE_S = 0.02
FETCHED_RECORDS = 4_000
"""At most so many by one fetch."""
CHUNK_RECORDS = 200
"""At most so many in a chunk: an agent takes a chunk in one go, and nothing else runs meanwhile."""
ONE_RECORD_BYTES = 4_096

FAUST_LOGGER = logging.getLogger("faust")
"""What Faust's own code says belongs to Faust, also where a class of ours runs it."""


class Chunk(NamedTuple):
    """Records of one topic partition, in order."""

    tp: TP
    start: int
    """The position before; the first record's offset may be greater."""
    end: int
    """The position after: what is committed when all records are admitted."""
    records: Sequence[Record]
    epoch: int

    def weight(self) -> int:
        """In records; one of many bytes weighs as much as several."""
        return sum(1 + len(record.value or b"") // ONE_RECORD_BYTES for record in self.records)


class Span(NamedTuple):
    """What one fetch gave of one topic partition; no records where there were only markers."""

    start: int | None
    end: int | None
    records: Sequence[Record]


class Intake(Protocol):
    """What reads the chunks, as the transport sees it."""

    def fetchable(self, assigned: AbstractSet[TP]) -> set[TP]:
        """Those that may be read now; the others are ahead of their partition number's other topics."""
        ...

    async def room(self) -> None:
        """Returns when there is room in memory for more records."""
        ...

    def queued(self, weight: int) -> None: ...

    def starts(self) -> Mapping[TP, int]:
        """Where reading begins, by topic partition; asked once an assignment, after recovery."""
        ...

    async def give_up(self) -> None:
        """The assignment ends: what has been admitted is to be committed, what is queued is to be dropped."""
        ...


def in_chunks(tp: TP, span: Span, epoch: int, most: int = CHUNK_RECORDS) -> list[Chunk]:
    """The span, cut; at least one chunk, so that a position which only moved past markers is told too."""
    if span.start is None or span.end is None:
        broken("a topic partition was read with no position set", topic=tp.topic, partition=tp.partition)
    chunks, start = [], span.start
    for first in range(0, max(len(span.records), 1), most):
        part = span.records[first : first + most]
        end = span.end if first + most >= len(span.records) else part[-1].offset + 1
        chunks.append(Chunk(tp, start, end, part, epoch))
        start = end
    return chunks


class Thread(driver.AIOKafkaConsumerThread):
    """The consumer's own thread: heartbeats go on while the worker computes."""

    logger = FAUST_LOGGER
    consumer: "Consumer"

    def _create_worker_consumer(self, transport: "Transport") -> AIOKafkaConsumer:  # type: ignore[override]  # ours alone makes it
        return transport.make_consumer()

    async def _fetch_records(  # type: ignore[override]  # spans in place of records
        self,
        consumer: AIOKafkaConsumer,
        active_partitions: AbstractSet[TP],
        timeout: float | None = None,  # noqa: ASYNC109 -- Faust's
        max_records: int | None = None,  # noqa: ARG002 -- Faust's
    ) -> dict[TP, Span]:
        if not self.consumer.flow_active:
            return {}
        fetcher: Any = consumer._fetcher  # noqa: SLF001 -- positions before and after are nowhere public
        if consumer._closed or fetcher._closed:  # noqa: SLF001
            raise ConsumerStoppedError
        subscription = consumer._subscription.subscription  # noqa: SLF001
        assignment = subscription.assignment if subscription else None
        if assignment is None or not assignment.active:
            return {}
        before = {tp: assignment.state_value(tp)._position for tp in assignment.tps}  # noqa: SLF001
        with fetcher._subscriptions.fetch_context():  # noqa: SLF001
            records = await fetcher.fetched_records(active_partitions, timeout=timeout, max_records=FETCHED_RECORDS)
        spans = {}
        for tp, start in before.items():
            end = assignment.state_value(tp)._position  # noqa: SLF001
            if tp in records or end != start:
                spans[TP(tp.topic, tp.partition)] = Span(start, end, records.get(tp, ()))
        return spans

    async def seek_all(self, positions: Mapping[TP, int]) -> None:
        consumer = self._ensure_consumer()

        async def seek() -> None:
            for tp, position in positions.items():
                consumer.seek(driver.ensure_aiokafka_TP(tp), position)

        await self.call_thread(seek)

    def coordination_ended(self) -> bool:
        """Whether what keeps this worker in its group has died, or waits to be asked for its error, which Faust never does."""
        if self._consumer is None:
            return False
        coordinator: Any = self._consumer._coordinator  # noqa: SLF001 -- nowhere public
        return coordinator is not None and (coordinator._coordination_task.done() or coordinator._pending_exception is not None)  # noqa: SLF001


class Consumer(driver.Consumer):
    logger = FAUST_LOGGER
    transport: "Transport"
    _thread: Thread

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.epoch = 0
        """Grows whenever an assignment ends: what was fetched in an earlier one counts for nothing."""
        self._next: dict[TP, int] = {}
        """Where the next chunk of each topic partition must begin."""
        # A fetch under way during a seek would move the position after it: its records are dropped as of the old epoch, and
        # nobody would put the position back.
        self._fetch_or_seek = asyncio.Lock()

    def _new_consumer_thread(self) -> Thread:
        return Thread(self, loop=self.loop, beacon=self.beacon)

    def begin_epoch(self) -> None:
        self.epoch += 1

    def coordination_ended(self) -> bool:
        return self._thread.coordination_ended()

    async def _drain_messages(self, fetcher: Any) -> None:
        """Faust's fetcher service runs this for as long as it is there."""
        while not (self.should_stop or fetcher.should_stop):
            if not self.flow_active:
                await self.wait(self.can_resume_flow.wait())
                continue
            try:
                chunks = await self._fetch()
            except ConsumerStoppedError:
                return
            for chunk in chunks:
                await self.transport.intake.room()
                if chunk.epoch != self.epoch:
                    break
                self._deliver(chunk)

    async def _fetch(self) -> list[Chunk]:
        async with self._fetch_or_seek:
            epoch = self.epoch
            active = self.transport.intake.fetchable(self._get_active_partitions())
            spans: Mapping[TP, Span] = await self._getmany(active, timeout=POLL_S) if active and self.flow_active else {}  # type: ignore[assignment]
            if epoch != self.epoch or not self.flow_active:
                return []  # the next assignment begins with a seek
        if not spans:
            await asyncio.sleep(0 if active else IDLE_S)
        return [chunk for tp, span in spans.items() for chunk in in_chunks(tp, span, epoch)]

    def _deliver(self, chunk: Chunk) -> None:
        tp, expected = chunk.tp, self._next.get(chunk.tp)
        if chunk.start != expected:
            broken(
                "records are lost between two fetches (or were deleted before they were read)",
                topic=tp.topic, partition=tp.partition, expected=expected, start=chunk.start, end=chunk.end,
            )  # fmt: skip
        self._next[tp] = chunk.end
        self.transport.intake.queued(chunk.weight())
        generation = self.app.consumer_generation_id  # Faust's streams drop what has another
        message = Message(tp.topic, tp.partition, chunk.end, 0.0, 0, None, None, None, None, tp=tp, generation_id=generation)
        for channel in self.app.topics._tp_index[tp]:  # type: ignore[attr-defined]  # noqa: SLF001 -- exactly one agent
            channel.queue.force_put_nowait(Event(self.app, None, chunk, None, message))

    async def perform_seek(self) -> None:
        """Faust calls it after recovery, before the flow."""
        async with self._fetch_or_seek:
            starts = self.transport.intake.starts()
            await self._thread.seek_all(starts)
            self._next = dict(starts)

    async def on_partitions_revoked(self, revoked: set[TP]) -> None:
        self.begin_epoch()
        self.stop_flow()
        await self.transport.intake.give_up()
        await super().on_partitions_revoked(revoked)

    async def force_commit(self, topics: Any = None, start_new_transaction: bool = True) -> bool:  # noqa: ARG002, FBT001, FBT002 -- Faust's
        """Never: offsets travel in the checkpoint's transactions."""
        return False

    def verify_event_path(self, now: float, tp: TP) -> None:
        """Faust would warn of chunks where it expects records; the watchdog does this work."""


class Transport(driver.Transport):
    Consumer = Consumer

    def __init__(self, url: Any, app: Any, *, intake: Intake, make_consumer: Callable[[], AIOKafkaConsumer]) -> None:
        super().__init__(url, app)
        self.intake = intake
        self.make_consumer = make_consumer
