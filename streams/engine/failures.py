"""Touchpoints that a detector could not bear: their records, read again, go to the dead letters with every byte."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError
from structlog.stdlib import get_logger

from schemas.dead_letter import detector_failed
from schemas.identity import key_of
from schemas.touchpoint import TOPIC_PREFIX, Record
from streams.detection.change import Failed
from streams.engine.letters import Letters
from streams.engine.sending import Outgoing
from streams.engine.trouble import said, transient

PATIENCE_S = 30.0
"""For all of a checkpoint's; a broker that fails is replaced in less."""
PAUSE_S = 0.1

_log = get_logger(__name__)


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
        """`reader` is used by nobody else while it reads; where nothing ends, its fetches may go on."""
        self._reader = reader
        self._letters = letters
        self._now = now

    async def letters(self, failures: Sequence[Failed]) -> list[Outgoing]:
        """A letter each, in order. All records are read in one go: a flood of failures is thousands."""
        if not failures:
            return []
        wanted: defaultdict[TopicPartition, set[int]] = defaultdict(set)
        for failed in failures:
            wanted[_where(failed)].add(failed.touchpoint.offset)
        records: dict[tuple[TopicPartition, int], Record] = {}
        try:
            async with asyncio.timeout(PATIENCE_S):
                await self._read(wanted, records)
        except TimeoutError:
            _log.error("records could not be read again in time", records=sum(map(len, wanted.values())))
        return [self._letter(failed, records.get((_where(failed), failed.touchpoint.offset))) for failed in failures]

    def _letter(self, failed: Failed, record: Record | None) -> Outgoing:
        if record is not None:
            return self._letters.of(record, detector_failed(failed.detector, failed.error))
        tp = _where(failed)
        gone = Gone(tp.topic, tp.partition, failed.touchpoint.offset, self._now(), key_of(failed.journey))
        return self._letters.of(gone, detector_failed(failed.detector, failed.error + "; the record itself could not be read again"))

    async def _read(self, wanted: Mapping[TopicPartition, set[int]], records: dict[tuple[TopicPartition, int], Record]) -> None:
        """What is found, and what is passed over because it is not there any more, is taken out of `wanted`."""
        try:
            while unread := [tp for tp, offsets in wanted.items() if offsets]:
                try:
                    await self._begin(unread, wanted)
                    while unread := [tp for tp, offsets in wanted.items() if offsets]:
                        await self._read_some(unread, wanted, records)
                except KafkaError as error:
                    if not transient(error):
                        _log.error("records cannot be read again", error=said(error))
                        return
                    await asyncio.sleep(PAUSE_S)
        finally:
            self._reader.unsubscribe()

    async def _begin(self, unread: Sequence[TopicPartition], wanted: Mapping[TopicPartition, set[int]]) -> None:
        self._reader.assign(unread)
        begins = await self._reader.beginning_offsets(unread)
        for tp in unread:
            wanted[tp].difference_update([offset for offset in wanted[tp] if offset < begins[tp]])
            self._reader.seek(tp, min(wanted[tp], default=begins[tp]))

    async def _read_some(
        self, unread: Sequence[TopicPartition], wanted: Mapping[TopicPartition, set[int]], records: dict[tuple[TopicPartition, int], Record]
    ) -> None:
        for tp, fetched in (await self._reader.getmany(*unread, timeout_ms=200)).items():
            offsets = wanted[tp]
            for record in fetched:
                if record.offset in offsets:
                    records[tp, record.offset] = record
            last = fetched[-1].offset
            offsets.difference_update([offset for offset in offsets if offset <= last])
            if offsets and min(offsets) > last + 1:
                self._reader.seek(tp, min(offsets))


def _where(failed: Failed) -> TopicPartition:
    return TopicPartition(TOPIC_PREFIX + failed.touchpoint.channel, failed.partition)
