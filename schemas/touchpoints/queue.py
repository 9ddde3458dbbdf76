"""Queues: waiting for a person, on the phone or in a chat."""

from typing import ClassVar, Literal

from schemas.touchpoint import TouchpointData
from schemas.values import Id, Label


class QueueJoined(TouchpointData, frozen=True):
    TYPE: ClassVar = "queue.joined"
    queue: Label
    conversation_id: Id


class QueueConnected(TouchpointData, frozen=True):
    TYPE: ClassVar = "queue.connected"
    queue: Label
    conversation_id: Id


class QueueLeft(TouchpointData, frozen=True):
    TYPE: ClassVar = "queue.left"
    queue: Label
    conversation_id: Id
    reason: Literal["abandoned", "callback", "overflow", "timeout"]
