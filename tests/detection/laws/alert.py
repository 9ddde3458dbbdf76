"""An alert as a subscriber holds it: what a law compares."""

from dataclasses import dataclass, replace
from uuid import UUID

from streams.detection.change import AlertChange

Evidence = tuple[str, str, str, int, int, int]
"""(event_id, channel, topic, partition, offset, occurred)."""


@dataclass(frozen=True)
class Alert:
    id: UUID
    revision: int
    word: str
    time: int
    family: str
    customer: str
    anonymous: bool
    detector: str
    scope: str | None
    subject: tuple[str, str]
    state: str
    reason: str | None
    severity: int
    level: str
    score: float | None
    contributions: tuple[tuple[str, float], ...]
    opened_at: int
    due_at: int | None
    ended_at: int | None
    channels: tuple[str, ...]
    evidence: tuple[Evidence, ...]

    def without_offsets(self) -> "Alert":
        """As it would be had its evidence lain elsewhere in the same topics."""
        return replace(self, evidence=tuple((*proof[:4], 0, proof[5]) for proof in self.evidence))


def read(change: AlertChange) -> Alert:
    """What the published event says."""
    event = change.event()
    data = event.data
    assert data.summary.endswith("."), "a summary is a sentence"
    assert event.id == f"{data.alert_id}:{data.revision}"
    return Alert(
        id=data.alert_id,
        revision=data.revision,
        word=event.type.removeprefix("io.throughline.alert.").removesuffix(".v1"),
        time=event.time,
        family=change.family.value,
        customer=data.customer,
        anonymous=data.anonymous,
        detector=data.detector,
        scope=data.scope,
        subject=(data.subject.kind, data.subject.id),
        state=data.state,
        reason=data.reason,
        severity=data.severity.number,
        level=data.severity.level,
        score=data.score,
        contributions=tuple(sorted((data.contributions or {}).items())),
        opened_at=data.opened_at,
        due_at=data.due_at,
        ended_at=data.ended_at,
        channels=data.channels,
        evidence=tuple(
            (proof.event_id, proof.channel, proof.topic, proof.partition, proof.offset, proof.occurred) for proof in data.evidence
        ),
    )
