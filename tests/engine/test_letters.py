"""What a dead letter holds where its topic takes it whole, and where it does not."""

import pytest
from aiokafka import ConsumerRecord

from schemas.dead_letter import read_error
from schemas.touchpoint import Refused
from streams.engine.letters import Letters

LIMIT = 100_000
REFUSED = Refused("not_json", "is no JSON")


def record(key: bytes, value: bytes, *headers: tuple[str, bytes]) -> ConsumerRecord[bytes, bytes]:
    return ConsumerRecord("touchpoints.chat", 5, 7, 1_700_000_000_000, 1, key, value, None, len(key), len(value), headers)


def test_it_holds_every_byte() -> None:
    letter = Letters(4, LIMIT).of(record(b"c1", b"x" * 98_000, ("content-type", b"text/plain")), REFUSED)
    assert (letter.topic, letter.partition, letter.key, letter.value) == ("touchpoints.dead-letter", 1, b"c1", b"x" * 98_000)
    assert letter.headers[0] == ("content-type", b"text/plain")
    assert read_error(list(letter.headers)).reason == "is no JSON"


@pytest.mark.parametrize(
    "large",
    [
        pytest.param(record(b"c1", b"x" * LIMIT), id="its value"),
        pytest.param(record(b"k" * LIMIT, b"x"), id="its key"),
        pytest.param(record(b"c1", b"x", ("trace", b"h" * LIMIT)), id="a header"),
    ],
)
def test_what_is_too_large_for_the_topic_is_named_and_stays_where_it_was_sent(large: ConsumerRecord[bytes, bytes]) -> None:
    letter = Letters(4, LIMIT).of(large, REFUSED)
    assert (letter.key, letter.value, letter.timestamp) == (None, None, large.timestamp)
    assert sum(len(text) for _, text in letter.headers) < 1_000
    error = read_error(list(letter.headers))
    assert (error.error_class, error.topic, error.partition, error.offset) == ("not_json", "touchpoints.chat", 5, 7)
    assert error.reason.startswith("is no JSON; its 100")
    assert error.reason.endswith(" bytes are too many for this topic, and lie where it was sent")
