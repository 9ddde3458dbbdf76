"""How fast a backlog is worked off, by what is committed: what a checkpoint has not written yet is not done."""

import time
from collections.abc import Sequence

from msgspec import Struct

from tests.bench.worker.crew import Worker
from tests.bench.worker.ground import Committed, Ground

EVERY_S = 0.25


class Moment(Struct, frozen=True):
    at: float
    done: int
    """Touchpoints."""
    cpu_s: float
    """Of all workers together, as `rss`."""
    rss: int
    loops_s: float
    """What the event loops of the workers ran, and how long they could have run and had no core."""
    loops_waited_s: float


class Drain(Struct, frozen=True):
    """From the first checkpoint with touchpoints in it to the one that holds the last."""

    touchpoints: int
    seconds: float
    cpu_s: float
    rss: int
    """The most bytes at any moment."""
    loop_busy: float
    """The share of the time in which a worker's event loop ran."""
    loop_waited: float
    """The share in which it had no core: others had it, and the figures are worse than they would be on a machine at rest."""
    moments: list[Moment]

    @property
    def a_second(self) -> float:
        return self.touchpoints / self.seconds

    @property
    def a_cpu_second(self) -> float:
        return self.touchpoints / self.cpu_s

    @property
    def cpu_us(self) -> float:
        """Microseconds of processor time a touchpoint."""
        return self.cpu_s / self.touchpoints * 1e6


class NotMeasured(Exception):
    """The backlog is not worked off in the time it was given, or was so at once."""


def drained(ground: Ground, workers: Sequence[Worker], touchpoints: int, within_s: float) -> Drain:
    """Returns once all are committed. The clock starts when every worker has what it recovered."""
    for worker in workers:
        worker.working(within_s)
    committed = Committed(ground)
    deadline = time.monotonic() + within_s
    moments: list[Moment] = []
    while not moments or moments[-1].done < touchpoints:
        if time.monotonic() > deadline:
            raise NotMeasured(f"{moments[-1].done:,} of {touchpoints:,} touchpoints in {within_s:.0f} s")
        done = committed.count()
        costs = [worker.cost() for worker in workers]
        moments.append(
            Moment(
                time.monotonic(),
                done,
                sum(each.cpu_s for each in costs),
                sum(each.rss for each in costs),
                sum(each.loop.ran_s for each in costs),
                sum(each.loop.waited_s for each in costs),
            )
        )
        time.sleep(EVERY_S)
    return over(moments, len(workers))


def over(moments: Sequence[Moment], workers: int) -> Drain:
    first = next(moment for moment in moments if moment.done)
    last = moments[-1]
    if first is last:
        raise NotMeasured(f"{last.done:,} touchpoints are too few: all were in the first checkpoint that was seen")
    seconds = last.at - first.at
    return Drain(
        last.done - first.done,
        seconds,
        last.cpu_s - first.cpu_s,
        max(moment.rss for moment in moments),
        (last.loops_s - first.loops_s) / seconds / workers,
        (last.loops_waited_s - first.loops_waited_s) / seconds / workers,
        list(moments),
    )
