"""Touchpoints that a detector could not bear: their records, read again, go to the dead letters with every byte."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from schemas.dead_letter import detector_failed
from schemas.touchpoint import TOPIC_PREFIX, Record
from streams.detection.change import Failed
from streams.engine.letters import Letters
from streams.engine.sending import Outgoing

PATIENCE_S = 5.0


@dataclass(frozen=True)
class Gone:
    """A record that can no longer be read; what is known of it all the same."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None = None
    headers: tuple[tuple[str, Any], ...] = ()


class Failures:
    def __init__(self, reader: AIOKafkaConsumer, letters: Letters, now: Callable[[], int]) -> None:
        self._reader = reader
        self._letters = letters
        self._now = now
        self._one_at_a_time = asyncio.Lock()

    async def letter(self, failed: Failed) -> Outgoing:
        record = await self._record(failed)
        error = failed.error
        if isinstance(record, Gone):
            error += "; the record itself could not be read again"
        return self._letters.of(record, detector_failed(failed.detector, error))

    async def _record(self, failed: Failed) -> Record:
        tp, offset = TopicPartition(TOPIC_PREFIX + failed.touchpoint.channel, failed.partition), failed.touchpoint.offset
        async with self._one_at_a_time:
            try:
                self._reader.assign([tp])
                self._reader.seek(tp, offset)
                fetched = await asyncio.wait_for(self._reader.getone(tp), PATIENCE_S)
            except (KafkaError, TimeoutError):
                fetched = None
            finally:
                self._reader.unsubscribe()
        if fetched is not None and fetched.offset == offset:
            return fetched
        return Gone(tp.topic, tp.partition, offset, self._now(), failed.journey[2:].encode())
