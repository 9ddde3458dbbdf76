"""Delivery in chunks, in place of Faust's delivery record by record, which costs sixty times as much.

A chunk carries the positions before and after its fetch, and the epoch of the assignment it was fetched in. Every chunk of a
topic partition begins where the last one ended; if one does not, a chunk is lost, and the process ends before anything is
committed. Positions, not offsets: transaction markers, aborted records and compaction leave gaps that are no loss.
"""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, Protocol

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import ConsumerStoppedError, KafkaError, TopicAuthorizationFailedError
from faust.events import Event
from faust.transport.drivers import aiokafka as driver
from faust.types import TP
from faust.types.tuples import Message

from streams.engine.abreast import Abreast
from streams.engine.broken import broken, failed
from streams.engine.chunk import Chunk, Span, in_chunks
from streams.engine.consumer_thread import FAUST_LOGGER, Thread
from streams.engine.queued import Queued
from streams.engine.read_ahead import ReadAhead

POLL_S = 0.25
"""How long one fetch waits for records; a seek waits as long for its turn."""
IDLE_S = 0.02


class Assignment(NamedTuple):
    """What the group gave to this worker, and when."""

    tps: frozenset[TP]
    generation: int
    member: str
    """The name the group's coordinator has for this worker."""


class Intake(Protocol):
    """What reads the chunks, as the transport sees it."""

    read_ahead: ReadAhead
    """How much the agents have been given."""

    def unread(self, tp: TP, position: int) -> bool:
        """Whether the broker is known to hold something of it from `position` on."""
        ...

    def starts(self) -> Mapping[TP, int]:
        """Where reading begins, by topic partition; asked once an assignment, after recovery."""
        ...

    async def give_up(self) -> None:
        """The assignment ends: what has been admitted is to be committed, what is queued is to be dropped."""
        ...

    def expelled(self) -> None:
        """The group does not know this worker as a member any more; all it had is given up, and it is about to join anew."""
        ...


class Consumer(driver.Consumer):
    logger = FAUST_LOGGER
    transport: "Transport"
    _thread: Thread

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.epoch = 0
        """Grows whenever an assignment ends: what was fetched in an earlier one counts for nothing."""
        self.assigned_now: Assignment | None = None
        """None while the group rebalances."""
        self._next: dict[TP, int] = {}
        """Where the next chunk of each topic partition must begin."""
        self._sought = -1
        """The epoch of the last seek: before it nothing is fetched, as positions are anybody's."""
        self.queued = Queued()
        self.abreast = Abreast(self.transport.in_memory, self.transport.intake.unread)
        # A fetch under way during a seek would move the position after it: its records are dropped as of the old epoch, and
        # nobody would put the position back.
        self._fetch_or_seek = asyncio.Lock()

    def _new_consumer_thread(self) -> Thread:
        return Thread(self, loop=self.loop, beacon=self.beacon)

    def begin_epoch(self) -> None:
        self.epoch += 1
        self.queued.clear()
        self.abreast.begin({})

    def coordination_ended(self) -> bool:
        return self._thread.coordination_ended()

    async def resume_coordination(self) -> KafkaError | None:
        return await self._thread.resume_coordination()

    async def commit_positions(self, positions: Mapping[TopicPartition, int]) -> None:
        """As a member of the group, in its present generation: CommitFailedError where it is none any more."""
        await self._thread.commit_positions(positions)

    async def _drain_messages(self, fetcher: Any) -> None:
        """Faust's fetcher service runs this for as long as it is there."""
        while not (self.should_stop or fetcher.should_stop):
            if not self.flow_active:
                await self.wait(self.can_resume_flow.wait())
                continue
            try:
                await self._fetch()
            except ConsumerStoppedError:
                return
            except TopicAuthorizationFailedError as error:
                failed(error, "the channels cannot be read")
            for chunk in self.abreast.take():
                await self.transport.intake.read_ahead.room()
                if chunk.epoch != self.epoch:
                    break
                self._deliver(chunk)

    async def _fetch(self) -> None:
        async with self._fetch_or_seek:
            epoch = self.epoch
            wanted = self.abreast.wanted() & self._get_active_partitions() if epoch == self._sought else set()
            spans: Mapping[TP, Span] = await self._getmany(wanted, timeout=POLL_S) if wanted and self.flow_active else {}  # type: ignore[assignment]
            if epoch != self.epoch or not self.flow_active:
                return  # the next assignment begins with a seek
            for tp, span in spans.items():
                for chunk in in_chunks(tp, span, epoch):
                    self.abreast.put(chunk)
        if not spans:
            await asyncio.sleep(0 if wanted else IDLE_S)

    def _deliver(self, chunk: Chunk) -> None:
        tp, expected = chunk.tp, self._next.get(chunk.tp)
        if chunk.start != expected:
            broken(
                "records are lost between two fetches (or were deleted before they were read)",
                topic=tp.topic, partition=tp.partition, expected=expected, start=chunk.start, end=chunk.end,
            )  # fmt: skip
        self._next[tp] = chunk.end
        self.transport.intake.read_ahead.queued(chunk.weight)
        generation = self.app.consumer_generation_id  # Faust's streams drop what has another
        message = Message(tp.topic, tp.partition, chunk.end, 0.0, 0, None, None, None, None, tp=tp, generation_id=generation)
        for channel in self.app.topics._tp_index[tp]:  # type: ignore[attr-defined]  # noqa: SLF001 -- exactly one agent
            self.queued.put(tp.topic, channel.queue, chunk)
            channel.queue.force_put_nowait(Event(self.app, None, chunk, None, message))

    async def perform_seek(self) -> None:
        """Faust calls it after recovery, before the flow."""
        async with self._fetch_or_seek:
            epoch = self.epoch
            starts = self.transport.intake.starts()
            await self._thread.seek_all(starts, epoch)
            self._next = dict(starts)
            self.abreast.begin(starts)
            self._sought = epoch

    async def on_partitions_assigned(self, assigned: set[TP], generation_id: int = 0) -> None:
        # Taken here and together: the consumer's thread sets the one a little before the other.
        self.assigned_now = Assignment(frozenset(assigned), generation_id, self._thread.member())
        await super().on_partitions_assigned(assigned, generation_id)

    async def on_partitions_revoked(self, revoked: set[TP]) -> None:
        before, self.assigned_now = self.assigned_now, None
        self.begin_epoch()
        self.stop_flow()
        await self.transport.intake.give_up()
        if before is not None and before.member != self._thread.member():
            self.transport.intake.expelled()
        await super().on_partitions_revoked(revoked)

    async def force_commit(self, topics: Any = None, start_new_transaction: bool = True) -> bool:  # noqa: ARG002, FBT001, FBT002 -- Faust's
        """Never: offsets travel in the checkpoint's transactions."""
        return False

    def verify_event_path(self, now: float, tp: TP) -> None:
        """Faust would warn of chunks where it expects records; the watchdog does this work."""


class Transport(driver.Transport):
    Consumer = Consumer

    def __init__(self, url: Any, app: Any, *, intake: Intake, in_memory: int, make_consumer: Callable[[], AIOKafkaConsumer]) -> None:
        """`in_memory`: how many records may wait there, a large one counting as several."""
        super().__init__(url, app)
        self.in_memory = in_memory
        self.intake = intake
        self.make_consumer = make_consumer
