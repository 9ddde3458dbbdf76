"""What a worker is doing, for /readyz and for the gauges."""

from collections import Counter
from collections.abc import Iterable, Mapping

from schemas.instant import NEVER, SECOND
from schemas.touchpoint import TOPIC_PREFIX
from streams.detection.progress import SKEW
from streams.engine.held import Held
from streams.metrics import Metrics
from streams.readiness import Phase, Readiness


def readiness(held: Iterable[Held], now: int, patience: int, *, assigned: bool, working: bool, stopping: bool) -> Readiness:
    """`now` and `patience` (how far behind a worker may be) in milliseconds."""
    if stopping:
        return Readiness(Phase.STOPPING, "told to stop")
    if not assigned:
        return Readiness(Phase.STARTING, "the consumer group has not yet said which partition numbers are this worker's")
    if not working:
        return Readiness(Phase.RECOVERING, "reads the journeys of its partition numbers")
    held = list(held)
    if not held:
        return Readiness(Phase.STANDBY, "the group has more workers than partition numbers")
    worst = min(held, key=lambda mine: mine.progress.settled())
    channel = worst.progress.holding_back()
    behind = now - SKEW - worst.progress.read(channel)
    if behind > patience:
        if worst.hidden(channel):
            return Readiness(
                Phase.BEHIND,
                f"an open transaction of a producer, or a replica that is behind, holds {TOPIC_PREFIX}{channel} up"
                f" on partition number {worst.number}",
            )
        far = "has not been read yet" if worst.progress.read(channel) == -NEVER else f"is read {behind // SECOND} s behind"
        return Readiness(Phase.BEHIND, f"{TOPIC_PREFIX}{channel} {far} on partition number {worst.number}")
    slowest = max(held, key=Held.unsettled)
    if (unsettled := slowest.unsettled()) > patience:
        return Readiness(
            Phase.BEHIND, f"{unsettled // SECOND} s of what has been read on partition number {slowest.number} are not settled yet"
        )
    return Readiness(Phase.READY, f"{len(held)} partition numbers, {max(behind, 0) / SECOND:.1f} s behind at most")


class Gauges:
    """Shows the state of what is held."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics

    def show(self, held: Iterable[Held], now: int, *, queued: int, held_up: Mapping[str, int], standing: Readiness) -> None:
        """`held_up`: by channel, how many partitions wait for another channel."""
        metrics, held = self._metrics, list(held)
        metrics.standing(standing)
        metrics.queued.set(queued)
        metrics.assigned.set(len(held))
        metrics.journeys.set(sum(len(mine.partition) for mine in held))
        opened: Counter[tuple[str, str]] = Counter()
        lag: dict[tuple[str, ...], float] = {}
        backlog: Counter[tuple[str, ...]] = Counter()
        offsets: dict[tuple[str, ...], float] = {}
        settled: dict[tuple[str, ...], float] = {}
        for mine in held:
            opened.update(mine.partition.open_alerts())
            number = str(mine.number)
            if mine.settled > -NEVER:
                settled[number,] = (now - mine.settled) / SECOND
            for channel, offset in mine.admitted.items():
                offsets[channel, number] = offset
                backlog[channel,] += max(mine.ends[channel].stable - offset, 0)
                if (read := mine.progress.read(channel)) > -NEVER:
                    lag[channel,] = max(lag.get((channel,), 0), (now - SKEW - read) / SECOND)
        metrics.open_alerts.show(opened)
        metrics.lag.show(lag)
        metrics.backlog.show(backlog)
        metrics.admitted_offset.show(offsets)
        metrics.settled_lag.show(settled)
        metrics.paused.show({(channel,): count for channel, count in held_up.items()})
