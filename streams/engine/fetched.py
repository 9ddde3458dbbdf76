"""Records as they are fetched: of the eleven fields of aiokafka's the seven that are read, in half the time.

To make aiokafka's own objects was a twentieth of what a touchpoint costs.
"""

from collections.abc import Iterator
from typing import Any

from aiokafka import TopicPartition
from aiokafka.consumer import fetcher
from msgspec import Struct


class Fetched(Struct, frozen=True, gc=False):
    """A `Record`."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...]


class Records(fetcher.PartitionRecords):
    """What one fetch gave of one topic partition."""

    _records_iterator: Iterator[Fetched]

    def __iter__(self) -> Iterator[Fetched]:
        """The generator itself, which spares a call a record."""
        return self._records_iterator

    def _consumer_record(self, tp: TopicPartition, record: Any) -> Fetched:
        return Fetched(tp.topic, tp.partition, record.offset, record.timestamp, record.key, record.value, tuple(record.headers))


def use() -> None:
    """For all consumers of this process: which class a consumer makes cannot be chosen otherwise."""
    fetcher.PartitionRecords = Records  # type: ignore[misc]
