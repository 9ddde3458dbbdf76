"""Claims: this channel told this customer that an attribute of an entity is a value."""

from decimal import Decimal
from typing import Annotated, ClassVar

from msgspec import Struct
from pydantic import PlainSerializer, PlainValidator, WithJsonSchema

from schemas.instant import Instant
from schemas.touchpoint import TouchpointData
from schemas.values import Exact, Id, Label, Number, Version

_LONGEST = 256
_NUMBER = Number()


class Figure(Struct, frozen=True, gc=False, array_like=True):
    """A number, which is not the text that spells it."""

    amount: Decimal


def _told(value: object) -> bool | str | Figure:
    match value:
        case str() if len(value) <= _LONGEST:
            return value
        case str():
            raise ValueError(f"must have at most {_LONGEST} characters")
        case bool() | Figure():
            return value
        case int() | Decimal():
            return Figure(_NUMBER.read(value))
        case _:
            raise ValueError("must be true, false, a text or a number")


Told = Annotated[
    bool | str | Figure,
    PlainValidator(_told),
    PlainSerializer(lambda told: str(told.amount) if isinstance(told, Figure) else told, when_used="json"),
    WithJsonSchema({"anyOf": [{"type": "boolean"}, {"type": "string", "maxLength": _LONGEST}, {"type": "number"}]}),
]
"""A yes or no, a text (of money too, and of instants), or a number."""


class Entity(TouchpointData, frozen=True):
    kind: Label
    id: Id


class Terms(TouchpointData, frozen=True):
    """Two claims are comparable only under the same terms; one that is not given is a term of its own."""

    tax: Label | None = None
    segment: Label | None = None
    quantity: Exact | None = None


class ClaimMade(TouchpointData, frozen=True):
    TYPE: ClassVar = "claim.made"
    entity: Entity
    attribute: Label
    value: Told
    unit: Label | None = None
    terms: Terms = Terms()
    valid_from: Instant | None = None
    valid_until: Instant | None = None
    """The first instant at which it no longer holds."""
    version: Version | None = None
    conversation_id: Id | None = None
