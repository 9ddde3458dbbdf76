"""A refused record as it lies on `touchpoints.dead-letter`: untouched, with headers that say why and where it came from."""

from typing import Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from schemas.touchpoint import TOPIC_PREFIX, Record, Refused, RefusedClass

DEAD_LETTER_TOPIC = TOPIC_PREFIX + "dead-letter"
HEADER_PREFIX = "throughline.error."


class Error(BaseModel):
    """The headers, each a text in UTF-8.

    A record that was refused before and sent again carries them twice: the last of a name counts, as everywhere in Kafka.
    """

    model_config = ConfigDict(extra="ignore", frozen=True, alias_generator=lambda field: HEADER_PREFIX + field, validate_by_name=True)

    error_class: RefusedClass = Field(alias=HEADER_PREFIX + "class")
    stage: Literal["decode", "admit", "detect"]
    reason: str
    """For people; names the rule, never quotes the customer's data."""
    field: str | None = None
    """Dotted path into the event; left out when the whole of it is meant."""
    topic: str
    partition: int
    offset: int
    version: str
    """Throughline's."""
    recoverable: bool
    """Whether the same bytes may be accepted later."""


class DeadLetter(NamedTuple):
    """Key, value and timestamp are the record's own; so are the first of the headers."""

    key: bytes | None
    value: bytes | None
    timestamp: int
    headers: list[tuple[str, Any]]


def dead_letter(record: Record, refused: Refused, version: str) -> DeadLetter:
    """`version` is Throughline's own."""
    error = {
        "class": refused.error_class,
        "stage": refused.stage,
        "reason": refused.reason,
        "field": refused.field,
        "topic": record.topic,
        "partition": record.partition,
        "offset": record.offset,
        "version": version,
        "recoverable": "true" if refused.recoverable else "false",
    }
    headers = list(record.headers) + [(HEADER_PREFIX + name, str(value).encode()) for name, value in error.items() if value is not None]
    return DeadLetter(record.key, record.value, record.timestamp, headers)


def detector_failed(detector: str, error: str) -> Refused:
    """Of a touchpoint that a detector could not bear. `error` is an exception's type: its text may quote the customer."""
    return Refused("detector_failed", f"the detector {detector} failed on it: {error}", stage="detect", recoverable=True)


def read_error(headers: list[tuple[str, Any]]) -> Error:
    """What a dead letter's headers say; pydantic's ValidationError if they are none of ours."""
    return Error.model_validate({name: value.decode() for name, value in headers if name.startswith(HEADER_PREFIX)}, strict=False)
