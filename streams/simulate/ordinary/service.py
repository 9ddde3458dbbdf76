"""Asking, calling, sending back: answered long before anybody would call it slow."""

from typing import Any

from schemas.instant import HOUR, format_instant
from streams.simulate.conversation import Conversation
from streams.simulate.purchase import CURRENCY, money
from streams.simulate.story import Story
from streams.simulate.targets import THEMES


def soon(story: Story, patience: int) -> None:
    """Staff take their time: mostly a tenth or two of what would be slow, never more than most of it."""
    story.wait(story.rng.betavariate(1.3, 6) * 0.8 * patience)


def goes_on(story: Story, conversation: Conversation) -> None:
    """A few more turns, a solution, and now and then a score; the first answer has just been given."""
    for _ in range(story.rng.choice((0, 1, 1, 2, 3))):
        story.pause()
        conversation.customer(question=story.rng.random() < 0.4)
        soon(story, conversation.patience)
        conversation.agent()
    story.pause()
    conversation.resolved()
    if story.rng.random() < 0.2:
        story.pause(30, 600)
        score = story.rng.choices((1, 2, 3, 4, 5), weights=(2, 4, 14, 40, 40))[0]
        story.tells(
            conversation.channel,
            "feedback.given",
            metric="csat",
            score=score,
            low=1,
            high=5,
            theme=conversation.theme,
            conversation_id=conversation.id,
        )


def asks(story: Story, conversation: Conversation) -> None:
    """Ends with the first answer, just now."""
    conversation.opened()
    story.wait(20)
    conversation.customer(question=True)
    soon(story, conversation.patience)
    conversation.agent()


def asks_in_writing(story: Story) -> None:
    conversation = Conversation(story, story.contact(), theme=story.rng.choice(THEMES))
    asks(story, conversation)
    goes_on(story, conversation)


def chats_with_a_bot_first(story: Story) -> None:
    """The bot asks what it needs and hands over what it was told."""
    chat = Conversation(story, "chat", theme=story.rng.choice(THEMES))
    target = chat.patience
    chat.opened()
    for _ in range(2):
        story.wait(story.some(target, 0.005, 0.02))
        chat.bot()
        story.wait(story.some(target, 0.02, 0.06))
        chat.customer(gives=["reason"])
    story.wait(story.some(target, 0.005, 0.02))
    chat.handed_over()
    story.wait(story.some(target, 0.02, 0.3))
    chat.agent()
    goes_on(story, chat)


def calls(story: Story) -> None:
    call = Conversation(story, "voice", theme=story.rng.choice(THEMES))
    call.opened()
    story.wait(story.some(call.patience, 0.01, 0.05))
    call.queued("queue.joined")
    soon(story, call.patience)
    call.queued("queue.connected")
    story.wait(story.some(call.patience, 0.005, 0.02))
    call.agent()
    goes_on(story, call)


def asks_where_the_parcel_is(story: Story) -> None:
    """Whoever answers tells what the warehouse tells."""
    order = story.customer.last_order or story.name("ORD")
    eta = format_instant(story.now + story.some(30 * HOUR, 0.2, 1))
    claim: dict[str, Any] = {"entity": {"kind": "parcel", "id": story.name("PCL")}, "attribute": "eta", "value": eta}
    conversation = Conversation(story, story.contact(), matter=order)
    story.tells("fulfilment", "claim.made", **claim)
    story.pause()
    asks(story, conversation)
    story.tells(conversation.channel, "claim.made", conversation_id=conversation.id, **claim)
    goes_on(story, conversation)


def sends_goods_back(story: Story) -> None:
    order = story.customer.last_order or story.name("ORD")
    conversation = Conversation(story, story.contact(), theme="returns", matter=order)
    asks(story, conversation)
    goes_on(story, conversation)
    promise = story.name("REF")
    story.pause()
    story.tells("billing", "promise.made", promise_id=promise, kind="refund", due_at=format_instant(story.now + 96 * HOUR))
    story.meanwhile(40, "fulfilment", "order.status_changed", order_id=order, status="OrderReturned")
    credit = money(story.rng.randint(500, 9_900))
    story.meanwhile(42, "billing", "order.billed", order_id=order, invoice_id=story.name("CRN"), total=f"-{credit}", currency=CURRENCY)
    story.meanwhile(43, "billing", "promise.kept", promise_id=promise)
    story.customer.last_order = None


def files_a_case(story: Story) -> None:
    """A matter with a due moment of its own, done well before it; now and then the customer has to be asked for something."""
    case = Conversation(story, story.contact(), theme=story.rng.choice(THEMES))
    span = round(story.rng.uniform(1, 6) * HOUR * story.targets.pace)
    case.opened(due_at=story.now + span)
    calm = int(span * story.targets.resolution_at_risk)
    soon(story, min(calm // 3, case.patience))
    case.agent(asks=["order_id"])
    if story.rng.random() < 0.3:
        case.waiting("customer")
        story.wait(story.some(calm, 0.01, 0.1))
        case.customer(gives=["order_id"])
        story.wait(20)
        case.waiting("nobody")
        soon(story, min(calm // 6, case.patience))
        case.agent()
    soon(story, calm // 3)
    case.resolved()


def is_called_back(story: Story) -> None:
    """Would rather not wait in the queue, is promised a call for a time, and gets it before."""
    waiting = Conversation(story, "voice")
    waiting.queued("queue.joined")
    story.pause(30, 120)
    story.tells("voice", "queue.left", queue="general", conversation_id=waiting.id, reason="callback")
    promise = story.name("CB")
    due = round(story.rng.uniform(1, 4) * HOUR * story.targets.pace)
    story.tells("voice", "promise.made", promise_id=promise, kind="callback", due_at=format_instant(story.now + due))
    soon(story, due)
    call = Conversation(story, "voice")
    call.opened("agent")
    story.wait(20)
    call.agent()
    story.tells("voice", "promise.kept", promise_id=promise)
    story.pause(60, 600)
    call.resolved()
