"""Claims: this channel told this customer that an attribute of an entity is a value."""

from typing import Annotated, ClassVar

from pydantic import Field, StrictBool, StringConstraints

from schemas.instant import Instant
from schemas.touchpoint import TouchpointData
from schemas.values import Exact, Id, Label


class Entity(TouchpointData):
    kind: Label
    id: Id


class Terms(TouchpointData):
    """Two claims are comparable only under the same terms; one that is not given is a term of its own."""

    tax: Label | None = None
    segment: Label | None = None
    quantity: Exact | None = None


Told = Annotated[StrictBool | Annotated[str, StringConstraints(max_length=256)] | Exact, Field(union_mode="left_to_right")]
"""A yes or no, a text (of money too, and of instants), or a number."""


class ClaimMade(TouchpointData):
    TYPE: ClassVar = "claim.made"
    entity: Entity
    attribute: Label
    value: Told
    unit: Label | None = None
    terms: Terms = Terms()
    valid_from: Instant | None = None
    valid_until: Instant | None = None
    """The first instant at which it no longer holds."""
    version: Annotated[int, Field(ge=0)] | None = None
    """Of the thing told: the higher, the newer."""
    conversation_id: Id | None = None
