"""A problem was not solved by its due moment: one clock a conversation, due when it says so itself or by the policy's target.

Scope `first` runs from the opening to the first time it was resolved; `total` goes on from a reopening and counts what lay between:
the customer still had the problem. A target of the policy waits while the company waits for the customer or a third party; a
conversation's own `due_at` does not.
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
    ConversationOpened,
    ConversationReopened,
    ConversationResolved,
    ConversationWaiting,
    MessageSent,
)
from streams.detection.detector import DetectorPolicy, Known, Matter, Measured, Proof, Said, Says, View, proof
from streams.detection.target import BREACHED, ON_TRACK, Share, Target


class Problem(Struct, array_like=True, gc=False):
    """One conversation, open or lately resolved."""

    forget: int
    opening: Proof
    """Of the clock that runs: the opening, or the last reopening."""
    started: int = NEVER
    """NEVER: the company opened it and the customer has said nothing yet."""
    target: Target = field(default_factory=lambda: Target(NEVER, NEVER))
    own_due: int | None = None
    theme: str | None = None
    priority: str | None = None
    scope: str = "first"
    resolved: bool = False
    waiting_on: str = ""
    waiting_since: int = 0
    waited: int = 0
    told: bool = False
    """Whether an alert of this clock shows its opening already."""


class Problems(Struct, array_like=True, gc=False):
    by_conversation: dict[str, Problem] = field(default_factory=dict)
    resolved_before: dict[str, int] = field(default_factory=dict)
    """Conversations resolved before anything said that they were opened, and when to forget that."""


class ResolutionPolicy(DetectorPolicy):
    severity: dict[str, Annotated[int, Field(ge=0, le=100)]] = Field(
        default_factory=lambda: {"at_risk": 30, "breached": 65, "met": 10, "met_late": 45, "unanswered": 60}
    )
    targets: tuple[TargetRule, ...] = ()
    """For conversations without a `due_at` of their own; where no rule matches there is no target."""
    at_risk: Share = Decimal("0.75")
    keep_open: Duration = 400 * DAY
    """A problem is given up so long after its due moment and the last that was heard of it."""
    keep_resolved: Duration = 30 * DAY
    """How long a resolved conversation can be reopened."""


class Resolution:
    name: ClassVar = "resolution"
    family: ClassVar = Family.SLOW_RESPONSE
    order: ClassVar = 0
    handles: ClassVar = frozenset({ConversationOpened, ConversationWaiting, ConversationResolved, ConversationReopened, MessageSent})
    clocks: ClassVar = ("resolution_first", "resolution_total")
    State: ClassVar = Problems
    Policy: ClassVar = ResolutionPolicy

    def __init__(self, policy: ResolutionPolicy) -> None:
        self.policy = policy

    def observe(self, state: Problems, at: int, seen: Seen, known: Known) -> Iterator[Says]:
        match seen.data:
            case ConversationOpened() as opened:
                self._open(state, at, seen, known, opened)
            case MessageSent(author="customer", internal=False) as message:
                self._hear_customer(state, at, seen, known, message.conversation_id)
            case ConversationWaiting(on=on) as waiting:
                self._wait(state, at, waiting.conversation_id, on)
            case ConversationResolved() as resolved:
                yield from self._resolve(state, at, seen, resolved.conversation_id)
            case ConversationReopened() as reopened:
                self._reopen(state, at, seen, reopened.conversation_id)

    def deadline(self, state: Problems) -> int:
        problems = (_next(problem) for problem in state.by_conversation.values())
        return min(min(problems, default=NEVER), min(state.resolved_before.values(), default=NEVER))

    def next_word(self, state: Problems) -> int:
        return min((_next_word(problem) for problem in state.by_conversation.values()), default=NEVER)

    def expire(self, state: Problems, at: int, known: Known) -> Iterator[Says]:  # noqa: ARG002  the contract's
        for conversation, problem in list(state.by_conversation.items()):
            if _next_stage(problem) <= at and problem.target.reach(at):
                yield self._say(conversation, problem, problem.target.state)
            if problem.forget <= at:
                del state.by_conversation[conversation]
                if not problem.resolved and problem.target.stage != ON_TRACK:
                    yield self._say(conversation, problem, "unanswered", ended=True, reason="quiet")
        for conversation in [name for name, forget in state.resolved_before.items() if forget <= at]:
            del state.resolved_before[conversation]

    def summary(self, view: View) -> str:
        said = {
            "at_risk": "is close to its due moment and not resolved",
            "breached": "was not resolved by its due moment",
            "met": "was resolved in time, though only just",
            "met_late": "was resolved too late",
            "unanswered": "was never resolved",
        }
        again = ", opened again," if view.scope == "total" else ""
        return f"Conversation {view.about.id}{again} {said[view.state]}."

    # -- what happens
    def _open(self, state: Problems, at: int, seen: Seen, known: Known, opened: ConversationOpened) -> None:
        name = opened.conversation_id
        if state.resolved_before.pop(name, None) is not None or name in state.by_conversation:
            return  # met at once, or opened before: its first opening counts
        problem = Problem(NEVER, proof(seen), own_due=opened.due_at, theme=opened.theme, priority=opened.priority)
        state.by_conversation[name] = problem
        if opened.by == "customer":
            self._start(problem, at, seen, known)
        self._keep(problem, at)

    def _start(self, problem: Problem, at: int, seen: Seen, known: Known) -> None:
        problem.started = at
        if problem.own_due is not None:
            problem.target = Target.until(at, problem.own_due, self.policy.at_risk)
        else:
            within = first_match(self.policy.targets, seen.channel, known.tier, problem.priority, problem.theme)
            problem.target = Target.lasting(at, within, self.policy.at_risk)

    def _hear_customer(self, state: Problems, at: int, seen: Seen, known: Known, name: str) -> None:
        problem = state.by_conversation.get(name)
        if problem is None or problem.resolved:
            return
        if problem.started == NEVER:
            self._start(problem, at, seen, known)
        if problem.waiting_on == "customer":
            self._resume(problem, at)  # what the company waited for has come
        self._keep(problem, at)

    def _wait(self, state: Problems, at: int, name: str, on: str) -> None:
        problem = state.by_conversation.get(name)
        if problem is None or problem.resolved:
            return
        self._resume(problem, at)
        if on != "nobody":
            problem.waiting_on, problem.waiting_since = on, at
        self._keep(problem, at)

    def _resume(self, problem: Problem, at: int) -> None:
        if not problem.waiting_on:
            return
        stood = at - problem.waiting_since
        problem.waited += stood
        if problem.own_due is None and problem.target.stage != BREACHED:
            problem.target.put_off(stood)
        problem.waiting_on = ""

    def _resolve(self, state: Problems, at: int, seen: Seen, name: str) -> Iterator[Says]:
        problem = state.by_conversation.get(name)
        if problem is None:
            state.resolved_before[name] = at + self.policy.keep_resolved
            return
        if problem.resolved:
            return
        self._resume(problem, at)
        problem.resolved, problem.forget = True, at + self.policy.keep_resolved
        if problem.started == NEVER:
            return
        took = at - problem.started - problem.waited
        key = f"{name}/{problem.opening.name}"
        yield Measured(key, f"resolution_{problem.scope}", problem.opening.channel, took, problem.target.margin(at))
        if problem.target.stage != ON_TRACK:
            state_now = "met_late" if problem.target.stage == BREACHED else "met"
            yield self._say(name, problem, state_now, ended=True, seen=seen)

    def _reopen(self, state: Problems, at: int, seen: Seen, name: str) -> None:
        problem = state.by_conversation.get(name)
        if problem is None or not problem.resolved:
            return
        problem.resolved, problem.scope, problem.opening, problem.told = False, "total", proof(seen), False
        problem.target.stage = ON_TRACK  # a due moment that has passed breaks it anew, at once
        self._keep(problem, at)

    def _keep(self, problem: Problem, at: int) -> None:
        problem.forget = max(at, problem.target.due_at or at) + self.policy.keep_open

    def _say(
        self, name: str, problem: Problem, state: str, *, ended: bool = False, reason: str | None = None, seen: Seen | None = None
    ) -> Said:
        first = None if problem.told else problem.opening
        problem.told = True
        evidence = tuple(one for one in (first, proof(seen) if seen else None) if one)
        return Said(
            Matter("conversation", name),
            problem.opening.name,
            state,
            scope=problem.scope,
            ended=ended,
            due_at=problem.target.due_at,
            reason=reason,
            evidence=evidence,
        )


def _next(problem: Problem) -> int:
    return min(_next_stage(problem), problem.forget)


def _next_word(problem: Problem) -> int:
    """To give up what was told of ends what was told."""
    if problem.resolved or problem.target.stage == ON_TRACK:
        return _next_stage(problem)
    return _next(problem)


def _next_stage(problem: Problem) -> int:
    """While a target of the policy waits, nothing but forgetting is due."""
    if problem.resolved or (problem.waiting_on and problem.own_due is None):
        return NEVER
    return problem.target.next()
