"""A backlog of simulated touchpoints, all detectors, one worker on one core and the broker on the other."""

from pathlib import Path

from msgspec import Struct

from streams.simulate.plan import Plan
from tests.bench.worker.crew import crew
from tests.bench.worker.drain import Drain, drained
from tests.bench.worker.ground import ground
from tests.bench.worker.profile import Slice, profiled
from tests.bench.worker.results import LOOP, keep, out, table
from tests.bench.worker.traffic import MONDAY, kept, loaded, until_now

POLICY = Path("deploy/policy.yaml")


class Run(Struct, frozen=True):
    a_second: float
    a_cpu_second: float
    cpu_us: float
    rss_mb: float
    loop_busy: float
    loop_waited: float
    """For a core: on a machine at rest it is nothing."""


def run(customers: int, touchpoints: int, runs: int, within_s: float, *, profile: bool) -> None:
    file = kept(Plan(customers=customers, start=MONDAY, seed=1), touchpoints)
    measured: list[Run] = []
    for number in range(runs):
        drain, slices = _once(file, within_s, profile=profile)
        measured.append(Run(drain.a_second, drain.a_cpu_second, drain.cpu_us, drain.rss / 1e6, drain.loop_busy, drain.loop_waited))
        out.print(f"run {number + 1}: {drain.touchpoints:,} touchpoints in {drain.seconds:.1f} s", highlight=False)
        if slices:
            _show(slices)
    rows = [
        [
            str(number),
            f"{each.a_second:,.0f}",
            f"{each.a_cpu_second:,.0f}",
            f"{each.cpu_us:.1f}",
            f"{each.rss_mb:,.0f}",
            f"{each.loop_busy:.0%}",
            f"{each.loop_waited:.0%}",
        ]
        for number, each in enumerate(measured, start=1)
    ]
    title = f"{touchpoints:,} touchpoints of {customers:,} customers, all detectors" + (", while being profiled" if profile else "")
    table(title, ["run", "a second", "a CPU-second", "µs CPU each", "RSS MB", *LOOP], rows)
    if not profile:
        keep("speed", {"customers": customers, "touchpoints": touchpoints, "runs": measured})


def _once(file: Path, within_s: float, *, profile: bool) -> tuple[Drain, list[Slice]]:
    with ground(POLICY) as on:
        sent = loaded(on, file, until_now(file))
        with crew(on, 1) as workers:
            if not profile:
                return drained(on, workers, sent, within_s), []
            workers[0].working(within_s)
            with profiled(workers[0].process.pid) as slices:
                return drained(on, workers, sent, within_s), slices


def _show(slices: list[Slice]) -> None:
    table(
        "where the time goes in which Python runs",
        ["function", "with what it calls %", "itself %"],
        [[each.function, f"{each.inclusive:.1%}", f"{each.own:.1%}"] for each in slices],
    )
