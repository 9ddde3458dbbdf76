"""The customer: tier, value, consents, identity."""

from typing import Annotated, ClassVar

from pydantic import Field

from schemas.policy import Name
from schemas.touchpoint import TouchpointData
from schemas.values import Amount, Exact, Id, Label


class CustomerUpdated(TouchpointData):
    """What is given replaces what was known; what is left out stays."""

    TYPE: ClassVar = "customer.updated"
    tier: Name | None = None
    value: Amount | None = None
    consents: dict[Label, bool] | None = None
    """By channel."""


class CustomerErased(TouchpointData):
    TYPE: ClassVar = "customer.erased"


class IdentityLinked(TouchpointData):
    TYPE: ClassVar = "identity.linked"
    anonymous_id: Id
    confidence: Annotated[Exact, Field(ge=0, le=1)]


class IdentityUnlinked(TouchpointData):
    TYPE: ClassVar = "identity.unlinked"
    anonymous_id: Id
