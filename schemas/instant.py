"""Instants and durations: integer milliseconds everywhere, RFC 3339 and ISO 8601 at the border."""

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Annotated

from pydantic import BeforeValidator, PlainSerializer, TypeAdapter, WithJsonSchema

SECOND, MINUTE, HOUR, DAY = 1_000, 60_000, 3_600_000, 86_400_000

NEVER = 1 << 60
"""Later than any instant; `-NEVER` is earlier than any. Fits a signed 64-bit integer with room to add durations."""

EARLIEST = 946_684_800_000
"""2000-01-01T00:00Z: a clock that shows an earlier time was never set."""

LATEST = 4_102_444_800_000
"""2100-01-01T00:00Z: the end of the times that a deadline or a validity may name."""

_NO_TIMESTAMP = "is not an RFC 3339 timestamp such as 2026-03-01T09:00:00Z"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_DURATIONS = TypeAdapter(timedelta)
_is_timestamp = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-5][0-9])", re.ASCII | re.IGNORECASE
).fullmatch
"""`date-time` of RFC 3339, section 5.6; Python reads much else of ISO 8601: week dates, no seconds, any letter for the T."""

_TO_THE_SECOND = len("2026-03-01T09:00:00")
_FRACTIONS = {f".{milliseconds:03}Z": milliseconds for milliseconds in range(SECOND)}
"""How most timestamps end; the part before is that of many."""


def parse_instant(text: object) -> int:
    """Milliseconds since the epoch of an RFC 3339 timestamp; finer fractions are cut off. ValueError says what is wrong.

    A leap second (`23:59:60`) is refused: the milliseconds since the epoch have none.
    """
    if not isinstance(text, str):
        raise ValueError("must be an RFC 3339 timestamp in a string")
    if (milliseconds := _FRACTIONS.get(text[_TO_THE_SECOND:])) is not None:
        return _whole_second(text[:_TO_THE_SECOND]) + milliseconds
    return _parsed(text)


@lru_cache(maxsize=4_096)
def _whole_second(text: str) -> int:
    return _parsed(text + "Z")


def _parsed(text: str) -> int:
    if not _is_timestamp(text):
        raise ValueError("has no time zone: write an offset or Z" if _is_timestamp(f"{text}Z") else _NO_TIMESTAMP)
    try:
        moment = datetime.fromisoformat(text.upper())
    except ValueError:
        raise ValueError(_NO_TIMESTAMP) from None
    instant = (moment - _EPOCH) // _MILLISECOND
    if not EARLIEST <= instant < LATEST:
        raise ValueError("lies outside the years 2000 to 2099")
    return instant


def format_instant(instant: int) -> str:
    """RFC 3339 in UTC with milliseconds: `2026-03-01T09:00:00.000Z`."""
    second, milliseconds = divmod(instant, SECOND)
    return _as_text(second) + f".{milliseconds:03}Z"


@lru_cache(maxsize=4_096)
def _as_text(second: int) -> str:
    return (_EPOCH + timedelta(seconds=second)).isoformat().removesuffix("+00:00")


def parse_duration(text: object) -> int:
    """Milliseconds of an ISO 8601 duration such as `PT30M`; not negative."""
    if not isinstance(text, str) or not text.startswith("P"):
        raise ValueError("must be an ISO 8601 duration such as PT30M or P7D")
    try:
        duration = _DURATIONS.validate_python(text) // _MILLISECOND
    except ValueError:
        raise ValueError("is not an ISO 8601 duration such as PT30M or P7D") from None
    if duration < 0:
        raise ValueError("must not be negative")
    return duration


def format_duration(duration: int) -> str:
    """The shortest ISO 8601 duration of so many milliseconds: days, hours, minutes, seconds."""
    days, rest = divmod(duration, DAY)
    hours, rest = divmod(rest, HOUR)
    minutes, rest = divmod(rest, MINUTE)
    seconds = f"{rest / SECOND:g}"
    time = "".join(f"{n}{unit}" for n, unit in ((hours, "H"), (minutes, "M"), (seconds, "S")) if n not in (0, "0"))
    day = f"{days}D" if days else ""
    return f"P{day}T{time}" if time else f"P{day}" if day else "PT0S"


Instant = Annotated[
    int,
    BeforeValidator(parse_instant),
    PlainSerializer(format_instant, when_used="json"),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
"""An RFC 3339 timestamp with its time zone, held as milliseconds since the epoch."""

Duration = Annotated[
    int,
    BeforeValidator(parse_duration),
    PlainSerializer(format_duration, when_used="json"),
    WithJsonSchema({"type": "string", "format": "duration"}),
]
"""An ISO 8601 duration, held as milliseconds."""

PublishedInstant = Annotated[
    int,
    BeforeValidator(lambda instant: instant if isinstance(instant, int) else parse_instant(instant)),
    PlainSerializer(format_instant, when_used="json"),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
"""An instant that we write ourselves: given in milliseconds, published as RFC 3339, read back from either."""
