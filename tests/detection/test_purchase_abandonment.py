"""When a customer has stopped on the way to an order, how likely it is to end there, and how it ended."""

from collections.abc import Mapping
from decimal import Decimal
from functools import partial
from itertools import pairwise
from math import exp
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.instant import NEVER
from schemas.touchpoint import TouchpointData
from schemas.touchpoints.claim import ClaimMade, Entity, Figure
from schemas.touchpoints.conversation import ConversationOpened, ConversationResolved, MessageSent
from schemas.touchpoints.feedback import FeedbackGiven
from schemas.touchpoints.order import OrderStatusChanged
from schemas.touchpoints.outreach import OutreachSent
from schemas.touchpoints.queue import QueueConnected, QueueJoined, QueueLeft
from schemas.touchpoints.shopping import (
    CartItem,
    CartUpdated,
    CheckoutStarted,
    CheckoutStepCompleted,
    FormStarted,
    FormSubmitted,
    OrderPlaced,
    PaymentFailed,
    ProductViewed,
)
from streams.detection.detectors import PolicyMistake, load
from tests.detection.cases import CHANNELS, Alert, Case, Touch, after, alerts, app, chat, check, email, phone, policy_of, store, web

NAME = "purchase_abandonment"


def cart(name: str = "c-1", quantity: int = 1) -> CartUpdated:
    item = CartItem(sku="sku-1", quantity=Decimal(quantity), unit_price=Decimal(10))
    return CartUpdated(cart_id=name, items=(item,), total=Decimal(10 * quantity), currency="EUR")


def emptied(name: str = "c-1") -> CartUpdated:
    return CartUpdated(cart_id=name, items=(), total=Decimal(0), currency="EUR")


def checkout(name: str = "c-1") -> CheckoutStarted:
    return CheckoutStarted(cart_id=name)


def failed(name: str = "c-1") -> PaymentFailed:
    return PaymentFailed(cart_id=name)


def order(cart_id: str | None = "c-1") -> OrderPlaced:
    return OrderPlaced(order_id="o-1", cart_id=cart_id, total=Decimal(10), currency="EUR")


def says(author: str = "customer", **more: Any) -> MessageSent:
    return MessageSent.of({"conversation_id": "v-1", "author": author} | more)


def price(amount: int) -> ClaimMade:
    return ClaimMade(entity=Entity(kind="product", id="sku-1"), attribute="price", value=Figure(Decimal(amount)), unit="EUR")


def scored(contributions: Mapping[str, float]) -> dict[str, Any]:
    """The score must be the logistic of the contributions' sum."""
    return {"contributions": dict(contributions), "score": round(1 / (1 + exp(-sum(contributions.values()))), 4)}


STAGE: dict[str, dict[str, float]] = {"cart": {}, "checkout": {"stage": 0.3}, "payment": {"stage": 0.6, "payment_failures": 0.5}}


def alert(word: Any, state: str, at: str, *evidence: int, subject: str = "c-1", **more: Any) -> Alert:
    return Alert(word, at, state, NAME, None, ("cart", subject), evidence=evidence, **more)


def risk(at: str, *evidence: int, stage: str = "cart", also: dict[str, float] | None = None, **more: Any) -> Alert:
    return alert(
        "opened", "risk", at, *evidence, reason=stage, **scored({"base": -0.85, "idle_share": 0.85} | STAGE[stage] | (also or {})), **more
    )


def abandoned(
    at: str, *evidence: int, stage: str = "cart", also: dict[str, float] | None = None, word: str = "updated", **more: Any
) -> Alert:
    return alert(
        word, "abandoned", at, *evidence, reason=stage, **scored({"base": -0.85, "idle_share": 1.7} | STAGE[stage] | (also or {})), **more
    )


over = partial(alert, "resolved")
retracted = partial(alert, "retracted")


def active(at: str, evidence: int, through: str, **more: Any) -> Alert:
    return over("active", at, evidence, reason=through, **more)


def recovered(at: str, evidence: int, through: str, **more: Any) -> Alert:
    return over("recovered", at, evidence, reason=through, **more)


