"""What the core gives out: an alert's change, a finished clock, a touchpoint that a detector could not bear."""

from uuid import UUID

from msgspec import Struct

from schemas.alert import AlertEvent, Family, Subject, alert_id
from schemas.identity import identity_of, is_anonymous
from schemas.policy import Policy
from schemas.touchpoint import TOPIC_PREFIX, Seen
from streams.detection.detector import Detector, Measured, Proof, View
from streams.detection.telling import Word


class AlertChange(Struct, frozen=True, gc=False):
    word: Word
    revision: int
    time: int
    """Its place: when the evidence was complete."""
    journey: str
    partition: int
    detector: Detector[object]
    view: View
    """Of a retracted alert: what was wrongly said."""
    policy: Policy
    reason: str | None = None
    """Why it is retracted, where that is not for the evidence."""

    @property
    def family(self) -> Family:
        return self.detector.family

    @property
    def id(self) -> UUID:
        view = self.view
        subject = Subject.model_construct(kind=view.about.kind, id=view.about.id)
        return alert_id(view.detector, view.scope, self.journey, subject, view.opened_by)

    @property
    def level(self) -> str:
        return self.policy.severity.level(self.view.severity)

    def event(self) -> AlertEvent:
        """As subscribers get it."""
        view, policy, name = self.view, self.policy, self.id
        retracted = self.word == "retracted"
        return AlertEvent.model_validate(
            {
                "id": f"{name}:{self.revision}",
                "source": f"urn:throughline:{view.detector}",
                "type": f"io.throughline.alert.{self.word}.v1",
                "time": self.time,
                "data": {
                    "alert_id": name,
                    "revision": self.revision,
                    "detector": view.detector,
                    "scope": view.scope,
                    "policy_version": policy.version,
                    "customer": identity_of(self.journey),
                    "anonymous": is_anonymous(self.journey),
                    "channels": tuple(sorted({proof.channel for proof in view.evidence})),
                    "subject": {"kind": view.about.kind, "id": view.about.id},
                    "severity": {"level": self.level, "number": view.severity},
                    "score": view.score,
                    "contributions": view.contributions,
                    "summary": self.detector.summary(view),
                    "state": view.state,
                    "reason": self.reason or view.reason,
                    "opened_at": view.opened_at,
                    "due_at": view.due_at,
                    "ended_at": self.time if retracted else view.ended_at,
                    "evidence": tuple([self._evidence(proof) for proof in view.evidence]),
                    "runbook": policy.runbooks.replace("{detector}", view.detector),
                },
            }
        )

    def _evidence(self, proof: Proof) -> dict[str, object]:
        return {
            "event_id": proof.event_id,
            "channel": proof.channel,
            "topic": TOPIC_PREFIX + proof.channel,
            "partition": self.partition,
            "offset": proof.offset,
            "occurred": proof.occurred,
        }


class Failed(Struct, frozen=True, gc=False):
    """A detector raised at this touchpoint: it is left out of the journey and its record belongs to the dead letters."""

    touchpoint: Seen
    journey: str
    partition: int
    detector: str
    error: str
    """The exception's type and nothing of its text, which may quote the customer."""


Change = AlertChange | Measured | Failed
