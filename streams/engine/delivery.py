"""How a checkpoint reaches Kafka: as one transaction a partition number, or, where a cluster forbids transactions, step by step."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import NamedTuple, Protocol

from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.errors import CommitFailedError, KafkaError, RebalanceInProgressError
from structlog.stdlib import get_logger

from streams.engine.broken import failed, taken_over
from streams.engine.sending import Outgoing, send
from streams.engine.trouble import said, shut_out

Commit = Callable[[Mapping[TopicPartition, int]], Awaitable[None]]

_log = get_logger(__name__)


class Content(NamedTuple):
    """What one partition number's checkpoint writes."""

    number: int
    producer: AIOKafkaProducer
    told: Sequence[Outgoing]
    """Alerts, dead letters, forwarded records."""
    known: Sequence[Outgoing]
    """Journeys, and the clock at last."""
    offsets: Mapping[TopicPartition, int]
    before: Mapping[TopicPartition, int]
    """The offsets of its last checkpoint."""


class Delivery(Protocol):
    async def deliver(self, contents: Sequence[Content]) -> None:
        """Returns when the broker has it all; ends the process where it cannot be."""
        ...


class ExactlyOnce:
    """All of a partition number's, or nothing. The transactional id fences: a worker that was taken for dead writes nothing more."""

    def __init__(self, group: str) -> None:
        self._group = group

    async def deliver(self, contents: Sequence[Content]) -> None:
        await asyncio.gather(*(self._deliver(content) for content in contents))

    async def _deliver(self, content: Content) -> None:
        try:
            await self._transact(content)
        except KafkaError as error:
            if shut_out(error):
                taken_over(
                    "another worker has taken over a partition number, or the broker has given up a transaction that took too long",
                    partition=content.number, error=said(error),
                )  # fmt: skip
            failed(error, "a checkpoint could not be committed", partition=content.number)

    async def _transact(self, content: Content) -> None:
        producer = content.producer
        await producer.begin_transaction()
        await send(producer, content.told)
        # After the alerts: a broker that does not isolate transactions then repeats, and loses nothing.
        await send(producer, content.known)
        await producer.send_offsets_to_transaction(dict(content.offsets), self._group)
        await producer.commit_transaction()


class AtLeastOnce:
    """What is told, then what is known, then the offsets, each when the broker has acknowledged what went before.

    A crash in between repeats: alerts with the same id, revision and content, dead letters, forwarded records (left out as copies where
    they arrive). Nothing is lost, and no journey counts a record twice: it knows its offsets itself. A worker that was taken for dead is
    shut out by its group, which is asked before anything is written. What no question can shut out is one that is stopped between the
    answer and the writing, and woken after another took over: it repeats alerts, and may set journeys back to what they were.
    """

    def __init__(self, commit: Commit) -> None:
        """`commit` sends offsets as a member of the group, in its present generation."""
        self._commit = commit

    async def deliver(self, contents: Sequence[Content]) -> None:
        if not contents:
            return
        try:
            await self._commit_as_member({tp: offset for content in contents for tp, offset in content.before.items()})
            await asyncio.gather(*(self._write(content) for content in contents))
            await self._commit_as_member({tp: offset for content in contents for tp, offset in content.offsets.items()})
        except CommitFailedError as error:
            taken_over("the group has given this worker's partition numbers to others", error=said(error))
        except KafkaError as error:
            failed(error, "a checkpoint could not be written")

    async def _write(self, content: Content) -> None:
        await send(content.producer, content.told)
        await send(content.producer, content.known)

    async def _commit_as_member(self, offsets: Mapping[TopicPartition, int]) -> None:
        try:
            await self._commit(offsets)
        except CommitFailedError as error:
            if not isinstance(error.__cause__, RebalanceInProgressError):
                raise
            # Still a member. The clock in the changelog has the positions too.
            _log.info("the group takes no offsets while it rebalances")
