"""Records on their way out, in batches: one by one they cost ten times as much."""

import asyncio
from collections.abc import Iterable, Sequence
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.errors import MessageSizeTooLargeError
from msgspec import Struct


class Outgoing(Struct, frozen=True, gc=False):
    topic: str
    partition: int
    key: bytes | None
    value: bytes | None
    timestamp: int
    """Milliseconds since the epoch."""
    headers: Sequence[tuple[str, Any]] = ()


async def send(producer: AIOKafkaProducer, outgoing: Iterable[Outgoing]) -> None:
    """Returns when the broker has acknowledged all; those of one topic partition stay in order. Raises aiokafka's KafkaError."""
    batches: dict[tuple[str, int], list[Any]] = {}
    for record in outgoing:
        filling = batches.setdefault((record.topic, record.partition), [])
        if not filling or not _appended(filling[-1], record):
            filling.append(producer.create_batch())
            _appended(filling[-1], record)  # the first of a batch may be larger than a batch: the broker decides
    sent = [
        (topic, await producer.send_batch(batch, topic, partition=partition))
        for (topic, partition), filled in batches.items()
        for batch in filled
    ]
    answers = await asyncio.gather(*(acknowledgement for _, acknowledgement in sent), return_exceptions=True)
    for (topic, _), answer in zip(sent, answers, strict=True):
        if isinstance(answer, MessageSizeTooLargeError):
            raise MessageSizeTooLargeError(f"the topic {topic} takes no record so large; raise its max.message.bytes")
    for answer in answers:
        if isinstance(answer, BaseException):
            raise answer


def _appended(batch: Any, record: Outgoing) -> bool:
    return batch.append(key=record.key, value=record.value, timestamp=record.timestamp, headers=list(record.headers)) is not None
