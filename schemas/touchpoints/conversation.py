"""Conversations: chats, calls, e-mail threads, tickets, cases."""

from typing import ClassVar, Literal

from schemas.instant import Instant
from schemas.touchpoint import TouchpointData
from schemas.values import Id, Label, Several


class ConversationOpened(TouchpointData, frozen=True):
    TYPE: ClassVar = "conversation.opened"
    conversation_id: Id
    by: Literal["customer", "agent", "system"] = "customer"
    theme: Label | None = None
    about: Id | None = None
    """The matter, where it is more than this conversation: an order, a contract, ..."""
    priority: Label | None = None
    due_at: Instant | None = None
    """This conversation's own deadline; beats the policy's targets."""


class MessageSent(TouchpointData, frozen=True):
    TYPE: ClassVar = "message.sent"
    conversation_id: Id
    author: Literal["customer", "agent", "bot", "system"]
    internal: bool = False
    """A note the customer does not see."""
    question: bool = False
    about: Id | None = None
    asks: Several[Label] = ()
    """Slots that the company asks for: `order_id`, `identity`, ..."""
    gives: Several[Label] = ()
    """Slots that the customer gives."""


class ConversationWaiting(TouchpointData, frozen=True):
    TYPE: ClassVar = "conversation.waiting"
    conversation_id: Id
    on: Literal["customer", "third_party", "nobody"]


class ConversationHandedOver(TouchpointData, frozen=True):
    TYPE: ClassVar = "conversation.handed_over"
    conversation_id: Id
    to: Label
    """`agent`, `bot` or a channel's name."""
    with_context: bool


class ConversationResolved(TouchpointData, frozen=True):
    TYPE: ClassVar = "conversation.resolved"
    conversation_id: Id


class ConversationReopened(TouchpointData, frozen=True):
    TYPE: ClassVar = "conversation.reopened"
    conversation_id: Id