LIFE = [
    Case("a look at a product is no cart", [web("0:00", ProductViewed(sku="sku-1"))]),
    Case("an order before half the time", [web("0:00", cart()), web("29:59", order())]),
    Case("an order at half the time: touchpoints come before deadlines", [web("0:00", cart()), web("30:00", order())]),
    Case(
        "a cart is a risk after half its time, abandoned after all of it, lost after a week",
        [web("0:00", cart())],
        [
            risk("30:00", 1, due_at="60:00", severity=40),
            abandoned("60:00", severity=60),
            over("lost", "7:01:00:00", reason="cart"),
        ],
    ),
    Case(
        "a checkout",
        [web("0:00", cart()), web("1:00", checkout())],
        [risk("6:00", 2, stage="checkout", due_at="11:00"), abandoned("11:00", stage="checkout")],
        until="12:00",
    ),
    Case(
        "a step of the checkout",
        [web("0:00", CheckoutStepCompleted(cart_id="c-1", step="address"))],
        [risk("5:00", 1, stage="checkout", due_at="10:00"), abandoned("10:00", stage="checkout")],
        until="12:00",
    ),
    Case(
        "a failed payment",
        [web("0:00", checkout()), web("1:00", failed())],
        [risk("3:30", 2, stage="payment", due_at="6:00"), abandoned("6:00", stage="payment")],
        until="12:00",
    ),
    Case(
        "the furthest stage counts, though the customer went back",
        [web("0:00", checkout()), web("1:00", cart())],
        [risk("6:00", 2, stage="checkout", due_at="11:00")],
        until="11:00",
    ),
    Case("a cart that is emptied in time", [web("0:00", cart()), web("1:00", emptied())]),
    Case("a cart with none of anything in it is empty", [web("0:00", cart()), web("1:00", cart(quantity=0))]),
    Case("after the order nothing is left to abandon", [web("0:00", checkout()), web("1:00", order()), web("2:00", ProductViewed())]),
]

ACTIVITY = [
    Case(
        "activity in another channel ends a risk, and the time starts again",
        [web("0:00", cart()), app("45:00", ProductViewed())],
        [
            risk("30:00", 1, due_at="60:00"),
            active("45:00", 2, "app"),
            risk("1:15:00", 1, 2, due_at="1:45:00"),
        ],
        until="1:20:00",
    ),
    Case(
        "activity in another channel before the risk",
        [web("0:00", checkout()), phone("4:59", QueueJoined(queue="sales", conversation_id="v-1"))],
        [risk("9:59", 1, 2, stage="checkout", due_at="14:59")],
        until="10:00",
    ),
    *(
        Case(f"is activity: {name}", [web("0:00", cart()), chat("20:00", data)], [risk("50:00", 1, 2, due_at="1:20:00")], until="55:00")
        for name, data in {
            "a look": ProductViewed(),
            "a message of the customer's": says(),
            "a conversation the customer opens": ConversationOpened(conversation_id="v-1"),
            "joining a queue": QueueJoined(queue="q", conversation_id="v-1"),
            "being connected": QueueConnected(queue="q", conversation_id="v-1"),
            "leaving a queue": QueueLeft(queue="q", conversation_id="v-1", reason="abandoned"),
            "a form": FormStarted(form_id="f-1"),
            "a form sent": FormSubmitted(form_id="f-1"),
            "feedback": FeedbackGiven(metric="csat", score=Decimal(3), low=Decimal(1), high=Decimal(5)),
        }.items()
    ),
    *(
        Case(f"is no activity: {name}", [web("0:00", cart()), chat("20:00", data)], [risk("30:00", 1, due_at="60:00")], until="35:00")
        for name, data in {
            "an agent's reply": says("agent"),
            "a bot's reply": says("bot"),
            "a note that the customer does not see": says("customer", internal=True),
            "a conversation that an agent opens": ConversationOpened(conversation_id="v-1", by="agent"),
            "a queue that ran over": QueueLeft(queue="q", conversation_id="v-1", reason="overflow"),
            "a claim": price(10),
            "outreach": OutreachSent(purpose="promotion"),
            "an order's status": OrderStatusChanged(order_id="o-0", status="OrderDelivered"),
            "a conversation resolved": ConversationResolved(conversation_id="v-1"),
        }.items()
    ),
    Case(
        "activity does not end what is abandoned",
        [web("0:00", cart()), app("2:00:00", ProductViewed())],
        [risk("30:00", 1, due_at="60:00"), abandoned("60:00"), over("lost", "7:01:00:00", reason="cart")],
    ),
    Case(
        "a cart touched again may be recovered for a week from then",
        [web("0:00", cart()), web("2:00:00", cart()), email("7:01:30:00", order())],
        [risk("30:00", 1, due_at="60:00"), abandoned("60:00"), recovered("7:01:30:00", 3, "email")],
    ),
]

