"""Two channels told this customer two values of one matter: the same attribute of the same thing, under the same terms.

A channel's word is the last it told, while it is valid. Who tells something else than what is agreed dissents, and the alert is about
the dissenting channel (its `scope`) in that matter. A newer `version`, else a later `valid_from`, told later is a legitimate
change; the older value told again after the grace makes a stale channel; with no order between them it is a conflict. Nothing is
judged with hindsight: what counts is what was valid when the later of the two was told.

The agreed value is the one that was told first and not dissented from, so that with three channels the one that came with
something else is named, and alerts do not change sides while the others repeat themselves.
"""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import ClassVar

from msgspec import Struct, field
from pydantic import Field

from schemas.alert import Family
from schemas.instant import DAY, HOUR, MINUTE, NEVER, Duration
from schemas.touchpoint import Seen, TouchpointData
from schemas.touchpoints.claim import ClaimMade
from schemas.values import Amount, Label
from streams.detection.claims import Dissent, Telling, differ, harm, matter_of, named, read_value
from streams.detection.currencies import CURRENCIES
from streams.detection.detector import DetectorPolicy, Known, Matter, Proof, Said, View, proof


class ClaimsPolicy(DetectorPolicy):
    """`severity` is by state, or by `state/reason` where the direction of the harm matters."""

    severity: dict[str, int] = Field(
        default_factory=lambda: {
            "conflict": 50,
            "conflict/overcharge": 70,
            "conflict/undercharge": 40,
            "stale_channel": 45,
            "stale_channel/overcharge": 65,
            "stale_channel/undercharge": 35,
            "agreed": 10,
            "superseded": 10,
            "validity_ended": 10,
        }
    )
    grace: Duration = 5 * MINUTE
    """How long a channel may still tell the older value after a newer one was told elsewhere."""
    money: tuple[Label, ...] = ("price", "total", "fee", "deposit", "refund", "discount", "credit")
    """Attributes that are money whatever their unit; every attribute in an ISO 4217 unit is."""
    money_tolerance: Amount = Decimal("0.01")
    """Only a difference beyond it counts."""
    paid_to_customer: tuple[Label, ...] = ("refund", "discount", "credit")
    """Money that flows to the customer: of these the lower value is the one that overcharges."""
    instants: tuple[Label, ...] = ("eta", "delivery_eta", "appointment")
    """Attributes whose values are RFC 3339 timestamps."""
    instant_tolerance: Duration = HOUR
    """Only a difference beyond it counts."""
    holds: Duration = 7 * DAY
    """How long a claim that names no end is taken to hold after it was last told."""
    remembered: Duration = 90 * DAY
    """How long a claim is kept at most, whatever end it names."""


class Tellings(Struct, array_like=True, gc=False):
    """All that is remembered of one matter, in the order it was first told."""

    due: int = NEVER
    """The next instant at which one of them begins, ends or is forgotten."""
    told: list[Telling] = field(default_factory=list)


class Told(Struct, array_like=True, gc=False):
    due: int = NEVER
    """Not later than the first of the matters'."""
    matters: dict[str, Tellings] = field(default_factory=dict)


