"""Chunks: what was fetched is cut without a gap, also where there was nothing but markers."""

from typing import Any, cast

from faust.types import TP
from hypothesis import given
from hypothesis import strategies as st

from streams.engine.chunk import ONE_RECORD_BYTES, Span, in_chunks
from tests.engine.live import Record as Read

CHAT = TP("touchpoints.chat", 0)


def records(*offsets: int) -> list[Any]:
    found = []
    for offset in offsets:
        record = object.__new__(Read)
        record.offset, record.timestamp, record.value = offset, offset, b""
        found.append(cast("Any", record))
    return found


def test_each_chunk_begins_where_the_last_one_ended() -> None:
    chunks = in_chunks(CHAT, Span(10, 20, records(11, 12, 15, 18)), epoch=3, most=2)
    assert [(chunk.start, chunk.end, [record.offset for record in chunk.records]) for chunk in chunks] == [
        (10, 13, [11, 12]),
        (13, 20, [15, 18]),
    ]
    assert {chunk.epoch for chunk in chunks} == {3}


def test_markers_alone_move_the_position_and_are_told() -> None:
    (chunk,) = in_chunks(CHAT, Span(10, 12, []), epoch=0)
    assert (chunk.start, chunk.end, list(chunk.records)) == (10, 12, [])


def test_a_large_record_weighs_as_much_as_several_and_a_tombstone_as_one() -> None:
    read = records(1, 2, 3, 4)
    for record, value in zip(read, (b"x" * 100, b"x" * (ONE_RECORD_BYTES - 1), b"x" * (10 * ONE_RECORD_BYTES), None), strict=True):
        record.value = value
    (chunk,) = in_chunks(CHAT, Span(1, 5, read), epoch=0)
    assert chunk.weight == 1 + 1 + 11 + 1


@given(st.sets(st.integers(0, 50), max_size=30), st.integers(1, 7), st.integers(0, 5))
def test_no_record_is_lost_and_no_position_skipped(offsets: set[int], most: int, markers: int) -> None:
    ordered = sorted(offsets)
    end = (ordered[-1] + 1 if ordered else 0) + markers
    chunks = in_chunks(CHAT, Span(0, end, records(*ordered)), epoch=0, most=most)
    assert [record.offset for chunk in chunks for record in chunk.records] == ordered
    assert [chunk.start for chunk in chunks] == [0, *(chunk.end for chunk in chunks[:-1])]
    assert chunks[-1].end == end
    assert all(len(chunk.records) <= most for chunk in chunks)
