"""Whether a worker does its work, and if not, why not."""

from enum import StrEnum

from msgspec import Struct


class Phase(StrEnum):
    STARTING = "starting"
    """Has not yet been told by the group which partition numbers are its own."""
    RECOVERING = "recovering"
    """Reads the journeys of its partition numbers."""
    BEHIND = "behind"
    """Works, but further behind than the settings allow."""
    STANDBY = "standby"
    """Ready, and the group has more workers than partition numbers: nothing to do until one of them ends."""
    READY = "ready"
    STOPPING = "stopping"


class Readiness(Struct, frozen=True):
    phase: Phase
    why: str
    """For people: what it waits for, by name."""

    @property
    def ready(self) -> bool:
        return self.phase in {Phase.READY, Phase.STANDBY}
