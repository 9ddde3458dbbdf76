"""Event time by hand: a few touchpoints shown to the detectors from nothing, each time anew, deadlines in between."""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from msgspec.structs import replace

from schemas.instant import NEVER
from schemas.policy import Policy
from schemas.touchpoint import Seen, Touchpoint
from schemas.touchpoints.customer import CustomerUpdated
from streams.detection.detector import Detector, Measured, Said, Says, View
from streams.detection.detectors import load


class Shown(NamedTuple):
    """Sorts by when it counts as having occurred."""

    at: int
    channel: str
    offset: int
    touchpoint: Touchpoint


Name = tuple[str, str | None, str, str, str]
"""Detector, scope, kind and id of the subject, and the touchpoint that opened it."""


class Hindsight:
    """Everything that counts as having occurred before an instant, or until it. Detectors read it as `Known`."""

    def __init__(self, policy: Policy, shown: Sequence[Shown], until: int, *, inclusive: bool) -> None:
        self.tier: str | None = None
        self.value: Decimal | None = None
        self.views: dict[Name, View] = {}
        self.said_again: set[Name] = set()
        """Ended, and opened again by a copy of what had opened it: two alerts of one name."""
        self.measured: list[Measured] = []
        self._policy = policy
        self._detectors = sorted(load(policy), key=lambda detector: (detector.order, detector.name))
        self._states = {detector.name: detector.State() for detector in self._detectors}
        self._now = -NEVER
        for one in sorted(shown, key=lambda one: one[:3]):
            self._pass_time(one.at, inclusive=False)
            self._occur(one)
        self._pass_time(until, inclusive=inclusive)

    def findings(self) -> Iterator[View]:
        return (view for view in self.views.values() if view.ended_at is None)

    def next_deadline(self) -> int:
        return max(min(self._deadline(detector) for detector in self._detectors), self._now)

    def _deadline(self, detector: Detector[Any]) -> int:
        return detector.deadline(self._states[detector.name])

    def _pass_time(self, until: int, *, inclusive: bool) -> None:
        while (at := self.next_deadline()) < NEVER and (at < until or (inclusive and at == until)):
            self._now = at
            for detector in self._detectors:
                if self._deadline(detector) <= at:
                    self._hear(detector, at, detector.expire(self._states[detector.name], at, self))
                    assert self._deadline(detector) > at, f"{detector.name} must settle all that is due"

    def _occur(self, one: Shown) -> None:
        self._now = one.at
        touchpoint = one.touchpoint
        data = touchpoint.data
        if isinstance(data, CustomerUpdated):
            self.tier = self.tier if data.tier is None else data.tier
            self.value = self.value if data.value is None else data.value
        counted = one.at if one.at > touchpoint.occurred else None
        seen = Seen(touchpoint.channel, touchpoint.offset, touchpoint.id, touchpoint.occurred, data, touchpoint.correlation, counted)
        for detector in self._detectors:
            if type(data) in detector.handles:
                self._hear(detector, one.at, detector.observe(self._states[detector.name], one.at, seen, self))

    def _hear(self, detector: Detector[Any], at: int, says: Iterable[Says]) -> None:
        for said in says:
            if isinstance(said, Measured):
                self.measured.append(said)
                continue
            name = (detector.name, said.scope, said.about.kind, said.about.id, said.opened_by)
            before = self.views.get(name)
            if before and before.ended_at is not None:
                self.said_again.add(name)
            self.views[name] = self._amended(before, detector, said, at)

    def _amended(self, before: View | None, detector: Detector[Any], said: Said, at: int) -> View:
        severity = detector.policy.severity
        base = severity[f"{said.state}/{said.reason}"] if f"{said.state}/{said.reason}" in severity else severity.get(said.state, 0)
        weighted = min(100, int(base * self._policy.severity.weight(self.tier, self.value)))
        nothing_yet = View(detector.name, said.scope, said.about, said.opened_by, (), at, None, None, None, (), 0, None, None)
        one = before or nothing_yet
        return replace(
            one,
            states=(*one.states, said.state),
            ended_at=at if said.ended else None,
            due_at=one.due_at if said.due_at is None else said.due_at,
            reason=said.reason,
            evidence=one.evidence + said.evidence,
            severity=weighted,
            score=one.score if said.score is None else said.score,
            contributions=dict(said.contributions) if said.contributions else one.contributions,
        )
