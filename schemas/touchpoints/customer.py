"""The customer: tier, value, consents, identity."""

from typing import Annotated, ClassVar

from pydantic import Field

from schemas.policy import Name
from schemas.touchpoint import TouchpointData
from schemas.values import Amount, Id, Label, Share


class CustomerUpdated(TouchpointData, frozen=True):
    """What is given replaces what was known; what is left out stays."""

    TYPE: ClassVar = "customer.updated"
    tier: Name | None = None
    value: Amount | None = None
    consents: Annotated[dict[Label, bool], Field(max_length=100)] | None = None
    """By channel."""


class CustomerErased(TouchpointData, frozen=True):
    TYPE: ClassVar = "customer.erased"


class IdentityLinked(TouchpointData, frozen=True):
    TYPE: ClassVar = "identity.linked"
    anonymous_id: Id
    confidence: Share


class IdentityUnlinked(TouchpointData, frozen=True):
    TYPE: ClassVar = "identity.unlinked"
    anonymous_id: Id
