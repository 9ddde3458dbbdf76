"""Touchpoints in a word, for scenarios."""

from typing import Any

from schemas.instant import format_instant
from schemas.touchpoints.claim import ClaimMade
from schemas.touchpoints.conversation import (
    ConversationOpened,
    ConversationReopened,
    ConversationResolved,
    ConversationWaiting,
    MessageSent,
)
from schemas.touchpoints.customer import CustomerErased, CustomerUpdated
from schemas.touchpoints.shopping import CartUpdated, ProductViewed
from tests.detection.laws.touchpoints import ORIGIN


def opened(conversation: str = "A", *, due: int | None = None, **more: Any) -> ConversationOpened:
    """`due`: milliseconds after the origin."""
    due_at = None if due is None else format_instant(ORIGIN + due)
    return ConversationOpened.of({"conversation_id": conversation, "due_at": due_at, **more})


def message(author: str, conversation: str = "A") -> MessageSent:
    return MessageSent.of({"conversation_id": conversation, "author": author})


def ask(conversation: str = "A") -> MessageSent:
    return message("customer", conversation)


def reply(conversation: str = "A") -> MessageSent:
    return message("agent", conversation)


def waiting(on: str, conversation: str = "A") -> ConversationWaiting:
    return ConversationWaiting.of({"conversation_id": conversation, "on": on})


def resolved(conversation: str = "A") -> ConversationResolved:
    return ConversationResolved(conversation_id=conversation)


def reopened(conversation: str = "A") -> ConversationReopened:
    return ConversationReopened(conversation_id=conversation)


def price(value: str, version: int | None = None) -> ClaimMade:
    entity = {"kind": "product", "id": "p-1"}
    return ClaimMade.of({"entity": entity, "attribute": "price", "value": value, "version": version})


def cart(name: str = "k-1") -> CartUpdated:
    items = [{"sku": "s-1", "quantity": "1", "unit_price": "9.90"}]
    return CartUpdated.of({"cart_id": name, "items": items, "total": "9.90", "currency": "EUR"})


def viewed() -> ProductViewed:
    return ProductViewed()


def tier(name: str) -> CustomerUpdated:
    return CustomerUpdated(tier=name)


def erased() -> CustomerErased:
    return CustomerErased()
