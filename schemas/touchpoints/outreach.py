"""Outreach: what the company says unasked."""

from typing import ClassVar, Literal

from schemas.touchpoint import TouchpointData
from schemas.values import Label


class OutreachSent(TouchpointData, frozen=True):
    TYPE: ClassVar = "outreach.sent"
    purpose: Literal["promotion", "service", "follow_up", "appreciation"]
    campaign: Label | None = None
