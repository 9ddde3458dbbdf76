"""What the core gives out: an alert's change, a finished clock, a touchpoint that a detector could not bear."""

from uuid import UUID

import msgspec
from msgspec import Struct

from schemas.alert import ACTIVE_TOPIC, AlertEvent, Family, alert_id
from schemas.identity import identity_of, is_anonymous
from schemas.instant import format_instant
from schemas.policy import Policy
from schemas.touchpoint import TOPIC_PREFIX, Seen
from streams.detection.detector import Detector, Measured, Proof, View
from streams.detection.telling import Word

_encode = msgspec.json.Encoder().encode


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
        return alert_id(view.detector, view.scope, self.journey, view.about.kind, view.about.id, view.opened_by)

    @property
    def level(self) -> str:
        return self.policy.severity.level(self.view.severity)

    def written(self) -> bytes:
        """The event as subscribers get it."""
        return self._written(str(self.id))

    def records(self) -> list[tuple[str, bytes, bytes | None]]:
        """(topic, key, value): the event for the family's subscribers, and what is active now (None, a tombstone, once it is over)."""
        name = str(self.id)
        value = self._written(name)
        over = self.word in ("resolved", "retracted")
        return [
            (self.family.topic, identity_of(self.journey).encode(), value),
            (ACTIVE_TOPIC, name.encode(), None if over else value),
        ]

    def event(self) -> AlertEvent:
        """As subscribers read it. Pydantic's ValidationError where it were none that they may get."""
        return AlertEvent.model_validate_json(self.written())

    def _written(self, name: str) -> bytes:
        """An `AlertEvent`, in the order of its fields."""
        view, policy = self.view, self.policy
        ended_at = self.time if self.word == "retracted" else view.ended_at
        data = {
            "alert_id": name,
            "revision": self.revision,
            "detector": view.detector,
            "scope": view.scope,
            "policy_version": policy.version,
            "customer": identity_of(self.journey),
            "anonymous": is_anonymous(self.journey),
            "channels": sorted({proof.channel for proof in view.evidence}),
            "subject": {"kind": view.about.kind, "id": view.about.id},
            "severity": {"level": self.level, "number": view.severity},
            "score": view.score,
            "contributions": view.contributions,
            "summary": self.detector.summary(view),
            "state": view.state,
            "reason": self.reason or view.reason,
            "opened_at": format_instant(view.opened_at),
            "due_at": None if view.due_at is None else format_instant(view.due_at),
            "ended_at": None if ended_at is None else format_instant(ended_at),
            "evidence": [self._evidence(proof) for proof in view.evidence],
            "runbook": policy.runbooks.replace("{detector}", view.detector),
        }
        return _encode(
            {
                "specversion": "1.0",
                "id": f"{name}:{self.revision}",
                "source": f"urn:throughline:{view.detector}",
                "type": f"io.throughline.alert.{self.word}.v1",
                "time": format_instant(self.time),
                "datacontenttype": "application/json",
                "data": {field: value for field, value in data.items() if value is not None},
            }
        )

    def _evidence(self, proof: Proof) -> dict[str, object]:
        return {
            "event_id": proof.event_id,
            "channel": proof.channel,
            "topic": TOPIC_PREFIX + proof.channel,
            "partition": self.partition,
            "offset": proof.offset,
            "occurred": format_instant(proof.occurred),
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
