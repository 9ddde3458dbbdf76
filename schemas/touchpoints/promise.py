"""Promises: what the company said it would do, and by when."""

from typing import ClassVar, Literal

from schemas.instant import Instant
from schemas.touchpoint import TouchpointData
from schemas.values import Id


class PromiseMade(TouchpointData, frozen=True):
    TYPE: ClassVar = "promise.made"
    promise_id: Id
    kind: Literal["callback", "delivery", "refund", "repair", "follow_up", "resolution"]
    due_at: Instant


class PromiseKept(TouchpointData, frozen=True):
    TYPE: ClassVar = "promise.kept"
    promise_id: Id


class PromiseWithdrawn(TouchpointData, frozen=True):
    TYPE: ClassVar = "promise.withdrawn"
    promise_id: Id
