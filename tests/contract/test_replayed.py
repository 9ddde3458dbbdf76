"""What a dead letter that was sent back leaves behind."""

import pytest

from schemas.dead_letter import dead_letter
from schemas.replayed import REPLAYED_HEADER, TO_HEADER, LetterPlace, Mark, as_sent_first, mark_of, read_place
from schemas.touchpoint import Refused
from streams.logs.file import LogRecord

MARK = Mark(LetterPlace(3, 1041), "touchpoints.chat/3/991")


def test_a_mark_reads_back_as_it_was_written() -> None:
    assert mark_of(MARK.headers()) == MARK


def test_a_replayed_record_that_was_refused_again_is_a_letter_and_no_mark() -> None:
    record = LogRecord("touchpoints.chat", 0, 1, 2, None, b"", tuple(MARK.headers()))
    letter = dead_letter(record, Refused("not_json", "is empty"), "0.1.0")
    assert mark_of(letter.headers) is None


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [(REPLAYED_HEADER, b"3/1041")],
        [(TO_HEADER, b"touchpoints.chat/3/991")],
        [(REPLAYED_HEADER, None), (TO_HEADER, b"x")],
        [(REPLAYED_HEADER, b"3"), (TO_HEADER, b"x")],
        [(REPLAYED_HEADER, b"\xff/1"), (TO_HEADER, b"x")],
        [(REPLAYED_HEADER, "٣/1".encode()), (TO_HEADER, b"x")],
    ],
)
def test_what_is_no_mark_is_none(headers: list[tuple[str, bytes | None]]) -> None:
    assert mark_of(headers) is None


@pytest.mark.parametrize("text", ["", "3", "3/", "/3", "3/x", "-1/2", "3/4/5", " 3/4", "3/4\n", "12345678901/1"])
def test_what_names_no_letter_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="names no dead letter"):
        read_place(text)


def test_a_record_goes_back_with_the_headers_it_came_with() -> None:
    record = LogRecord("touchpoints.chat", 0, 1, 2, None, b"", (("h", b"x"), ("h", b"y"), ("n", None)))
    letter = dead_letter(record, Refused("not_json", "is empty", "value"), "0.1.0")
    assert as_sent_first([*letter.headers, (REPLAYED_HEADER, b"0/1")]) == list(record.headers)
