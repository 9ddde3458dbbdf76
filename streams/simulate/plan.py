"""What to simulate."""

from msgspec import Struct, field

from schemas.instant import DAY, MINUTE, NEVER
from streams.simulate.channels import FEEDS
from streams.simulate.targets import Targets


class Plan(Struct, frozen=True, kw_only=True):
    """The same plan gives the same traffic, to the byte."""

    customers: int
    start: int
    """Milliseconds since the epoch."""
    length: int = NEVER
    """Milliseconds; without it the traffic never ends."""
    rate: float | None = None
    """About so many touchpoints a second, evenly: live traffic. Without it customers keep their own daily and weekly rhythm."""
    seed: int = 0
    planted: float = 0.06
    """The share of stories that plant a fault or a near miss."""
    heartbeat: int = 5 * MINUTE
    """Milliseconds between two signs of life of a channel."""
    partitions: int = 12
    """Of each topic: a heartbeat goes to every one."""
    targets: Targets = field(default_factory=Targets)

    def __post_init__(self) -> None:
        if self.customers < 1:
            raise ValueError("customers must be at least 1")
        if self.rate is not None and not self.rate > 0:
            raise ValueError("rate must be above 0 touchpoints a second")
        if self.length <= 0:
            raise ValueError("length must be above 0")
        if self.heartbeat < len(FEEDS):
            raise ValueError("heartbeat must be above 0 for every channel")
        if not 0 <= self.planted <= 1:
            raise ValueError("planted is a share from 0 to 1")

    @classmethod
    def history(cls, *, customers: int, days: float, start: int, seed: int = 0, targets: Targets | None = None) -> "Plan":
        return cls(customers=customers, start=start, length=round(days * DAY), seed=seed, targets=targets or Targets())

    @property
    def end(self) -> int:
        return self.start + self.length

    @property
    def settled(self) -> int:
        """The instant before which the log, cut off at its end, tells all: judge the alerts of a replay until here."""
        return self.end - max(self.targets.lateness.values())
