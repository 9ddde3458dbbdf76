"""The output contract: CloudEvents on `alerts.<family>` keyed by customer, and on compacted `alerts.active` keyed by alert."""

from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID, uuid5

from pydantic import BaseModel, ConfigDict, Field

from schemas.instant import PublishedInstant

ACTIVE_TOPIC = "alerts.active"
NAMESPACE = UUID("6f1c8a52-6f0e-5c0e-9f6b-2b7f4a3f9d11")
"""The uuid5 namespace of alert ids; changing it renames every alert."""


class Family(StrEnum):
    INCONSISTENCY = "inconsistency"
    SLOW_RESPONSE = "slow-response"
    ABANDONMENT_RISK = "abandonment-risk"

    @property
    def topic(self) -> str:
        return f"alerts.{self.value}"


class Published(BaseModel):
    """Strict in what we publish."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


SubjectKind = Literal["conversation", "order", "cart", "form", "queue", "promise", "claim", "theme", "channel"]


class Subject(Published):
    kind: SubjectKind
    id: str


class Severity(Published):
    level: Literal["info", "warning", "critical"]
    number: Annotated[int, Field(ge=0, le=100)]
    """Of the detector's state, weighted by the customer's value."""


class Evidence(Published):
    """Where the proof lies; points to Kafka instead of copying content."""

    event_id: str
    channel: str
    topic: str
    partition: int
    offset: int
    occurred: PublishedInstant


class AlertData(Published):
    alert_id: UUID
    revision: Annotated[int, Field(ge=0)]
    """With `alert_id` the idempotence key: the same pair always has the same content."""
    detector: str
    scope: str | None = None
    policy_version: str
    customer: str
    anonymous: bool
    """Whether `customer` is an anonymous id."""
    channels: tuple[str, ...]
    subject: Subject
    severity: Severity
    score: Annotated[float, Field(ge=0, le=1)] | None = None
    contributions: dict[str, float] | None = None
    """Named terms of the score's logistic sum; see the detector's policy."""
    summary: str
    """One sentence a manager understands, with no free text of the customer's."""
    state: str
    reason: str | None = None
    opened_at: PublishedInstant
    due_at: PublishedInstant | None = None
    ended_at: PublishedInstant | None = None
    evidence: tuple[Evidence, ...]
    runbook: str


Word = Literal["opened", "updated", "resolved", "retracted"]


class AlertEvent(Published):
    """The CloudEvent. `time` is the place in the order at which the evidence was complete."""

    specversion: Literal["1.0"] = "1.0"
    id: str
    """`<alert_id>:<revision>`."""
    source: str
    type: Literal[
        "io.throughline.alert.opened.v1",
        "io.throughline.alert.updated.v1",
        "io.throughline.alert.resolved.v1",
        "io.throughline.alert.retracted.v1",
    ]
    time: PublishedInstant
    datacontenttype: Literal["application/json"] = "application/json"
    data: AlertData


def alert_id(detector: str, scope: str | None, journey: str, kind: SubjectKind, subject: str, opened_by: str) -> UUID:
    """The same for every replay: derived, never random. `opened_by`: the id, channel and time of the touchpoint that opened it."""
    return uuid5(NAMESPACE, "\x1f".join((detector, scope or "", journey, kind, subject, opened_by)))
