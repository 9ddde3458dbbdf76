"""What the customer does, in whatever channel; not what the company says or does to the customer."""

from schemas.touchpoint import TouchpointData
from schemas.touchpoints.conversation import ConversationOpened, MessageSent
from schemas.touchpoints.feedback import FeedbackGiven
from schemas.touchpoints.queue import QueueConnected, QueueJoined, QueueLeft
from schemas.touchpoints.shopping import (
    CartUpdated,
    CheckoutStarted,
    CheckoutStepCompleted,
    FormStarted,
    FormStepCompleted,
    FormSubmitted,
    OrderPlaced,
    PaymentFailed,
    ProductViewed,
)

_ALWAYS: frozenset[type[TouchpointData]] = frozenset(
    {
        CartUpdated,
        CheckoutStarted,
        CheckoutStepCompleted,
        FeedbackGiven,
        FormStarted,
        FormStepCompleted,
        FormSubmitted,
        OrderPlaced,
        PaymentFailed,
        ProductViewed,
        QueueConnected,  # the customer is on the line
        QueueJoined,
    }
)

ACTIVITIES: frozenset[type[TouchpointData]] = _ALWAYS.union((ConversationOpened, MessageSent, QueueLeft))
"""The types that may be activity."""


def is_activity(data: TouchpointData) -> bool:
    if type(data) in _ALWAYS:
        return True
    match data:
        case MessageSent():
            return data.author == "customer" and not data.internal
        case ConversationOpened():
            return data.by == "customer"
        case QueueLeft():
            return data.reason in ("abandoned", "callback")
    return False
