"""What one fetch gave of one topic partition, cut into what an agent takes in one go."""

from collections.abc import Sequence
from typing import NamedTuple

from faust.types import TP

from schemas.instant import NEVER
from schemas.touchpoint import Record
from streams.engine.broken import broken

CHUNK_RECORDS = 200
"""At most so many in a chunk: an agent takes a chunk in one go, and nothing else runs meanwhile."""
ONE_RECORD_BYTES = 4_096


class Chunk(NamedTuple):
    """Records of one topic partition, in order."""

    tp: TP
    start: int
    """The position before; the first record's offset may be greater."""
    end: int
    """The position after: what is committed when all records are admitted."""
    records: Sequence[Record]
    epoch: int
    weight: int
    """In records; one of many bytes weighs as much as several."""

    @property
    def arrived(self) -> int:
        """When its first record did; where there are only markers, before everything."""
        return self.records[0].timestamp if self.records else -NEVER


class Span(NamedTuple):
    """What one fetch gave of one topic partition; no records where there were only markers."""

    start: int | None
    end: int | None
    records: Sequence[Record]


def in_chunks(tp: TP, span: Span, epoch: int, most: int = CHUNK_RECORDS) -> list[Chunk]:
    """The span, cut; at least one chunk, so that a position which only moved past markers is told too."""
    if span.start is None or span.end is None:
        broken("a topic partition was read with no position set", topic=tp.topic, partition=tp.partition)
    chunks, start = [], span.start
    for first in range(0, max(len(span.records), 1), most):
        part = span.records[first : first + most]
        end = span.end if first + most >= len(span.records) else part[-1].offset + 1
        chunks.append(
            Chunk(tp, start, end, part, epoch, len(part) + sum([len(record.value or b"") // ONE_RECORD_BYTES for record in part]))
        )
        start = end
    return chunks
