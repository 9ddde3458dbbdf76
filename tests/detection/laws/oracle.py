"""What a log says, read in one go: every touchpoint and deadline in order of place, and each time all is thought through from nothing.

It shares the detectors with the engine, and nothing else: no journey, no base, no forgetting, no bytes, words of its own.
"""

from dataclasses import dataclass, field
from uuid import UUID, uuid5

from msgspec.structs import replace

from schemas.alert import NAMESPACE
from schemas.instant import NEVER
from schemas.policy import Policy
from schemas.touchpoint import Touchpoint
from schemas.touchpoints.customer import CustomerErased
from streams.detection.detector import Measured, View
from streams.detection.detectors import DETECTORS
from tests.detection.laws.alert import Alert
from tests.detection.laws.hindsight import Hindsight, Name, Shown
from tests.detection.laws.log import Log


@dataclass
class Expected:
    alerts: dict[tuple[UUID, int], Alert] = field(default_factory=dict)
    measured: set[Measured] = field(default_factory=set)
    ambiguous: set[UUID] = field(default_factory=set)
    """A copy that counted anew opened the same matter again: two alerts share a name, and how they are numbered is not promised."""
    measured_twice: set[str] = field(default_factory=set)


def expected(log: Log, until: int, policy: Policy) -> Expected:
    """All that is told of what is placed before `until`."""
    result = Expected()
    for journey in sorted({touchpoint.journey for rows in log.values() for touchpoint in rows}):
        _Customer(journey, log, policy, result).live(until)
    return result


class _Customer:
    def __init__(self, journey: str, log: Log, policy: Policy, result: Expected) -> None:
        self._journey = journey
        self._policy = policy
        self._result = result
        self._to_come = sorted((self._place(one), one.channel, one.offset, one) for one in _counted(journey, log, policy.deduplication))
        self._shown: list[Shown] = []
        self._told: dict[Name, tuple[Alert, View | None]] = {}
        self._measured: dict[str, Measured] = {}
        self._erased_at = -NEVER

    def live(self, until: int) -> None:
        deadline = NEVER
        while True:
            place = self._to_come[0][0] if self._to_come else NEVER
            if min(place, deadline) >= until:
                return
            if place <= deadline:  # at one instant touchpoints come first
                self._occur(place, self._to_come.pop(0)[3])
                now = Hindsight(self._policy, self._shown, place, inclusive=False)
            else:
                place = deadline
                now = Hindsight(self._policy, self._shown, deadline, inclusive=True)
            deadline = now.next_deadline()
            self._tell(place, now)

    def _place(self, touchpoint: Touchpoint) -> int:
        return max(touchpoint.occurred, touchpoint.arrived - self._policy.channels[touchpoint.channel].lateness)

    def _occur(self, place: int, touchpoint: Touchpoint) -> None:
        at = max(touchpoint.occurred, place - self._policy.window)
        if isinstance(touchpoint.data, CustomerErased):
            self._erase(place)
        elif at > self._erased_at:
            self._shown.append(Shown(at, touchpoint.channel, touchpoint.offset, touchpoint))

    def _erase(self, place: int) -> None:
        for name, (alert, view) in self._told.items():
            if alert.word in ("opened", "updated") and view:
                self._publish(name, "retracted", place, replace(view, reason="customer_erased"))
        self._erased_at = place
        self._shown, self._told, self._measured = [], {}, {}

    def _tell(self, place: int, now: Hindsight) -> None:
        for one in now.measured:
            key = f"{one.clock}/{one.key}"
            if key not in self._measured:
                self._measured[key] = one
                self._result.measured.add(one)
            elif sum(other.key == one.key and other.clock == one.clock for other in now.measured) > 1:
                self._result.measured_twice.add(one.key)
        self._result.ambiguous.update(self._id(name) for name in now.said_again)
        for name in now.views.keys() | self._told.keys():
            self._tell_of(name, place, now.views.get(name))

    def _tell_of(self, name: Name, place: int, view: View | None) -> None:
        last, believed = self._told.get(name, (None, None))
        if view == believed:
            return
        stands = last is not None and last.word in ("opened", "updated")
        if view is None:
            if last and last.word != "retracted":
                self._publish(name, "retracted", place, believed)
        elif view.ended_at is None:
            self._publish(name, "updated" if stands else "opened", place, view)
        elif last and last.word != "retracted" and last.state not in view.states:
            self._publish(name, "retracted", place, believed, so_is=view)
        else:
            self._publish(name, "resolved", place, view)

    def _publish(self, name: Name, word: str, place: int, shown: View | None, so_is: View | None = None) -> None:
        assert shown is not None
        last, _ = self._told.get(name, (None, None))
        retracted = word == "retracted"
        alert = Alert(
            id=self._id(name),
            revision=last.revision + 1 if last else 0,
            word=word,
            time=place,
            family=DETECTORS[shown.detector].family.value,
            customer=self._journey[2:],
            anonymous=self._journey[0] == "a",
            detector=shown.detector,
            scope=shown.scope,
            subject=(shown.about.kind, shown.about.id),
            state=shown.states[-1],
            reason=shown.reason,
            severity=shown.severity,
            level=self._policy.severity.level(shown.severity),
            score=shown.score,
            contributions=tuple(sorted((shown.contributions or {}).items())),
            opened_at=shown.opened_at,
            due_at=shown.due_at,
            ended_at=place if retracted else shown.ended_at,
            channels=tuple(sorted({proof.channel for proof in shown.evidence})),
            evidence=tuple(
                (proof.event_id, proof.channel, f"touchpoints.{proof.channel}", 3, proof.offset, proof.occurred) for proof in shown.evidence
            ),
        )
        self._told[name] = (alert, so_is if retracted else shown)
        self._result.alerts[alert.id, alert.revision] = alert

    def _id(self, name: Name) -> UUID:
        detector, scope, kind, subject, opened_by = name
        return uuid5(NAMESPACE, "\x1f".join((detector, scope or "", self._journey, kind, subject, opened_by)))


def _counted(journey: str, log: Log, within: int) -> list[Touchpoint]:
    """Without the copies: one that arrived no later than `within` after the last that counted is dropped."""
    counted = []
    for rows in log.values():
        arrived: dict[tuple[str, str], int] = {}
        for touchpoint in rows:
            name = (touchpoint.source, touchpoint.id)
            if touchpoint.journey == journey and touchpoint.arrived - arrived.get(name, -NEVER) > within:
                arrived[name] = touchpoint.arrived
                counted.append(touchpoint)
    return counted
