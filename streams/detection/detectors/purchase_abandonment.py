"""The customer has stopped on the way to an order: no activity in any channel for the time of the furthest stage reached.

Half of that time is a `risk`, all of it is `abandoned`. Activity ends a risk (`active`), not what is abandoned: that ends as
`recovered` by an order, as `lost` after a week or when the cart is emptied, as `superseded` when the customer has gone on to
another cart and got as far with it. An order that names a cart completes that one; one that names none (by phone, in a store)
completes all carts of the customer: better to miss an abandonment than to remind somebody of what was just bought.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated, ClassVar, Self

from msgspec import Struct, field
from pydantic import Field, model_validator

from schemas.alert import Family
from schemas.instant import DAY, MINUTE, NEVER, Duration
from schemas.touchpoint import Seen, TouchpointData
from schemas.touchpoints.conversation import ConversationResolved, MessageSent
from schemas.touchpoints.queue import QueueConnected
from schemas.touchpoints.shopping import OrderPlaced
from streams.detection.activity import ACTIVITIES, is_activity
from streams.detection.carts import STAGES, Cart, completed, touch
from streams.detection.detector import DetectorPolicy, Known, Matter, Proof, Said, View, proof
from streams.detection.detectors import conflicting_claims
from streams.detection.risk import Weights, score


class AbandonmentPolicy(DetectorPolicy):
    severity: dict[str, int] = Field(
        default_factory=lambda: {"risk": 40, "abandoned": 60, "recovered": 10, "active": 10, "superseded": 10, "lost": 60}
    )
    cart: Annotated[Duration, Field(gt=0)] = 60 * MINUTE
    """How long a cart lies without activity in any channel until it is abandoned."""
    checkout: Annotated[Duration, Field(gt=0)] = 10 * MINUTE
    payment: Annotated[Duration, Field(gt=0)] = 5 * MINUTE
    """From a failed payment on."""
    at_risk: Annotated[Decimal, Field(gt=0, le=1)] = Decimal("0.5")
    """The share of these times after which it is a risk."""
    lost_after: Duration = 7 * DAY
    """How long an abandoned cart may be recovered, and any cart left untouched is remembered."""
    weights: Weights = Weights()
    past: Duration = 30 * DAY
    """How long an abandonment counts as a past one."""

    @model_validator(mode="after")
    def _abandoned_before_lost(self) -> Self:
        for stage in STAGES:
            if getattr(self, stage) >= self.lost_after:
                raise ValueError(f"{stage} must be shorter than lost_after")
        return self


class Alert(Struct, array_like=True, gc=False):
    cart: str
    opened_by: str
    abandoned_at: int | None = None
    """None: a risk so far."""


class Shopping(Struct, array_like=True, gc=False):
    carts: dict[str, Cart] = field(default_factory=dict)
    active_at: int = 0
    active: Proof | None = None
    """The customer's last activity, in any channel; known only while there is a cart, like the questions."""
    questions: list[str] = field(default_factory=list)
    """The conversations in which a question of the customer's is unanswered."""
    alert: Alert | None = None
    past: list[int] = field(default_factory=list)
    """When carts were abandoned: the last few."""


