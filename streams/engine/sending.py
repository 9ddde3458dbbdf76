"""Records on their way out, in batches: one by one they cost ten times as much."""

import asyncio
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from aiokafka import AIOKafkaProducer


class Outgoing(NamedTuple):
    topic: str
    partition: int
    key: bytes | None
    value: bytes | None
    timestamp: int
    """Milliseconds since the epoch."""
    headers: Sequence[tuple[str, Any]] = ()


class TooLarge(Exception):
    """A record that no batch can hold."""


async def send(producer: AIOKafkaProducer, outgoing: Iterable[Outgoing]) -> None:
    """Returns when the broker has acknowledged all; those of one topic partition stay in order.

    Raises TooLarge, and aiokafka's KafkaError.
    """
    batches: dict[tuple[str, int], list[Any]] = {}
    for record in outgoing:
        filling = batches.setdefault((record.topic, record.partition), [])
        if not filling or not _appended(filling[-1], record):
            filling.append(producer.create_batch())
            if not _appended(filling[-1], record):
                raise TooLarge(f"a record of {len(record.value or b'')} bytes for {record.topic} fits in no batch")
    acknowledgements = [
        await producer.send_batch(batch, topic, partition=partition) for (topic, partition), filled in batches.items() for batch in filled
    ]
    await asyncio.gather(*acknowledgements)


def _appended(batch: Any, record: Outgoing) -> bool:
    return batch.append(key=record.key, value=record.value, timestamp=record.timestamp, headers=list(record.headers)) is not None
