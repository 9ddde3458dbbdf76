"""CloudEvents 1.0 on Kafka, structured or binary, read tolerantly: https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/kafka-protocol-binding.md

What a schema registry puts around a value (`0x00` and four bytes, or a `__value_schema_id` header) is skipped, not required.
"""

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Annotated, Any, Literal

from msgspec import DecodeError, Meta, Struct, ValidationError, convert
from msgspec.json import Decoder

from schemas.touchpoint import Refused

LARGEST = 1_000_000
"""Bytes of a value. Kafka's own default limit is 1,048,588 for a batch: what is below this still fits with a dead letter's headers."""

DEEPEST = 64
"""Objects and arrays within one another; a limit of our own, so that what is refused does not depend on the caller's stack."""

LONGEST = 256
"""Characters of an attribute."""

_SHALLOW = 5 * DEEPEST
"""So many bytes hold no deeper objects: within another each takes at least `{"":` and `}`."""

_REGISTRY_PREFIX = 5
_BRACKET = ord("[")
_OUT_OF_RANGE = "holds a number out of all range"
_BINARY = "ce_"
_STRUCTURED = b"application/cloudevents"
_MISSING = re.compile(r"Object missing required field `(\w+)`$")
_AT = re.compile(r" - at `\$\.?(\w*)")
_NESTING = re.compile(rb'"(?:[^"\\]+|\\.)*"?|([\[{])|([\]}])', re.DOTALL)

Attribute = Annotated[str, Meta(min_length=1, max_length=LONGEST)]
Optional = Annotated[str, Meta(max_length=LONGEST)] | None


class Attributes(Struct, gc=False, kw_only=True):
    """Those that Throughline reads; others are skipped. `time` and who it is about are judged later, by what they mean."""

    specversion: Literal["1.0"]
    id: Attribute
    source: Attribute
    time: Any = None
    customerid: Optional = None
    anonymousid: Optional = None
    correlationid: Optional = None
    data_base64: None = None


class Envelope(Attributes, gc=False, kw_only=True):
    """`data` is judged later, by its type."""

    type: Attribute
    data: Any = None


_RULES = {
    "specversion": "must be 1.0: a CloudEvent says so",
    "id": f"must be a text of 1 to {LONGEST} characters, unique per source",
    "source": f"must be a text of 1 to {LONGEST} characters: the system that tells",
    "type": f"must be a text of 1 to {LONGEST} characters: io.throughline.<noun>.<verb>.v1",
    "data_base64": "is not read: write the data as JSON, in `data`",
}
_ANY_OTHER_RULE = f"must be a text of at most {LONGEST} characters"

_EVENT = Decoder(Envelope, float_hook=Decimal)
_DATA = Decoder(Any, float_hook=Decimal)


def read_envelope(value: bytes | None, headers: Iterable[tuple[str, Any]]) -> Envelope | Refused:
    """Total."""
    if value is None:
        return Refused(
            "envelope_invalid", "is a tombstone: nothing was sent. Send `{}` for no data, `customer.erased` to forget a customer"
        )
    if len(value) > LARGEST:
        return Refused("too_large", f"is longer than {LARGEST} bytes")
    if value[:1] == b"\x00":
        value = value[_REGISTRY_PREFIX:]
    if too_deep(value):
        return Refused("not_json", f"is nested more than {DEEPEST} deep")
    attributes = in_headers(headers) if headers else None
    if isinstance(attributes, Refused):
        return attributes
    try:
        return _EVENT.decode(value) if attributes is None else _of_headers(attributes, value)
    except ValidationError as error:
        return _wrong_attribute(error)
    except UnicodeDecodeError:
        return Refused("not_json", "is not UTF-8")
    except DecodeError as error:
        return Refused("not_json", _why_not_json(value, error))
    except ArithmeticError:
        return Refused("schema_violation", _OUT_OF_RANGE, "data")


def in_headers(headers: Iterable[tuple[str, Any]]) -> dict[str, str] | Refused | None:
    """The `ce_` headers of a binary event without their prefix, or None if the event is structured."""
    attributes = {}
    for name, value in headers:
        if name == "content-type" and value is not None and value.lower().startswith(_STRUCTURED):
            return None
        if name.startswith(_BINARY) and value is not None:
            attribute = name.removeprefix(_BINARY)
            try:
                attributes[attribute] = value.decode()
            except UnicodeDecodeError:
                return Refused("envelope_invalid", "is not UTF-8", attribute)
    return attributes or None


def _of_headers(attributes: dict[str, str], data: bytes) -> Envelope:
    return convert(attributes | {"data": _DATA.decode(data), "data_base64": None}, Envelope)


def _wrong_attribute(error: ValidationError) -> Refused:
    """The reader says what and where in one sentence, which may quote: only the where is taken from it."""
    message = str(error)
    if missing := _MISSING.match(message):
        return Refused("envelope_invalid", "is required", missing[1])
    at = _AT.search(message)
    if at is None:
        return Refused("envelope_invalid", "is not an object: one record is one CloudEvent")
    if at[1] == "time":
        return Refused("time_invalid", "must be an RFC 3339 timestamp in a string", "time")
    if at[1] == "data":
        return Refused("schema_violation", _OUT_OF_RANGE, "data")
    return Refused("envelope_invalid", _RULES.get(at[1], _ANY_OTHER_RULE), at[1])


def _why_not_json(value: bytes, error: DecodeError) -> str:
    if not value.strip():
        return "is empty"
    return "ends too early" if "truncated" in str(error) else str(error).replace("JSON is malformed: ", "is not JSON: ")


def too_deep(value: bytes) -> bool:
    arrays = _BRACKET in value
    if not arrays and len(value) <= _SHALLOW:  # quick to see, and so it is with most
        return False
    if value.count(b"{") + (value.count(b"[") if arrays else 0) <= DEEPEST:
        return False
    depth = 0
    for token in _NESTING.finditer(value):
        if token[1]:
            depth += 1
            if depth > DEEPEST:
                return True
        elif token[2]:
            depth -= 1
    return False
