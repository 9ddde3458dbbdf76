"""What would become of a dead letter that is sent back."""

from typing import NamedTuple

import pytest

from schemas.instant import DAY, SECOND, format_instant
from schemas.partitioner import partition_for
from schemas.replayed import LetterPlace
from streams.kafka.dead_letters import letter_of
from streams.kafka.letter_verdicts import Left, Ready, verdict
from streams.logs.file import LogRecord
from streams.logs.line import Line
from tests.cli.letters import letter, said, sent

NOW = 1_772_355_600_000
COUNTS = {"touchpoints.chat": 8}
HERE = LetterPlace(0, 0)
GHOST, MENDED = said("c-17", "e1", NOW - SECOND, "ghost"), said("c-17", "e1", NOW - SECOND)


def judged(lying: LogRecord, mended: LogRecord | None = None, sent_back: dict[LetterPlace, str] | None = None) -> Ready | Left:
    found = letter_of(lying)
    assert found is not None
    line = None if mended is None else Line(lying.topic, 0, 0, mended.timestamp, mended.key, mended.value, mended.headers)
    return verdict(found, line, sent_back or {}, COUNTS, NOW)


class Refusal(NamedTuple):
    name: str
    lying: LogRecord
    why: str
    mended: LogRecord | None = None
    sent_back: dict[LetterPlace, str] | None = None


@pytest.mark.parametrize(
    "case",
    [
        Refusal("as it was", letter(sent(GHOST, NOW)), "would be refused again: schema_violation: data.author: "),
        Refusal("mended into something as bad", letter(sent(GHOST, NOW)), "would be refused again: not_json", sent(b"{", NOW)),
        Refusal("whose bytes did not fit", letter(sent(GHOST, NOW)), "would be refused again: not_json", sent(b"", NOW)),
        Refusal("to a topic that is gone", letter(sent(GHOST, NOW, topic="touchpoints.fax")), "there is no topic touchpoints.fax any more"),
        Refusal(
            "that was sent before",
            letter(sent(GHOST, NOW)),
            "already replayed: it lies at touchpoints.chat/3/9",
            sent(MENDED, NOW),
            {HERE: "touchpoints.chat/3/9"},
        ),
        Refusal(
            "that was counted before a detector failed",
            letter(sent(MENDED, NOW - DAY), "first_response"),
            f"would be taken for a copy of itself until {format_instant(NOW)}: replay it then, or give it another id",
        ),
    ],
    ids=lambda case: case.name,
)
def test_left_is_a_letter(case: Refusal) -> None:
    found = judged(case.lying, case.mended, case.sent_back)
    assert isinstance(found, Left)
    assert found.why.startswith(case.why)
    assert found.already == (case.sent_back is not None)


class Sending(NamedTuple):
    name: str
    lying: LogRecord
    mended: LogRecord | None = None


FUTURE = said("c-17", "e1", NOW)
FAILED = letter(sent(MENDED, NOW - DAY - 1), "first_response")


@pytest.mark.parametrize(
    "case",
    [
        Sending("mended", letter(sent(GHOST, NOW)), sent(MENDED, NOW)),
        Sending("mended, without its key", letter(sent(GHOST, NOW)), sent(MENDED, NOW, key=None)),
        Sending("with another's key", letter(sent(GHOST, NOW, key=b"c-99")), sent(MENDED, NOW, key=b"c-99")),
        Sending("from the future, which has come", letter(sent(FUTURE, NOW - DAY))),
        Sending("a detector failed on it more than a day ago", FAILED),
        Sending("a detector failed on it, mended with another id", letter(sent(MENDED, NOW), "d"), sent(said("c-17", "e2", NOW), NOW)),
    ],
    ids=lambda case: case.name,
)
def test_sent_is_a_record_where_its_customer_lies(case: Sending) -> None:
    found = judged(case.lying, case.mended)
    assert isinstance(found, Ready)
    record = found.record
    assert (record.topic, record.partition, record.key) == ("touchpoints.chat", partition_for(b"c-17", 8), b"c-17")
    assert record.value == (case.mended or case.lying).value
    assert record.timestamp == NOW, "it arrives now: under its old time its place would be settled already"
    assert record.headers == (("content-type", b"application/cloudevents+json"), ("throughline.replayed", b"0/0"))


def test_a_heartbeat_goes_back_to_its_partition() -> None:
    beat = said("c-17", "e1", NOW + DAY, type="io.throughline.channel.heartbeat.v1", data={})
    found = judged(letter(sent(beat, NOW, key=None, place=(5, 1))), sent(beat.replace(*_times(NOW + DAY, NOW)), NOW, key=None))
    assert isinstance(found, Ready)
    assert (found.record.partition, found.record.key, found.occurred) == (5, None, None)


def _times(*instants: int) -> tuple[bytes, bytes]:
    before, after = (format_instant(at).encode() for at in instants)
    return before, after
