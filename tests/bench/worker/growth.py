"""What becomes of the speed with more customers, workers, partition numbers and channels; and how long it takes to be back.

Every cell works off as many touchpoints, of all its customers but the quiet ones, who live at the same even pace: so a touchpoint
brings as many deadlines in a small cell as in a large one.
"""

import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from msgspec import Struct
from msgspec.structs import replace

from schemas.instant import HOUR
from streams.engine.topics import changelog
from streams.kafka.client import KafkaTrouble
from tests.bench.worker import shops
from tests.bench.worker.crew import Ended, crew
from tests.bench.worker.drain import NotMeasured, drained
from tests.bench.worker.ground import APPLICATION, Ground, ground
from tests.bench.worker.population import living, settled
from tests.bench.worker.results import LOOP, keep, out, table
from tests.bench.worker.traffic import MONDAY, kept, loaded, until_now
from tests.faults.watch import now

IN_THEIR_MIDST = 6 * HOUR
"""For so long the simulated customers have lived already: few of their stories last longer."""
LINE_MS = 1_000
"""A watched worker's line tells of so long before it."""


class Cell(Struct, frozen=True):
    journeys: int = 10_000
    """Of customers who come."""
    quiet: int = 0
    """Of customers who are known, and do not come."""
    workers: int = 1
    partitions: int = 12
    channels: int = shops.CHANNELS


AXES: dict[str, tuple[Cell, ...]] = {
    "journeys": (Cell(), Cell(journeys=100_000), Cell(journeys=1_000_000)),
    "quiet": (Cell(), Cell(quiet=90_000), Cell(quiet=990_000)),
    "workers": (Cell(), Cell(workers=2)),
    "partitions": (Cell(partitions=4), Cell(), Cell(partitions=96)),
    "channels": (Cell(channels=3), Cell(), Cell(channels=12)),
}


class Grown(Struct, frozen=True):
    cell: Cell
    a_second: float
    cpu_us: float
    written: float
    """Records of the changelog, a touchpoint: how often a journey was read, settled and written back."""
    rss_mb: float
    """Of all workers together."""
    loop_busy: float
    loop_waited: float
    recovery_stall_ms: float
    stall_ms: float
    """The longest of their event loops while they recovered, and afterwards; without the time in which they had no core."""
    recovered_mb: float
    """Of keys and values in the changelog."""
    start_s: float
    """From the start of the workers until all work; where there are several, the group waits for them to come."""
    start_cpu_s: float
    """Of all of them, until all work."""
    recovery_s: float | None
    """Of it, from the assignment on; None where several share it, and the group gives out twice."""
    records_a_second: float | None
    """Of the changelog, over that time: the start of the producers and a probe are in it."""


def run(axes: Sequence[str], touchpoints: int, most: int, rounds: int, within_s: float) -> None:
    """`most` journeys: cells with more have so many. All cells in turns, `rounds` times: machines have quicker and slower minutes."""
    cells = dict.fromkeys(
        replace(cell, journeys=min(cell.journeys, most), quiet=min(cell.quiet, most)) for axis in axes for cell in AXES[axis]
    )
    measured: list[Grown] = []
    failed: dict[str, str] = {}
    for cell in [*cells] * rounds:
        try:
            measured.append(_measured(cell, touchpoints, within_s))
        except (Ended, NotMeasured, KafkaTrouble) as trouble:  # of the others something is to be learnt all the same
            failed[str(cell)] = str(trouble)
            out.print(f"{cell}: {trouble}", highlight=False, markup=False)
        else:
            out.print(f"{cell}: {measured[-1].a_second:,.0f} a second", highlight=False)
        keep("growth", {"touchpoints": touchpoints, "cells": measured, "failed": failed})
    table(
        f"{touchpoints:,} touchpoints a cell; stalls of the loop in recovery and after; records of the changelog",
        [
            "journeys", "quiet", "workers", "partitions", "channels", "a second", "µs CPU", "written", "RSS MB", *LOOP, "stalls ms",
            "start s", "CPU s", "records/s",
        ],
        [_row([grown for grown in measured if grown.cell == cell]) for cell in dict.fromkeys(grown.cell for grown in measured)],
    )  # fmt: skip


def _written(on: Ground) -> int:
    """Records that the changelog has had, with the few marks of transactions."""
    topics = on.topics()
    return sum(topics.ends(topics.of(changelog(APPLICATION))).values())


def _row(rounds: Sequence[Grown]) -> list[str]:
    """The round that cost the median, and what the cheapest and the dearest did."""
    by_cost = sorted(rounds, key=lambda grown: grown.cpu_us)
    least, grown, most = by_cost[0], by_cost[len(by_cost) // 2], by_cost[-1]
    cell = grown.cell
    return [
        f"{cell.journeys:,}",
        f"{cell.quiet:,}",
        str(cell.workers),
        str(cell.partitions),
        str(cell.channels),
        f"{grown.a_second:,.0f}",
        f"{grown.cpu_us:.1f} ({least.cpu_us:.1f} to {most.cpu_us:.1f})",
        f"{grown.written:.2f}",
        f"{grown.rss_mb:,.0f}",
        f"{grown.loop_busy:.0%}",
        f"{grown.loop_waited:.0%}",
        f"{grown.recovery_stall_ms:,.0f}, {grown.stall_ms:,.0f}",
        f"{grown.start_s:.1f}",
        f"{grown.start_cpu_s:.1f}",
        f"{grown.records_a_second:,.0f}" if grown.records_a_second else "",
    ]


def _measured(cell: Cell, touchpoints: int, within_s: float) -> Grown:
    file = kept(living(cell.journeys, MONDAY, IN_THEIR_MIDST, seed=1), touchpoints, since=MONDAY)
    later = until_now(file)
    with (
        TemporaryDirectory() as folder,
        ground(shops.policy(cell.channels, Path(folder)), partitions=cell.partitions, workers=cell.workers) as on,
    ):
        recovered = settled(on, cell.journeys, MONDAY + later, cell.quiet)
        sent = loaded(on, file, later, shops.through(cell.channels))
        before = _written(on)
        with crew(on, cell.workers, watched=True) as workers:
            said = [worker.working(within_s) for worker in workers]
            start_s = time.monotonic() - min(worker.born for worker in workers)
            start_cpu_s = sum(worker.cost().cpu_s for worker in workers)
            recovered_at = now()
            drain = drained(on, workers, sent, within_s)
            written = _written(on) - before
            told = [line for worker in workers for line in worker.inside()]
    alone = said[0] if cell.workers == 1 else None
    return Grown(
        cell,
        drain.a_second,
        drain.cpu_us,
        written / sent,
        drain.rss / 1e6,
        drain.loop_busy,
        drain.loop_waited,
        max(line.stall_ms for line in told if line.at <= recovered_at + LINE_MS),
        max((line.stall_ms for line in told if line.at > recovered_at + LINE_MS), default=0.0),
        recovered / 1e6,
        start_s,
        start_cpu_s,
        float(alone["seconds"]) if alone else None,
        int(alone["records_read"]) / float(alone["seconds"]) if alone else None,
    )
