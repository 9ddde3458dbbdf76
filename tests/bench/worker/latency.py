"""How long after a touchpoint was appended its alert is, at several loads, and how much of that is asked for."""

import time
from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

from schemas.instant import SECOND
from streams.settings import Settings
from tests.bench.worker.crew import Worker
from tests.bench.worker.ground import Ground, ground
from tests.bench.worker.living import caught_up, feeding
from tests.bench.worker.results import earlier, keep, out, table
from tests.bench.worker.told import Completed, alerts, completed

LIVE = Path(__file__).with_name("live.yaml")
WARM_UP_S = 45.0
"""Until the stories of the simulated customers are all in their midst, some at their end."""
READY_S = 60.0
CUSTOMERS_A_TOUCHPOINT = 40
"""By touchpoints a second: enough that who is in the midst of a story need not tell another."""
PROBED = (0.1, 0.4)
"""Of the speed at which a backlog is worked off."""
HIGH = 0.8
"""Of what a live worker takes."""


class Loaded(Struct, frozen=True):
    """Milliseconds."""

    rate: float
    """Touchpoints a second, as they were sent."""
    latest_ms: int
    """How late the feed was at worst."""
    busy: float
    """The share of its core that the worker used."""
    alerts: int
    completed: int
    """Of them by a touchpoint: what the other figures are of."""
    p50: int
    p99: int
    longest: int
    asked: float
    """The share of all these waits that lateness and clock skew ask for."""
    beyond_p50: int
    """Without what is asked for: the wait for a probe and a checkpoint, and the checkpoint."""
    beyond_p99: int


def backlogs() -> float:
    """Touchpoints a second from a backlog: the median of the last `speed`."""
    if "speed" not in earlier():
        raise LookupError("the capacity is not known: run speed first, or give --capacity")
    runs = sorted(float(run["a_second"]) for run in earlier()["speed"]["measured"]["runs"])
    return runs[len(runs) // 2]


def live() -> float:
    """Touchpoints a second that a live worker takes, as was found here last."""
    if "latency" not in earlier():
        raise LookupError("what a live worker takes is not known: run latency first, or give --capacity")
    return float(earlier()["latency"]["measured"]["live"])


def run(backlog: float, seconds: float) -> None:
    """`backlog`: touchpoints a second that a worker takes from one.

    A live worker does not come to that: it settles few at a time, of many customers. What it takes is where the line through two
    loads, by the share of its core that they use, comes to the whole core; the third load is measured at four fifths of that.
    """
    measured = [_loaded(share * backlog, seconds) for share in PROBED]
    most = whole_core(*measured)
    measured.append(_loaded(HIGH * most, seconds))
    table(
        f"from a touchpoint's appending to its alert's; checkpoints every {Settings.model_fields['checkpoint_ms'].default} ms; "
        f"a live worker takes {most:,.0f} touchpoints a second",
        ["load", "a second", "core used", "alerts", "by a touchpoint", "p50 ms", "p99 ms", "longest", "asked for", "beyond p50", "p99"],
        [
            [
                f"{each.rate / most:.0%}", f"{each.rate:,.0f}", f"{each.busy:.0%}", f"{each.alerts:,}", f"{each.completed:,}",
                f"{each.p50:,}", f"{each.p99:,}", f"{each.longest:,}", f"{each.asked:.0%}", f"{each.beyond_p50:,}", f"{each.beyond_p99:,}",
            ]
            for each in measured
        ],
    )  # fmt: skip
    keep("latency", {"backlog": backlog, "live": most, "seconds": seconds, "loads": measured})


def whole_core(low: Loaded, high: Loaded) -> float:
    """Touchpoints a second at which the core would be all used, where what each costs beyond a base is the same."""
    each = (high.busy - low.busy) / (high.rate - low.rate)
    return low.rate + (1 - low.busy) / each


def _loaded(rate: float, seconds: float) -> Loaded:
    out.print(f"{rate:,.0f} touchpoints a second for {WARM_UP_S + seconds:.0f} s", highlight=False)
    with ground(LIVE, history=False) as on, Worker(on) as worker:
        worker.ready(READY_S)
        measured = _measured(on, worker, rate, seconds)
        if troubles := worker.troubles():
            out.print(f"the worker's log: {troubles[:5]}", highlight=False)
        return measured


def _measured(on: Ground, worker: Worker, rate: float, seconds: float) -> Loaded:
    with feeding(on, rate, WARM_UP_S + seconds, round(rate * CUSTOMERS_A_TOUCHPOINT), ahead=True) as feed:
        # Until the first is sent: the feed leaves itself more time to make them than it needs, in which a worker does nothing.
        time.sleep(max(0.0, feed.begun.start / SECOND - time.time()))
        before = worker.cost()
        sent = feed.sent()
        after = worker.cost()
    caught_up(on, worker, sent)
    told = [each for each in alerts(on) if each.place >= feed.begun.start + WARM_UP_S * SECOND]
    found = list(completed(on, told))
    return Loaded(
        sent.touchpoints / (WARM_UP_S + seconds),
        sent.latest_ms,
        (after.cpu_s - before.cpu_s) / (after.at - before.at),
        len(told),
        len(found),
        *_quantiles([each.latency for each in found]),
        sum(each.asked for each in found) / sum(each.latency for each in found),
        *_beyond(found),
    )


def _quantiles(values: Sequence[int]) -> tuple[int, int, int]:
    """p50, p99 and the longest."""
    ranked = sorted(values)
    return ranked[len(ranked) // 2], ranked[len(ranked) * 99 // 100], ranked[-1]


def _beyond(found: Sequence[Completed]) -> tuple[int, int]:
    return _quantiles([each.latency - each.asked for each in found])[:2]
