"""Tables of cases: touchpoints as they arrive, and the alerts they must give, run through the real partition.

A case states only what differs. Times are `minutes:seconds`, with hours and days in front where needed, after one arbitrary
origin. A touchpoint's id is its place in the list, from 1: alerts name their evidence by it. An alert that changes one given
before inherits what it does not state.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from schemas.instant import DAY, NEVER
from schemas.policy import Policy
from schemas.touchpoint import Touchpoint, TouchpointData
from streams.detection.change import AlertChange, Change
from streams.detection.detector import Measured
from streams.detection.detectors import DETECTORS, load
from streams.detection.partition import Partition
from streams.detection.telling import Word

ORIGIN = 1_767_225_600_000  # 2026-01-01T00:00Z
LATENESS = 2_000
CHANNELS = ("app", "chat", "email", "phone", "store", "web")


def ms(clock: str) -> int:
    """Milliseconds of `5:01`, `1:00:00` or `7:00:00:00`; seconds may have a fraction."""
    *larger, seconds = clock.split(":")
    total = round(float(seconds) * 1000)
    for part, unit in zip(reversed(larger), (60_000, 3_600_000, DAY), strict=False):
        total += int(part) * unit
    return total


def after(clock: str) -> int:
    """The instant so long after the origin of all cases."""
    return ORIGIN + ms(clock)


@dataclass(frozen=True)
class Touch:
    channel: str
    occurred: int
    data: TouchpointData
    arrived: int
    customer: str = "c:anna"
    correlation: str | None = None
    id: str | None = None
    """Where not its place in the list."""


def channel(name: str) -> Callable[..., Touch]:
    """`chat("5:01", reply())`; `arrived` makes it late."""

    def touch(clock: str, data: TouchpointData, arrived: str | None = None, **more: Any) -> Touch:
        return Touch(name, after(clock), data, after(arrived or clock), **more)

    return touch


app, chat, email, phone, store, web = map(channel, CHANNELS)


@dataclass(frozen=True)
class Alert:
    """All of an alert event but its wording; its channels are those of its evidence."""

    word: Word
    at: str
    state: str
    detector: str = ""
    scope: str | None = None
    subject: tuple[str, str] = ("", "")
    reason: str | None = None
    evidence: tuple[int, ...] = ()
    """What it adds to the evidence told before, by place in the list of touchpoints."""
    proven_by: tuple[int, ...] | None = None
    """All of its evidence, where late news has changed what was told before."""
    opened_by: int | None = None
    """None: the last of the evidence it opened with."""
    opened_at: str | None = None
    ended_at: str | None = None
    due_at: str | None = None
    severity: int | None = None
    """None: what the detector's policy says of the state and reason."""
    score: float | None = None
    contributions: dict[str, float] | None = None
    revision: int = 0
    customer: str = "c:anna"


@dataclass(frozen=True)
class Case:
    name: str
    log: Sequence[Touch]
    expected: Sequence[Alert] = ()
    measured: Sequence[Measured] = ()
    policy: dict[str, Any] = field(default_factory=dict)
    """The section of the detector under test."""
    until: str | None = None
    """Settle what lies before; without it all that will ever happen, after which nothing may be left of the journey."""

    def __str__(self) -> str:
        return self.name

    def id_of(self, place: int) -> str:
        return self.log[place - 1].id or str(place)


def policy_of(detectors: Sequence[str], section: dict[str, Any] | None = None) -> Policy:
    """Only these detectors; `section` is the last one's."""
    sections: dict[str, dict[str, Any]] = {name: {"enabled": name in detectors} for name in DETECTORS}
    sections[detectors[-1]] |= section or {}
    return Policy.model_validate({"version": "test", "channels": {name: {} for name in CHANNELS}, "detectors": sections})


def check(case: Case, *detectors: str) -> None:
    """The alerts are those expected, and the same when the worker is restarted from its changelog before every touchpoint."""
    policy = policy_of(detectors, case.policy)
    until = after(case.until) if case.until else NEVER
    changes = run(policy, case.log, until)
    assert [_told(one) for one in changes if isinstance(one, AlertChange)] == list(_filled(case, policy))
    assert [one for one in changes if isinstance(one, Measured)] == list(case.measured)
    assert not {type(one) for one in changes} - {AlertChange, Measured}
    restarted = run(policy, case.log, until, restart=True)
    assert [_content(one) for one in restarted] == [_content(one) for one in changes]


