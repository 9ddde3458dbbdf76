"""A target of wall-clock time: on track, at risk at a share of it, breached when it has passed."""

from decimal import Decimal
from typing import Annotated

from msgspec import Struct
from pydantic import Field

from schemas.instant import NEVER

ON_TRACK, AT_RISK, BREACHED = 0, 1, 2
STATES = ("on_track", "at_risk", "breached")

Share = Annotated[Decimal, Field(gt=0, le=1)]
"""Of a target's time; at 1 nothing is ever merely at risk."""


class Target(Struct, array_like=True, gc=False):
    risk: int
    due: int
    """NEVER: there is no target, the clock is only measured."""
    stage: int = ON_TRACK

    @classmethod
    def lasting(cls, started: int, within: int | None, share: Decimal) -> "Target":
        """Due `within` milliseconds after `started`."""
        return cls.until(started, NEVER if within is None else started + within, share)

    @classmethod
    def until(cls, started: int, due: int, share: Decimal) -> "Target":
        if due >= NEVER:
            return cls(NEVER, NEVER)
        return cls(min(due, started + int((due - started) * share)), due)

    def next(self) -> int:
        """When its stage changes next."""
        return (self.risk, self.due, NEVER)[self.stage]

    def reach(self, at: int) -> bool:
        """Moves to the stage that it has at `at`; whether that is another one."""
        before = self.stage
        if self.due <= at:
            self.stage = BREACHED
        elif self.risk <= at and self.stage == ON_TRACK:
            self.stage = AT_RISK
        return self.stage != before

    def put_off(self, by: int) -> None:
        """The clock stood still for so long."""
        if self.due < NEVER:
            self.risk += by
            self.due += by

    @property
    def state(self) -> str:
        return STATES[self.stage]

    @property
    def due_at(self) -> int | None:
        return self.due if self.due < NEVER else None

    def margin(self, at: int) -> int | None:
        """Milliseconds left at `at`; negative: too late by so much."""
        return self.due - at if self.due < NEVER else None