class PurchaseAbandonment:
    name: ClassVar = "purchase_abandonment"
    family: ClassVar = Family.ABANDONMENT_RISK
    order: ClassVar = 10  # the score counts what the others have found
    handles: ClassVar[frozenset[type[TouchpointData]]] = ACTIVITIES.union((ConversationResolved,))
    clocks: ClassVar[tuple[str, ...]] = ()
    State: ClassVar[type] = Shopping
    Policy: ClassVar[type[DetectorPolicy]] = AbandonmentPolicy

    def __init__(self, policy: AbandonmentPolicy) -> None:
        self.policy = policy

    def observe(self, state: Shopping, at: int, seen: Seen, known: Known) -> Iterator[Said]:  # noqa: ARG002  of the contract
        if is_activity(seen.data):
            gone = completed(state.carts, seen.data)
            yield from self._end_by_activity(state, seen, gone)
            for cart in gone:
                state.carts.pop(cart, None)
            touch(state.carts, at, seen)
            if state.carts:
                state.active_at, state.active = at, proof(seen)
        if state.carts:
            _hear_questions(state, seen.data)
        else:
            _forget_visit(state)

    def _end_by_activity(self, state: Shopping, seen: Seen, gone: set[str]) -> Iterator[Said]:
        if (alert := state.alert) is None:
            return
        if alert.cart in gone and isinstance(seen.data, OrderPlaced):
            yield _end(state, alert, "recovered", seen.channel, proof(seen))
        elif alert.abandoned_at is None:
            yield _end(state, alert, "active", seen.channel, proof(seen))
        elif alert.cart in gone:
            yield _end(state, alert, "lost", "emptied", proof(seen))

    def deadline(self, state: Shopping) -> int:
        if not state.carts and not state.past:
            return NEVER
        return min(self._next_word(state), self._next_forgetting(state))

    def next_word(self, state: Shopping) -> int:
        """Once one of several carts is forgotten, the word on another may be nearer."""
        return self.deadline(state) if len(state.carts) > 1 else self._next_word(state)

    def _next_word(self, state: Shopping) -> int:
        if not state.carts:
            return NEVER
        furthest, limit = self._furthest(state)
        alert = state.alert
        if alert is None:
            return state.active_at + self._at_risk(limit)
        if alert.abandoned_at is None:
            return state.active_at + limit
        lost = max(alert.abandoned_at, state.carts[alert.cart].touched) + self.policy.lost_after
        return lost if furthest == alert.cart else min(lost, state.active_at + self._at_risk(limit))

    def _next_forgetting(self, state: Shopping) -> int:
        carts = (cart.touched + self.policy.lost_after for name, cart in state.carts.items() if not state.alert or name != state.alert.cart)
        return min(min(carts, default=NEVER), state.past[0] + self.policy.past if state.past else NEVER)

    def _furthest(self, state: Shopping) -> tuple[str, int]:
        """The cart that got furthest, of several the one touched last, and the time of its stage."""
        name, cart = max(state.carts.items(), key=lambda item: (item[1].stage, item[1].touched, item[0]))
        return name, int(getattr(self.policy, STAGES[cart.stage]))

    def _at_risk(self, limit: int) -> int:
        return int(limit * self.policy.at_risk)

    def expire(self, state: Shopping, at: int, known: Known) -> Iterator[Said]:
        while self.deadline(state) <= at:
            if self._next_forgetting(state) <= at:
                self._forget(state, at)
            else:
                yield from self._next_say(state, at, known)
        if not state.carts:
            _forget_visit(state)

    def _forget(self, state: Shopping, at: int) -> None:
        state.past = [then for then in state.past if then + self.policy.past > at]
        subject = state.alert.cart if state.alert else None
        for name in [name for name, cart in state.carts.items() if name != subject and cart.touched + self.policy.lost_after <= at]:
            del state.carts[name]

    def _next_say(self, state: Shopping, at: int, known: Known) -> Iterator[Said]:
        furthest, limit = self._furthest(state)
        alert = state.alert
        if alert is not None and alert.abandoned_at is not None:
            word = "superseded" if furthest != alert.cart and state.active_at + self._at_risk(limit) <= at else "lost"
            yield _end(state, alert, word, STAGES[state.carts.pop(alert.cart).stage])
            return
        abandoned = state.active_at + limit <= at
        evidence: tuple[Proof, ...] = ()
        if alert is None:
            if state.active is None:
                raise AssertionError("a cart without any activity")
            evidence = tuple(dict.fromkeys((state.carts[furthest].touch, state.active)))
            alert = state.alert = Alert(furthest, state.active.name)
        contributions = self._contributions(state, state.carts[alert.cart], (at - state.active_at) / limit, known)
        yield Said(
            Matter("cart", alert.cart),
            alert.opened_by,
            "abandoned" if abandoned else "risk",
            due_at=state.active_at + limit,
            reason=STAGES[state.carts[alert.cart].stage],
            evidence=evidence,
            score=score(contributions),
            contributions=contributions,
        )
        if abandoned:
            alert.abandoned_at = at
            state.past = [*state.past, at][-self.policy.weights.most :]

    def _contributions(self, state: Shopping, cart: Cart, idle_share: float, known: Known) -> dict[str, float]:
        findings = list(known.findings())
        counts = {
            "payment_failures": cart.payment_failures,
            "open_questions": len(state.questions),
            "breached_clocks": sum(view.state == "breached" for view in findings),
            "conflicts": sum(view.detector == conflicting_claims.ConflictingClaims.name for view in findings),
            "past_abandonments": len(state.past),
        }
        return self.policy.weights.contributions(STAGES[cart.stage], min(1.0, idle_share), counts)

    def summary(self, view: View) -> str:
        cart = f"cart {view.about.id}"
        match view.state:
            case "risk":
                return f"The customer stopped at {view.reason} with {cart} and does nothing in any channel: risk {view.score or 0:.0%}."
            case "abandoned":
                return f"The customer abandoned {cart} at {view.reason}: no activity in any channel."
            case "recovered":
                return f"The customer completed the purchase of {cart} through {view.reason}."
            case "active":
                return f"The customer is active again through {view.reason}: {cart} is no longer at risk."
            case "superseded":
                return f"The customer abandoned {cart} and has gone on to another."
        return f"The customer {'emptied' if view.reason == 'emptied' else 'never came back to'} {cart}: it is lost."


def _hear_questions(state: Shopping, data: TouchpointData) -> None:
    match data:
        case MessageSent(author="customer", question=True, internal=False, conversation_id=asked):
            if asked not in state.questions:
                state.questions.append(asked)
        case MessageSent(author="agent" | "bot", internal=False, conversation_id=over) | ConversationResolved(conversation_id=over):
            if over in state.questions:
                state.questions.remove(over)
        case QueueConnected():
            state.questions.clear()


def _forget_visit(state: Shopping) -> None:
    state.active_at, state.active = 0, None
    state.questions.clear()


def _end(state: Shopping, alert: Alert, word: str, reason: str, *evidence: Proof) -> Said:
    state.alert = None
    return Said(Matter("cart", alert.cart), alert.opened_by, word, ended=True, reason=reason, evidence=evidence)