RECOVERY = [
    Case(
        "an abandoned cart is ordered by phone",
        [web("0:00", cart()), phone("3:00:00", order())],
        [risk("30:00", 1, due_at="60:00"), abandoned("60:00"), recovered("3:00:00", 2, "phone", severity=10)],
    ),
    Case(
        "a cart at risk is ordered in the app",
        [web("0:00", cart()), app("40:00", order())],
        [risk("30:00", 1, due_at="60:00"), recovered("40:00", 2, "app")],
    ),
    Case(
        "an order that names no cart completes them all",
        [web("0:00", cart("c-2")), web("1:00", checkout()), store("20:00", order(None))],
        [
            risk("6:00", 2, stage="checkout", due_at="11:00"),
            abandoned("11:00", stage="checkout"),
            recovered("20:00", 3, "store"),
        ],
    ),
    Case(
        "an order of another cart recovers nothing",
        [web("0:00", cart()), store("3:00:00", order("till-7"))],
        [risk("30:00", 1, due_at="60:00"), abandoned("60:00"), over("lost", "7:01:00:00", reason="cart")],
    ),
    Case(
        "an order of another cart is activity all the same",
        [web("0:00", cart()), store("40:00", order("till-7"))],
        [risk("30:00", 1, due_at="60:00"), active("40:00", 2, "store")],
        until="1:10:00",
    ),
    Case(
        "an abandoned cart that is emptied is lost",
        [web("0:00", cart()), web("3:00:00", emptied())],
        [risk("30:00", 1, due_at="60:00"), abandoned("60:00"), over("lost", "3:00:00", 2, reason="emptied")],
    ),
]

SEVERAL_CARTS = [
    Case(
        "the alert is about the cart that got furthest",
        [web("0:00", checkout("c-2")), app("1:00", cart("c-1"))],
        [risk("6:00", 1, 2, stage="checkout", subject="c-2", due_at="11:00"), abandoned("11:00", stage="checkout", subject="c-2")],
        until="2:00:00",
    ),
    Case(
        "of two that got as far it is about the one touched last",
        [web("0:00", cart("c-2")), app("1:00", cart("c-1"))],
        [risk("31:00", 2, due_at="61:00")],
        until="32:00",
    ),
    Case(
        "a cart that gets as far as the abandoned one takes its place once it is a risk itself",
        [web("0:00", cart("c-1")), app("5:00:00", cart("c-2"))],
        [
            risk("30:00", 1, due_at="60:00"),
            abandoned("60:00"),
            over("superseded", "5:30:00", reason="cart"),
            risk("5:30:00", 2, subject="c-2", due_at="6:00:00", also={"past_abandonments": 0.25}),
        ],
        until="5:40:00",
    ),
    Case(
        "when one is bought the other is watched again",
        [web("0:00", cart("c-2")), web("1:00", checkout("c-1")), web("2:00", order("c-1"))],
        [risk("32:00", 1, 3, subject="c-2", due_at="62:00")],
        until="40:00",
    ),
    Case(
        "a cart that waited behind an abandoned one is abandoned at once when that is lost",
        [web("0:00", checkout("c-1")), web("1:00:00", cart("c-2"))],
        [
            risk("5:00", 1, stage="checkout", due_at="10:00"),
            abandoned("10:00", stage="checkout"),
            over("lost", "7:00:10:00", reason="checkout"),
            abandoned("7:00:10:00", 2, subject="c-2", word="opened", due_at="2:00:00", also={"past_abandonments": 0.25}),
            over("lost", "14:00:10:00", subject="c-2", reason="cart"),
        ],
    ),
    Case(
        "each customer has carts of their own",
        [web("0:00", cart()), web("29:00", order(None), customer="c:ben")],
        [risk("30:00", 1, due_at="60:00")],
        until="31:00",
    ),
]

SCORE = [
    Case(
        "failed payments count, the fourth no more",
        [web("0:00", failed()), web("0:01", failed()), web("0:02", failed()), web("0:03", failed())],
        [risk("2:33", 4, stage="payment", due_at="5:03", also={"payment_failures": 1.5})],
        until="3:00",
    ),
    Case(
        "an open question counts until it is answered",
        [web("0:00", cart()), chat("1:00", says(question=True)), chat("40:00", says("agent"))],
        [risk("31:00", 1, 2, due_at="61:00", also={"open_questions": 0.5}), abandoned("61:00")],
        until="62:00",
    ),
    Case(
        "past abandonments count for a month",
        [
            web("0:00", cart()),
            web("2:00:00", order()),
            web("30:00:59:59", cart("c-2")),
            web("30:01:40:00", order()),
            web("30:01:40:00", order("c-2")),
        ],
        [
            risk("30:00", 1, due_at="60:00"),
            abandoned("60:00"),
            recovered("2:00:00", 2, "web"),
            risk("30:01:29:59", 3, subject="c-2", due_at="30:01:59:59"),
            active("30:01:40:00", 4, "web", subject="c-2"),
        ],
    ),
    Case(
        "the weights are the policy's",
        [web("0:00", cart())],
        [alert("opened", "risk", "15:00", 1, reason="cart", due_at="60:00", **scored({"base": -2.0, "idle_share": 1.0}))],
        policy={"at_risk": "0.25", "weights": {"base": -2.0, "idle_share": 4.0}},
        until="16:00",
    ),
]

