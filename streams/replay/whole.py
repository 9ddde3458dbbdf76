"""A whole replay in memory, for logs that are not too long for it."""

from collections.abc import Iterable

from msgspec import Struct

from schemas.alert import AlertEvent
from schemas.policy import Policy
from streams.detection.detector import Measured
from streams.logs.file import PARTITIONS, LogRecord
from streams.replay.outcome import Alert, Counts, Dead
from streams.replay.replaying import ROUND, Replay


class Replayed(Struct):
    alerts: list[Alert]
    dead: list[Dead]
    measured: list[Measured]
    counts: Counts
    until: int

    def events(self) -> list[AlertEvent]:
        return [alert.event for alert in self.alerts]


def replay(
    log: Iterable[LogRecord], policy: Policy, partitions: int = PARTITIONS, until: int | None = None, *, settle_every: int = ROUND
) -> Replayed:
    """`until` (ms): everything before it is settled; without it, just past the last touchpoint's place."""
    run = Replay(log, policy, partitions, until)
    alerts: list[Alert] = []
    dead: list[Dead] = []
    measured: list[Measured] = []
    for outcome in run.run(settle_every):
        match outcome:
            case Alert():
                alerts.append(outcome)
            case Dead():
                dead.append(outcome)
            case Measured():
                measured.append(outcome)
    measured.sort(key=lambda one: (one.clock, one.channel, one.key, one.took))
    return Replayed(alerts, dead, measured, run.counts, run.until or 0)
