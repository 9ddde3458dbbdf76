"""A dead letter is the record itself, and says why it lies there."""

from schemas.dead_letter import Error, dead_letter, detector_failed, read_error
from schemas.decode import decode
from schemas.touchpoint import Refused
from tests.contract.examples import ARRIVED, chat


def test_a_dead_letter_is_the_record_with_headers_behind_its_own() -> None:
    record = chat(b"\xff not json", ("traceparent", b"00-1"), ("empty", b""))
    refused = decode(record)
    assert isinstance(refused, Refused)
    letter = dead_letter(record, refused, "1.2.3")
    assert (letter.key, letter.value, letter.timestamp) == (b"c-000123", b"\xff not json", ARRIVED)
    assert letter.headers == [
        ("traceparent", b"00-1"),
        ("empty", b""),
        ("throughline.error.class", b"not_json"),
        ("throughline.error.stage", b"decode"),
        ("throughline.error.reason", refused.reason.encode()),
        ("throughline.error.topic", b"touchpoints.chat"),
        ("throughline.error.partition", b"3"),
        ("throughline.error.offset", b"17"),
        ("throughline.error.version", b"1.2.3"),
        ("throughline.error.recoverable", b"false"),
    ]


def test_the_field_is_named_where_there_is_one() -> None:
    refused = Refused("schema_violation", "is no author", field="data.author")
    error = read_error(dead_letter(chat(b"{}"), refused, "1").headers)
    assert error == Error(
        error_class="schema_violation",
        stage="decode",
        reason="is no author",
        field="data.author",
        topic="touchpoints.chat",
        partition=3,
        offset=17,
        version="1",
        recoverable=False,
    )


def test_of_a_record_refused_twice_the_last_refusal_counts() -> None:
    first = dead_letter(chat(b""), Refused("not_json", "is empty"), "1")
    again = chat(first.value, *first.headers, topic="touchpoints.email")
    assert read_error(dead_letter(again, Refused("too_large", "is long"), "2").headers).error_class == "too_large"
    assert dead_letter(again, Refused("too_large", "is long"), "2").headers[: len(first.headers)] == first.headers


def test_a_tombstone_stays_one() -> None:
    letter = dead_letter(chat(None), Refused("envelope_invalid", "is a tombstone"), "1")
    assert letter.value is None


def test_what_a_detector_could_not_bear_may_be_borne_by_a_later_version() -> None:
    error = read_error(dead_letter(chat(b"{}"), detector_failed("first_response", "KeyError"), "1").headers)
    assert (error.error_class, error.stage, error.field, error.recoverable) == ("detector_failed", "detect", None, True)
    assert error.reason == "the detector first_response failed on it: KeyError"