def run(policy: Policy, log: Sequence[Touch], until: int = NEVER, *, restart: bool = False) -> list[Change]:
    """Admits in order of arrival, settling as far as each arrival allows, then until `until`; at NEVER nothing may be left."""
    partition = Partition(0, policy, load(policy))
    arriving = sorted(enumerate(log, 1), key=lambda item: item[1].arrived)
    changes: list[Change] = []
    stored: dict[str, bytes] = {}
    for offset, (place, touch) in enumerate(arriving):
        changes += partition.advance(touch.arrived - LATENESS)
        if restart:
            stored.update(partition.changed())
            partition = Partition(0, policy, load(policy))
            for journey, value in stored.items():
                partition.restore(journey, value)
        assert partition.admit(touchpoint(touch, offset, place)) == "new"
    last = max((touch.arrived for touch in log), default=ORIGIN)
    changes += partition.advance(min(until, last + 400 * DAY))
    if until == NEVER:
        partition.changed()
        partition.forget(dict.fromkeys(CHANNELS, NEVER))
        assert len(partition) == 0, "silence must return a journey to nothing"
    return changes


def alerts(policy: Policy, log: Sequence[Touch], until: int = NEVER, *, restart: bool = False) -> list[AlertChange]:
    """Of a run in which nothing else comes out."""
    changes = run(policy, log, until, restart=restart)
    told = [one for one in changes if isinstance(one, AlertChange)]
    assert len(told) == len(changes)
    return told


def touchpoint(touch: Touch, offset: int, place: int) -> Touchpoint:
    return Touchpoint(
        journey=touch.customer,
        channel=touch.channel,
        partition=0,
        offset=offset,
        source=f"urn:{touch.channel}",
        id=touch.id or str(place),
        occurred=touch.occurred,
        arrived=touch.arrived,
        data=touch.data,
        correlation=touch.correlation,
    )


def _content(change: Change) -> object:
    return change.event() if isinstance(change, AlertChange) else change


def _told(change: AlertChange) -> dict[str, Any]:
    """The event as its subscribers read it."""
    event: dict[str, Any] = change.event().model_dump()
    data = event["data"]
    assert data["summary"].endswith("."), "a summary is a sentence"
    return {
        "word": event["type"].split(".")[-2],
        "time": event["time"],
        "subject": (data["subject"]["kind"], data["subject"]["id"]),
        "severity": data["severity"]["number"],
        "evidence": tuple(proof["event_id"] for proof in data["evidence"]),
        "opened_by": change.view.opened_by.split("@")[0],
        **{name: data[name] for name in _AS_PUBLISHED},
    }


_AS_PUBLISHED = (
    "revision", "detector", "scope", "channels", "customer", "state", "reason", "score", "contributions", "opened_at", "due_at", "ended_at",
)  # fmt: skip


def _filled(case: Case, policy: Policy) -> Iterator[dict[str, Any]]:
    """The expected alerts with what they inherit and what follows."""
    bases = {detector.name: detector.policy.severity for detector in load(policy)}
    told: dict[object, Alert] = {}
    for stated in case.expected:
        name = (stated.customer, stated.detector, stated.scope, stated.subject)
        one = (
            _inheriting(stated, told.get(name))
            if stated.word != "opened"
            else replace(stated, evidence=stated.proven_by or stated.evidence)
        )
        told[name] = one
        by_state = bases[one.detector]
        yield {
            "word": one.word,
            "time": after(one.at),
            "subject": one.subject,
            "severity": by_state.get(f"{one.state}/{one.reason}", by_state[one.state]) if one.severity is None else one.severity,
            "evidence": tuple(case.id_of(place) for place in one.evidence),
            "opened_by": case.id_of(one.opened_by or one.evidence[-1]),
            "revision": one.revision,
            "detector": one.detector,
            "scope": one.scope,
            "channels": tuple(sorted({case.log[place - 1].channel for place in one.evidence})),
            "customer": one.customer[2:],
            "state": one.state,
            "reason": one.reason,
            "score": one.score,
            "contributions": one.contributions,
            "opened_at": after(one.opened_at or one.at),
            "due_at": after(one.due_at) if one.due_at else None,
            "ended_at": after(one.ended_at or one.at) if one.word in ("resolved", "retracted") else None,
        }


def _inheriting(one: Alert, before: Alert | None) -> Alert:
    if before is None:
        return one
    return replace(
        one,
        evidence=before.evidence + one.evidence if one.proven_by is None else one.proven_by,
        opened_by=one.opened_by or before.opened_by or before.evidence[-1],
        opened_at=one.opened_at or before.opened_at or before.at,
        due_at=one.due_at or before.due_at,
        score=before.score if one.score is None else one.score,
        contributions=one.contributions or before.contributions,
        revision=one.revision or before.revision + 1,
    )
