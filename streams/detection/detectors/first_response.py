"""Nobody answered in time: one clock a matter, from the customer's first ask in whatever channel to the first reply in any.

The matter of an ask is its correlation, else its `about`, else its conversation's `about` or theme, else the conversation itself.
A reply on the matter, or in a conversation it was asked in, answers it. Bots' replies do not: how soon they come is measured
as a clock of its own, and a hand-over from a bot to people starts the wait for people anew.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated, ClassVar

from msgspec import Struct, field
from pydantic import Field

from schemas.alert import Family
from schemas.instant import DAY, NEVER, Duration
from schemas.policy import TargetRule, first_match
from schemas.touchpoint import Seen
from schemas.touchpoints.conversation import (
    ConversationHandedOver,
    ConversationOpened,
    ConversationResolved,
    MessageSent,
)
from schemas.touchpoints.queue import QueueConnected
from streams.detection.detector import DetectorPolicy, Known, Matter, Measured, Proof, Said, Says, View, proof
from streams.detection.target import BREACHED, ON_TRACK, Share, Target


class Clock(Struct, array_like=True, gc=False):
    """A wait that nobody has ended yet."""

    started: int
    target: Target
    asked_in: list[str]
    """The conversations in which the customer waits."""
    forget: int
    subject: str
    """The conversation of the first ask."""
    opening: Proof
    told: bool = False
    """Whether an alert of it shows `opening` already."""


class Conversation(Struct, array_like=True, gc=False):
    matter: str | None
    """None: no more than this conversation."""
    theme: str | None
    priority: str | None
    forget: int
    with_bot: bool = False
    answered: bool = False
    """By people, here or elsewhere on its matter: what the customer asks from then on is no first response."""


class Waits(Struct, array_like=True, gc=False):
    clocks: dict[str, Clock] = field(default_factory=dict)
    """By matter."""
    conversations: dict[str, Conversation] = field(default_factory=dict)
    """In order of their last touchpoint, so that the first is the next to be forgotten."""


class FirstResponsePolicy(DetectorPolicy):
    severity: dict[str, Annotated[int, Field(ge=0, le=100)]] = Field(
        default_factory=lambda: {"at_risk": 30, "breached": 60, "met": 10, "met_late": 40, "unanswered": 50, "cancelled": 10}
    )
    targets: tuple[TargetRule, ...] = (
        TargetRule.model_validate({"channel": "chat", "within": "PT5M"}),
        TargetRule.model_validate({"channel": "social", "within": "PT1H"}),
        TargetRule.model_validate({"channel": "email", "within": "P1D"}),
        TargetRule.model_validate({"within": "PT8H"}),
    )
    at_risk: Share = Decimal("0.75")
    keep: Duration = 7 * DAY
    """A matter in which nothing happens for so long is forgotten, answered or not."""


class FirstResponse:
    name: ClassVar = "first_response"
    family: ClassVar = Family.SLOW_RESPONSE
    order: ClassVar = 0
    handles: ClassVar = frozenset({ConversationOpened, MessageSent, ConversationHandedOver, ConversationResolved, QueueConnected})
    clocks: ClassVar = ("first_response", "first_response_bot")
    State: ClassVar = Waits
    Policy: ClassVar = FirstResponsePolicy

    def __init__(self, policy: FirstResponsePolicy) -> None:
        self.policy = policy

    def observe(self, state: Waits, at: int, seen: Seen, known: Known) -> Iterator[Says]:
        data = seen.data
        if type(data) is MessageSent:
            if data.internal or data.author == "system":
                return
            if data.author == "customer":
                self._ask(state, at, seen, known, data.conversation_id, data.about)
            elif data.author == "bot":
                yield from self._hear_bot(state, at, seen, data.conversation_id)
            else:
                yield from self._answer(state, at, seen, data.conversation_id, data.about)
        elif type(data) is ConversationOpened:
            self._meet(state, at, seen, data)
            if data.by == "customer":
                self._ask(state, at, seen, known, data.conversation_id)
        elif type(data) is ConversationResolved:
            yield from self._resolve(state, at, seen, data.conversation_id)
        elif type(data) is ConversationHandedOver and data.to != "bot":
            yield from self._hand_over(state, at, seen, known, data.conversation_id)
        elif type(data) is QueueConnected:
            yield from self._connect(state, at, seen, data.conversation_id)

    def deadline(self, state: Waits) -> int:
        due = next(iter(state.conversations.values())).forget if state.conversations else NEVER
        for clock in state.clocks.values():
            due = min(due, clock.target.next(), clock.forget)
        return due

    def next_word(self, state: Waits) -> int:
        return min((_next_word(clock) for clock in state.clocks.values()), default=NEVER)

    def expire(self, state: Waits, at: int, known: Known) -> Iterator[Says]:  # noqa: ARG002  the contract's
        for matter, clock in list(state.clocks.items()):
            if clock.target.reach(at):
                yield self._say(clock, clock.target.state)
            if clock.forget <= at:
                del state.clocks[matter]
                if clock.target.stage != ON_TRACK:
                    yield self._say(clock, "unanswered", ended=True, reason="quiet")
        for name in [name for name, talk in state.conversations.items() if talk.forget <= at]:
            del state.conversations[name]

    def summary(self, view: View) -> str:
        where = view.evidence[0].channel if view.evidence else "a channel"
        said = {
            "at_risk": f"has had no answer yet since asking in {where}: the target is near",
            "breached": f"has had no answer in the promised time since asking in {where}",
            "met": f"was answered just in time after asking in {where}",
            "met_late": f"was answered too late after asking in {where}",
            "unanswered": f"asked in {where} and was never answered",
            "cancelled": f"was handed over to people after asking in {where}; the wait starts anew",
        }
        return f"The customer {said[view.state]} (conversation {view.about.id})."

    # -- what happens
    def _meet(self, state: Waits, at: int, seen: Seen, opened: ConversationOpened) -> None:
        matter = _matter(seen.correlation, opened.about, opened.theme)
        before = state.conversations.pop(opened.conversation_id, None)
        talk = Conversation(matter, opened.theme, opened.priority, at + self.policy.keep)
        if before is not None:
            talk.with_bot, talk.answered = before.with_bot, before.answered
            alone = _alone(opened.conversation_id)
            if matter is not None and before.matter is None and matter not in state.clocks and alone in state.clocks:
                state.clocks[matter] = state.clocks.pop(alone)  # asked before it was said what about: still one wait
        state.conversations[opened.conversation_id] = talk

    def _conversation(self, state: Waits, at: int, seen: Seen, name: str) -> Conversation:
        talk = state.conversations.pop(name, None)
        if talk is None:
            talk = Conversation(_matter(seen.correlation, None, None), None, None, 0)
        talk.forget = at + self.policy.keep
        state.conversations[name] = talk
        return talk

    def _ask(self, state: Waits, at: int, seen: Seen, known: Known, name: str, about: str | None = None) -> None:
        talk = self._conversation(state, at, seen, name)
        matter = _matter(seen.correlation, about, None) or talk.matter or _alone(name)
        clock = state.clocks.get(matter)
        if clock is not None:
            clock.forget = max(at, clock.target.due_at or at) + self.policy.keep
            if name not in clock.asked_in:
                clock.asked_in.append(name)
        elif not talk.answered:
            self._start(state, at, seen, known, matter, [name])

    def _start(self, state: Waits, at: int, seen: Seen, known: Known, matter: str, asked_in: list[str]) -> None:
        talk = state.conversations[asked_in[0]]
        within = first_match(self.policy.targets, seen.channel, known.tier, talk.priority, talk.theme)
        target = Target.lasting(at, within, self.policy.at_risk)
        forget = max(at, target.due_at or at) + self.policy.keep
        state.clocks[matter] = Clock(at, target, asked_in, forget, asked_in[0], proof(seen))

    def _hear_bot(self, state: Waits, at: int, seen: Seen, name: str) -> Iterator[Says]:
        talk = self._conversation(state, at, seen, name)
        for clock in state.clocks.values():
            if name in clock.asked_in and not talk.with_bot:
                yield Measured(f"{name}/{clock.opening.name}", "first_response_bot", clock.opening.channel, at - clock.started, None)
        talk.with_bot = True

    def _answer(self, state: Waits, at: int, seen: Seen, name: str, about: str | None) -> Iterator[Says]:
        talk = self._conversation(state, at, seen, name)
        own = talk.matter or _alone(name)
        matters = {own, _matter(seen.correlation, about, None) or own}
        answered = [matter for matter, clock in state.clocks.items() if matter in matters or name in clock.asked_in]
        talk.answered = talk.answered or bool(answered)  # who writes unasked has answered nothing
        yield from self._end(state, at, seen, answered)

    def _connect(self, state: Waits, at: int, seen: Seen, name: str) -> Iterator[Says]:
        """A person is on the line: for this matter, or, where none is named, for whatever the customer waits for."""
        talk = self._conversation(state, at, seen, name)
        talk.answered = True
        named_now = _matter(seen.correlation, None, None)
        everything = talk.matter is None and named_now is None
        for matter, clock in list(state.clocks.items()):
            here = matter in (talk.matter or _alone(name), named_now) or name in clock.asked_in
            if here or everything:
                yield from self._end(state, at, seen, [matter], None if here else "connected_elsewhere")

    def _hand_over(self, state: Waits, at: int, seen: Seen, known: Known, name: str) -> Iterator[Says]:
        talk = self._conversation(state, at, seen, name)
        if not talk.with_bot or talk.answered:
            return
        talk.with_bot = False
        for matter, clock in list(state.clocks.items()):
            if clock.asked_in != [name]:
                continue  # who waits for people elsewhere already goes on waiting
            del state.clocks[matter]
            if clock.target.stage != ON_TRACK:
                yield self._say(clock, "cancelled", ended=True, reason="handed_over", seen=seen)
            self._start(state, at, seen, known, matter, [name])

    def _resolve(self, state: Waits, at: int, seen: Seen, name: str) -> Iterator[Says]:
        self._conversation(state, at, seen, name)
        for matter, clock in list(state.clocks.items()):
            if name not in clock.asked_in:
                continue
            clock.asked_in.remove(name)
            if clock.asked_in:
                continue  # the customer still waits elsewhere
            clock.asked_in.append(name)
            del state.clocks[matter]
            if clock.target.stage != ON_TRACK:
                yield self._say(clock, "unanswered", ended=True, seen=seen)

    def _end(self, state: Waits, at: int, seen: Seen, matters: list[str], reason: str | None = None) -> Iterator[Says]:
        for matter in matters:
            clock = state.clocks.pop(matter)
            for name in clock.asked_in:
                if talk := state.conversations.get(name):
                    talk.answered = True
            key, channel = f"{matter}/{clock.opening.name}", clock.opening.channel
            yield Measured(key, self.name, channel, at - clock.started, clock.target.margin(at))
            if clock.target.stage != ON_TRACK:
                state_now = "met_late" if clock.target.stage == BREACHED else "met"
                yield self._say(clock, state_now, ended=True, reason=reason, seen=seen)

    def _say(self, clock: Clock, state: str, *, ended: bool = False, reason: str | None = None, seen: Seen | None = None) -> Said:
        first = clock.opening if clock.told is False else None
        clock.told = True
        evidence = tuple(one for one in (first, proof(seen) if seen else None) if one)
        about = Matter("conversation", clock.subject)
        return Said(about, clock.opening.name, state, ended=ended, due_at=clock.target.due_at, reason=reason, evidence=evidence)


def _next_word(clock: Clock) -> int:
    """To forget a wait that was told of ends what was told."""
    if clock.target.stage == ON_TRACK:
        return clock.target.next()
    return min(clock.target.next(), clock.forget)


def _matter(correlation: str | None, about: str | None, theme: str | None) -> str | None:
    """The first that is given; the kinds never meet."""
    if correlation is not None:
        return f"correlation:{correlation}"
    if about is not None:
        return f"about:{about}"
    return None if theme is None else f"theme:{theme}"


def _alone(conversation: str) -> str:
    return f"conversation:{conversation}"
