"""Feedback: what the customer thinks of it."""

from typing import ClassVar, Literal

from schemas.touchpoint import TouchpointData
from schemas.values import Exact, Id, Label


class FeedbackGiven(TouchpointData, frozen=True):
    TYPE: ClassVar = "feedback.given"
    metric: Literal["csat", "ces", "nps", "sentiment"]
    score: Exact
    low: Exact
    """The worst score there is on this scale."""
    high: Exact
    theme: Label | None = None
    pillar: Literal["people", "process", "product"] | None = None
    conversation_id: Id | None = None

    def __post_init__(self) -> None:
        if not self.low < self.high:
            raise ValueError("low must be below high")
        if not self.low <= self.score <= self.high:
            raise ValueError("score must lie between low and high")
