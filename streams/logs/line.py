"""One line of a log file: a Kafka record as JSON, with every byte of it kept.

    {"topic": "touchpoints.chat", "timestamp": 1700000000000, "key": "c-17", "value": {"specversion": "1.0", ...}}

- `topic` and `value` are required. An object (or any other JSON but a string) is the record's value exactly as it is
  written; a string is raw text; `null` is a tombstone; bytes that are no text stand in `value_base64` instead.
- `timestamp` in milliseconds; left out, it is the event's `time`.
- `key` is text, `null` for none, or `key_base64`; left out, it is the identity that the event names.
- `headers` are an object, or a list of [name, value] pairs where a name comes twice; a value is text, null or {"base64": ...}.
- `partition` and `offset`; left out, murmur2 of the key and the line's order in its topic partition.
"""

from collections.abc import Iterable
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, Raw, Struct, UnsetType

from schemas.envelope import Envelope, read_envelope
from schemas.instant import parse_instant
from schemas.touchpoint import Record, Refused

Header = tuple[str, bytes | None]
Natural = Annotated[int, Meta(ge=0)]


class Base64(Struct, frozen=True, forbid_unknown_fields=True):
    base64: bytes


class Written(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, gc=False):
    """The line as it stands in the file."""

    topic: Annotated[str, Meta(min_length=1)]
    partition: Natural | None = None
    offset: Natural | None = None
    timestamp: Natural | None = None
    key: str | UnsetType | None = UNSET
    key_base64: bytes | UnsetType = UNSET
    headers: list[tuple[str, str | Base64 | None]] | dict[str, str | Base64 | None] = {}
    value: Raw | UnsetType = UNSET
    value_base64: bytes | UnsetType = UNSET


class Line(Struct, frozen=True, gc=False):
    """What a line says of its record; where it lies may still be open."""

    topic: str
    partition: int | None
    offset: int | None
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: tuple[Header, ...] = ()


_reader = msgspec.json.Decoder(Written)
_text = msgspec.json.Decoder(str)
_anything = msgspec.json.Decoder(Any)
_writer = msgspec.json.Encoder()


def read_line(line: bytes) -> Line:
    """ValueError says what is wrong with a line that holds no record."""
    try:
        written = _reader.decode(line)
    except msgspec.ValidationError as error:
        raise ValueError(f"is no record: {error}") from None
    except msgspec.DecodeError as error:
        raise ValueError(f"is not JSON: {str(error).removeprefix('JSON is malformed: ')}") from None
    except RecursionError:
        raise ValueError("is nested too deeply to be read: write the value as a string") from None
    value = _value_of(written)
    headers = _headers_of(written)
    if written.timestamp is not None and not isinstance(written.key, UnsetType):
        return Line(written.topic, written.partition, written.offset, written.timestamp, _bytes_of(written.key), value, headers)
    event = read_envelope(value, headers)
    timestamp = _time_of(event) if written.timestamp is None else written.timestamp
    return Line(written.topic, written.partition, written.offset, timestamp, _key_of(written, event), value, headers)


def write_line(record: Record, *, placed: bool = True) -> bytes:
    """The line, newline included. `placed`: with its partition and offset, as it lies in Kafka."""
    key, value = record.key, record.value
    key_text = _as_text(key)
    raw = _as_json(value)
    written = Written(
        topic=record.topic,
        partition=record.partition if placed else None,
        offset=record.offset if placed else None,
        timestamp=record.timestamp,
        key=UNSET if key is not None and key_text is None else key_text,
        key_base64=key if key is not None and key_text is None else UNSET,
        headers=_written_headers(record.headers),
        value=UNSET if raw is None else raw,
        value_base64=value if raw is None and value is not None else UNSET,
    )
    return _writer.encode(written) + b"\n"


def _value_of(written: Written) -> bytes | None:
    if isinstance(written.value_base64, bytes):
        if written.value is not UNSET:
            raise ValueError("has both value and value_base64")
        return written.value_base64
    if not isinstance(written.value, Raw):
        raise ValueError("has no value: write null for a tombstone")
    raw = bytes(written.value)
    if raw == b"null":
        return None
    return _text.decode(raw).encode() if raw.startswith(b'"') else raw


def _headers_of(written: Written) -> tuple[Header, ...]:
    pairs = written.headers.items() if isinstance(written.headers, dict) else written.headers
    return tuple((name, value.base64 if isinstance(value, Base64) else _bytes_of(value)) for name, value in pairs)


def _bytes_of(text: str | None) -> bytes | None:
    return None if text is None else text.encode()


def _key_of(written: Written, event: Envelope | Refused) -> bytes | None:
    if isinstance(written.key_base64, bytes):
        return written.key_base64
    if not isinstance(written.key, UnsetType):
        return _bytes_of(written.key)
    if isinstance(event, Refused):
        return None
    identity = event.customerid if event.customerid is not None else event.anonymousid
    return None if identity is None else identity.encode()


def _time_of(event: Envelope | Refused) -> int:
    if isinstance(event, Refused):
        raise ValueError(f"has no timestamp, and its value no time: it {event.reason}")
    try:
        return parse_instant(event.time)
    except ValueError as error:
        raise ValueError(f"has no timestamp, and its event's time {error}") from None


def _as_text(content: bytes | None) -> str | None:
    try:
        return None if content is None else content.decode()
    except UnicodeDecodeError:
        return None


def _as_json(value: bytes | None) -> Raw | None:
    """The value as it may stand in a line, to be read back as the same bytes; None if it is no text."""
    if value is None:
        return Raw(b"null")
    text = _as_text(value)
    if text is None:
        return None
    return Raw(value) if _stands_for_itself(value) else Raw(_writer.encode(text))


def _stands_for_itself(value: bytes) -> bool:
    if not (value.startswith(b"{") and value.endswith(b"}")) or b"\n" in value or b"\r" in value:
        return False
    try:
        _anything.decode(value)
    except (msgspec.DecodeError, RecursionError):
        return False
    return True


def _written_headers(headers: Iterable[tuple[str, Any]]) -> list[tuple[str, str | Base64 | None]] | dict[str, str | Base64 | None]:
    pairs = [(name, _written_header(value)) for name, value in headers]
    named = dict(pairs)
    return named if len(named) == len(pairs) else pairs


def _written_header(value: bytes | None) -> str | Base64 | None:
    text = _as_text(value)
    return Base64(value) if value is not None and text is None else text
