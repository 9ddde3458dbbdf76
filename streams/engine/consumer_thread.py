"""The consumer's own thread, in which heartbeats go on while the worker computes; all that reaches into aiokafka's consumer is here."""

import asyncio
import logging
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING, Any, cast

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import CommitFailedError, ConsumerStoppedError, KafkaError
from faust.transport.drivers import aiokafka as driver
from faust.types import TP

from streams.engine.chunk import Span

if TYPE_CHECKING:
    from streams.engine.transport import Consumer, Transport

FAUST_LOGGER = logging.getLogger("faust")
"""What Faust's own code says belongs to Faust, also where a class of ours runs it."""


class Thread(driver.AIOKafkaConsumerThread):
    logger = FAUST_LOGGER
    consumer: "Consumer"

    def _create_worker_consumer(self, transport: "Transport") -> AIOKafkaConsumer:  # type: ignore[override]  # ours alone makes it
        return transport.make_consumer()

    async def on_thread_stop(self) -> None:
        try:
            await super().on_thread_stop()
        except asyncio.CancelledError:
            # aiokafka has left the group and cancelled its fetches; one that was waiting to be tried again ends so, and nothing catches it.
            if self._consumer is not None:
                await self._consumer._client.close()  # noqa: SLF001 -- what it would have done next

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
        try:
            with fetcher._subscriptions.fetch_context():  # noqa: SLF001
                records = await fetcher.fetched_records(active_partitions, timeout=timeout, max_records=self.consumer.abreast.most())
        except KafkaError:
            if self._coordinator._pending_exception is None:  # noqa: SLF001
                raise
            return {}  # the group's error, told here too: see resume_coordination
        spans = {}
        for tp, start in before.items():
            end = assignment.state_value(tp)._position  # noqa: SLF001
            if tp in records or end != start:
                spans[TP(tp.topic, tp.partition)] = Span(start, end, records.get(tp, ()))
        return spans

    async def seek_all(self, positions: Mapping[TP, int], epoch: int) -> None:
        consumer = self._ensure_consumer()

        async def seek() -> None:
            if epoch == self.consumer.epoch:  # or they may be another worker's by now
                for tp, position in positions.items():
                    consumer.seek(driver.ensure_aiokafka_TP(tp), position)

        await self.call_thread(seek)

    async def commit_positions(self, positions: Mapping[TopicPartition, int]) -> None:
        consumer = self._ensure_consumer()

        async def commit() -> None:
            if not self.member():  # aiokafka would commit as nobody, which a group without members lets pass
                raise CommitFailedError
            await consumer.commit(dict(positions))

        await self.call_thread(commit)

    @property
    def _coordinator(self) -> Any:
        return self._consumer._coordinator if self._consumer is not None else None  # noqa: SLF001 -- nowhere public

    def member(self) -> str:
        """The name the group's coordinator has for this worker; none while it is no member."""
        return str(self._coordinator.member_id) if self._coordinator is not None else ""

    def coordination_ended(self) -> bool:
        """Whether the task that keeps this worker in its group has died."""
        return self._coordinator is not None and self._coordinator._coordination_task.done()  # noqa: SLF001

    async def resume_coordination(self) -> KafkaError | None:
        """After any answer of the group's coordinator that it did not expect, aiokafka waits for somebody to ask for the error, which Faust
        never does. Here it is, where there is one; and the worker joins its group again."""
        coordinator = self._coordinator
        if coordinator is None or coordinator._pending_exception is None:  # noqa: SLF001
            return None

        async def ask() -> KafkaError | None:
            try:
                coordinator.check_errors()
            except KafkaError as error:
                return error
            return None

        return cast("KafkaError | None", await self.call_thread(ask))