class ConflictingClaims:
    name: ClassVar = "conflicting_claims"
    family: ClassVar = Family.INCONSISTENCY
    order: ClassVar = 0
    handles: ClassVar[frozenset[type[TouchpointData]]] = frozenset({ClaimMade})
    clocks: ClassVar[tuple[str, ...]] = ()
    State: ClassVar[type] = Told
    Policy: ClassVar[type[DetectorPolicy]] = ClaimsPolicy

    def __init__(self, policy: ClaimsPolicy) -> None:
        self.policy = policy

    def observe(self, state: Told, at: int, seen: Seen, known: Known) -> Iterator[Said]:  # noqa: ARG002  of the contract
        claim = seen.data
        if not isinstance(claim, ClaimMade):
            return
        matter = matter_of(claim)
        if (tellings := state.matters.get(matter)) is None:
            tellings = state.matters[matter] = Tellings()
        told = tellings.told
        now = self._remember(told, at, seen, claim)
        due = min(tellings.due, self._next(now, at))
        if at >= due or (len(told) > 1 and any(other.channel == seen.channel for other in told if other is not now)):
            yield from self._let_go(matter, told, at)  # otherwise all stand as they stood
        if now.dissent or (len(told) > 1 and any(telling.dissent or telling.value != now.value for telling in told)):
            if now.stands(at):
                yield from self._judge(matter, told, at, now)
            yield from self._end_what_is_settled(matter, told, at, (now.proof,))  # otherwise all tell the same, and always did
        self._schedule(state, matter, tellings, at)

    def deadline(self, state: Told) -> int:
        return state.due

    def next_word(self, state: Told) -> int:
        """Where all agree nothing ends but what is remembered."""
        matters = state.matters.values()
        return min((each.due for each in matters if any(telling.dissent for telling in each.told)), default=NEVER)

    def expire(self, state: Told, at: int, known: Known) -> Iterator[Said]:  # noqa: ARG002  of the contract
        for matter, tellings in list(state.matters.items()):
            if tellings.due > at:
                continue
            yield from self._let_go(matter, tellings.told, at)
            yield from self._end_what_is_settled(matter, tellings.told, at, ())
            self._schedule(state, matter, tellings, at)
        state.due = min((tellings.due for tellings in state.matters.values()), default=NEVER)

    # -- what is remembered
    def _remember(self, told: list[Telling], at: int, seen: Seen, claim: ClaimMade) -> Telling:
        """The telling that `seen` adds, or the one that it repeats, which stays as old as its first time."""
        start = at if claim.valid_from is None else max(at, claim.valid_from)
        until = start + self.policy.holds if claim.valid_until is None else claim.valid_until
        until = min(until, at + self.policy.remembered)
        money = claim.unit in CURRENCIES or claim.attribute in self.policy.money
        value = read_value(claim.value, money=money, instant=claim.attribute in self.policy.instants)
        for before in told:
            if before.channel != seen.channel or before.replaced_at < NEVER or before.until <= at:
                continue
            if (before.value, before.version, before.valid_from) == (value, claim.version, claim.valid_from):
                before.proof, before.until = proof(seen), until
                return before
        now = Telling(proof(seen), at, value, until, claim.version, claim.valid_from)
        told.append(now)
        return now

    def _let_go(self, matter: str, told: list[Telling], at: int) -> Iterator[Said]:
        """A channel's later word takes the place of its earlier one; what has ended goes, and its dissent with it."""
        standing: dict[str, Telling] = {}
        for telling in sorted(told, key=lambda telling: telling.since):
            if not telling.stands(at):
                continue
            if before := standing.get(telling.channel):
                before.replaced_at = at
                telling.dissent, before.dissent = before.dissent, None
            standing[telling.channel] = telling
        for telling in [telling for telling in told if self._next(telling, at) <= at]:
            told.remove(telling)
            if telling.dissent:
                yield _end(matter, telling, "validity_ended", ())

    def _next(self, telling: Telling, at: int) -> int:
        """When it begins or is let go; one that was replaced still proves for the grace that its value was the newer."""
        if telling.valid_from is not None and telling.since > at:
            return min(telling.since, telling.until)
        if telling.replaced_at == NEVER:
            return telling.until
        return min(telling.until, telling.replaced_at + self.policy.grace + 1)

    def _schedule(self, state: Told, matter: str, tellings: Tellings, at: int) -> None:
        tellings.due = NEVER
        for telling in tellings.told:
            if (due := self._next(telling, at)) < tellings.due:
                tellings.due = due
        state.due = min(state.due, tellings.due)
        if not tellings.told:
            del state.matters[matter]

    # -- what is so
    def _judge(self, matter: str, told: list[Telling], at: int, now: Telling) -> Iterator[Said]:
        """Opens or amends the dissent of the channel that has just told `now`."""
        against = self._against(told, at, now)
        newer = [other for other in against if other.is_newer_than(now)]
        unordered = [other for other in against if not other.is_newer_than(now)]
        if newer and any(self._proves_stale(other, at, now) for other in told):
            state, other = "stale_channel", newer[0]
        elif unordered:
            state, other = "conflict", unordered[0]
        else:
            return
        reason = harm(now, other, to_customer=named(matter)[2] in self.policy.paid_to_customer)
        if now.dissent is None:
            now.dissent = Dissent(now.proof.name, state, reason)
            yield _say(matter, now.channel, now.dissent, (other.proof, now.proof))
        elif (now.dissent.state, now.dissent.reason) != (state, reason):
            now.dissent.state, now.dissent.reason = state, reason
            yield _say(matter, now.channel, now.dissent, (now.proof,))

    def _against(self, told: list[Telling], at: int, one: Telling) -> list[Telling]:
        """What stands against `one`, first told first: any channel's newer word, and agreed words that have no order to it."""
        standing = [telling for telling in told if telling.stands(at) and telling is not one]
        agreed = [telling for telling in standing if telling.dissent is None]
        return [
            other
            for other in standing
            if self._differ(one, other)
            and not one.is_newer_than(other)
            and (other.is_newer_than(one) or (other.dissent is None and not self._is_outdated(other, agreed)))
        ]

    def _is_outdated(self, one: Telling, by: Iterable[Telling]) -> bool:
        return any(other.is_newer_than(one) and self._differ(one, other) for other in by)

    def _proves_stale(self, other: Telling, at: int, now: Telling) -> bool:
        told_elsewhere = other.channel != now.channel and other.since <= at and at - other.at > self.policy.grace
        return told_elsewhere and other.is_newer_than(now) and self._differ(now, other)

    def _end_what_is_settled(self, matter: str, told: list[Telling], at: int, evidence: tuple[Proof, ...]) -> Iterator[Said]:
        """A dissent ends when nothing stands against it: it came round, or the others did, or what they told holds no longer."""
        standing = [telling for telling in told if telling.stands(at)]
        for telling in standing:  # in the order they were told: if nobody is left to dissent from, what was told first is agreed now
            if telling.dissent and not self._against(told, at, telling):
                yield _end(matter, telling, self._ending(telling, standing), evidence)

    def _ending(self, one: Telling, standing: list[Telling]) -> str:
        others = [other for other in standing if other is not one]
        if any(not self._differ(one, other) for other in others):
            return "agreed"
        return "superseded" if any(one.is_newer_than(other) for other in others) else "validity_ended"

    def _differ(self, one: Telling, other: Telling) -> bool:
        return differ(one, other, self.policy.money_tolerance, self.policy.instant_tolerance)

    def summary(self, view: View) -> str:
        kind, name, attribute = named(view.about.id)
        what = f"{attribute} of {kind} {name}"
        others = " and ".join(dict.fromkeys(proof.channel for proof in view.evidence if proof.channel != view.scope))
        match view.state:
            case "agreed":
                return f"{view.scope} and {others} now tell the customer the same {what}."
            case "superseded":
                return f"{view.scope} has told the customer a newer {what}: it no longer contradicts {others}."
            case "validity_ended":
                return f"What {view.scope} and {others} told the customer of the {what} no longer holds: the contradiction is over."
            case "stale_channel":
                return f"{view.scope} still tells the customer an outdated {what}; {others} told a newer one{_HARM[view.reason]}."
        return f"{view.scope} told the customer another {what} than {others}{_HARM[view.reason]}."


_HARM = {
    "overcharge": ": at the customer's expense",
    "undercharge": ": in the customer's favour",
    "later": ": a later one",
    "earlier": ": an earlier one",
    None: "",
}


def _say(matter: str, channel: str, dissent: Dissent, evidence: tuple[Proof, ...]) -> Said:
    return Said(Matter("claim", matter), dissent.opened_by, dissent.state, channel, reason=dissent.reason, evidence=evidence)


def _end(matter: str, telling: Telling, word: str, evidence: tuple[Proof, ...]) -> Said:
    dissent, telling.dissent = telling.dissent, None
    if dissent is None:
        raise AssertionError("only what was opened ends")
    about = Matter("claim", matter)
    return Said(about, dissent.opened_by, word, telling.channel, ended=True, reason=dissent.reason, evidence=evidence)