LATE = [
    Case(
        "a late order before the deadline retracts the abandonment",
        [web("0:00", cart()), phone("20:00", order(), arrived="2:00:00")],
        [
            risk("30:00", 1, due_at="60:00"),
            abandoned("60:00"),
            retracted("abandoned", "1:59:58", **scored({"base": -0.85, "idle_share": 1.7}), reason="cart"),
        ],
        until="3:00:00",
    ),
    Case(
        "a late order after the risk: there was a risk and it was recovered, but never an abandonment",
        [web("0:00", cart()), phone("40:00", order(), arrived="2:00:00")],
        [
            risk("30:00", 1, due_at="60:00"),
            abandoned("60:00"),
            retracted("abandoned", "1:59:58", **scored({"base": -0.85, "idle_share": 1.7}), reason="cart"),
        ],
        until="3:00:00",
    ),
    Case(
        "a late order after the abandonment recovers it when it happened",
        [web("0:00", cart()), phone("1:30:00", order(), arrived="2:00:00")],
        [risk("30:00", 1, due_at="60:00"), abandoned("60:00"), recovered("1:59:58", 2, "phone", ended_at="1:30:00")],
        until="3:00:00",
    ),
    Case(
        "late activity moves the silence: the alert was another",
        [web("0:00", cart()), chat("10:00", says(), arrived="35:00")],
        [
            risk("30:00", 1, due_at="60:00"),
            retracted("risk", "34:58", reason="cart"),
            risk("40:00", 1, 2, due_at="1:10:00"),
        ],
        until="45:00",
    ),
]


@pytest.mark.parametrize("case", [*LIFE, *ACTIVITY, *RECOVERY, *SEVERAL_CARTS, *SCORE, *LATE], ids=str)
def test_purchases(case: Case) -> None:
    check(case, NAME)


def test_a_conflict_and_a_breached_clock_raise_the_score() -> None:
    log = [web("0:00", cart()), web("1:00", price(10)), chat("2:00", price(12)), chat("3:00", says())]
    contributions = {"base": -0.85, "idle_share": 0.85, "breached_clocks": 0.6, "conflicts": 0.6}
    changes = alerts(policy_of(["conflicting_claims", "first_response", NAME]), log, after("33:00") + 1)
    told = [change.event().data for change in changes]
    assert [one.contributions for one in told if one.detector == NAME] == [contributions]
    assert [one.score for one in told if one.detector == NAME] == [scored(contributions)["score"]]


def test_a_summary_tells_stage_cart_and_risk() -> None:
    (change,) = alerts(policy_of([NAME]), [web("0:00", checkout())], after("6:00"))
    summary = change.event().data.summary
    assert summary == "The customer stopped at checkout with cart c-1 and does nothing in any channel: risk 57%."


@pytest.mark.parametrize("section", [{"cart": "P8D"}, {"checkout": "PT0S"}, {"at_risk": 0}, {"weights": {"luck": 1}}])
def test_a_policy_that_cannot_work_is_refused(section: dict[str, Any]) -> None:
    with pytest.raises(PolicyMistake):
        load(policy_of([NAME], section))


shopping: list[TouchpointData] = [
    cart(), cart("c-2"), emptied(), checkout(), checkout("c-2"), failed(), failed("c-2"), order(), order("c-2"), order(None),
    ProductViewed(), says(question=True), says("agent"),
]  # fmt: skip
HOURS = ["0:00", "0:01", "5:01", "10:00", "30:00", "1:00:00", "1:00:01", "2:00:00", "6:23:00:00", "7:01:00:00", "8:00:00:00", "31:00:00:00"]
touches = st.builds(
    lambda channel, clock, late, data: Touch(channel, after(clock), data, after(clock) + late),
    st.sampled_from(CHANNELS[:3]),
    st.sampled_from(HOURS),
    st.sampled_from([0, 0, 0, 3_600_000]),
    st.sampled_from(shopping),
)


@settings(max_examples=150, deadline=None)
@given(log=st.lists(touches, max_size=8))
def test_a_restart_before_every_touchpoint_changes_nothing_and_silence_returns_all_to_nothing(log: list[Touch]) -> None:
    policy = policy_of([NAME])
    straight = [change.event() for change in alerts(policy, log, NEVER)]
    restarted = [change.event() for change in alerts(policy, log, NEVER, restart=True)]
    assert restarted == straight


@settings(max_examples=100, deadline=None)
@given(log=st.lists(touches, max_size=8))
def test_one_customer_has_at_most_one_open_alert_in_event_time(log: list[Touch]) -> None:
    spans: dict[object, tuple[int, int]] = {}
    for change in alerts(policy_of([NAME]), log, NEVER):
        data = change.event().data
        if change.word == "retracted":
            spans.pop(data.alert_id, None)
        else:
            spans[data.alert_id] = (data.opened_at, data.ended_at or NEVER)
    ordered = sorted(spans.values())
    assert all(earlier[1] <= later[0] for earlier, later in pairwise(ordered))
