"""For a long while at a third of what a worker can: what grows, what slows, what goes wrong."""

import subprocess
import time
from pathlib import Path

import msgspec
from msgspec import Struct

from schemas.instant import SECOND
from tests.bench.jobs.venvs import made_venv
from tests.bench.worker.crew import Worker, log_of
from tests.bench.worker.ground import BUILD, Committed, Ground, ground
from tests.bench.worker.latency import LIVE, READY_S
from tests.bench.worker.living import Feed, caught_up, feeding
from tests.bench.worker.results import keep, out, table
from tests.bench.worker.told import Told, alerts

EVERY_S = 5.0
BUCKET_S = 30
"""Of alerts, over which their p99 is taken."""
SHARE = 1 / 3
CUSTOMERS_A_TOUCHPOINT = 20
"""By touchpoints a second: so few that after a quarter of the time no journey grows any more. A history is cut when it holds more than 32
touchpoints, which takes each of them eleven minutes."""
FILE, PICTURE = BUILD.with_name("soak.json"), BUILD.with_name("soak.svg")


class Sample(Struct, frozen=True):
    """Of one worker."""

    second: float
    """Since the first touchpoint."""
    rss_mb: float
    core: float
    """The share of its core used since the last sample."""
    descriptors: int
    threads: int
    tasks: int
    """Of its main event loop."""
    stall_ms: float
    """How long at most its loop kept a timer waiting since the last sample, without the time in which it had no core."""
    starved: float
    """The share of the time in which it could have run and others had its core: on a machine at rest it is nothing."""
    committed: int
    """Touchpoints."""


class Bucket(Struct, frozen=True):
    second: float
    alerts: int
    p50_ms: int
    p99_ms: int
    """From an alert's place, a touchpoint's or a deadline's, to its append."""


class Soak(Struct, frozen=True):
    rate: float
    minutes: float
    touchpoints: int
    latest_ms: int
    """How late the feed was at worst: a starved feed explains a late alert."""
    troubles: list[str]
    """What the worker logged above `info`."""
    samples: list[Sample]
    buckets: list[Bucket]


def run(most: float, minutes: float) -> None:
    """`most`: touchpoints a second that a live worker takes."""
    rate, seconds = most * SHARE, minutes * 60
    with ground(LIVE, history=False) as on, Worker(on, watched=True) as worker:
        worker.ready(READY_S)
        with feeding(on, rate, seconds, round(rate * CUSTOMERS_A_TOUCHPOINT), ahead=False) as feed:
            samples = _samples(on, worker, feed)
            sent = feed.sent()
        caught_up(on, worker, sent)
        worker.stop()
        log_of(worker, BUILD / "soak.log")
        soak = Soak(
            rate,
            minutes,
            sent.touchpoints,
            sent.latest_ms,
            [str(line["message"]) for line in worker.troubles()],
            samples,
            _buckets(alerts(on), feed.begun.start),
        )
    FILE.write_bytes(msgspec.json.format(msgspec.json.encode(soak), indent=1))
    _show(soak)
    keep("soak", {"rate": rate, "minutes": minutes, "touchpoints": soak.touchpoints, "troubles": soak.troubles, "samples": str(FILE.name)})
    draw()


def draw() -> None:
    """The last soak, as a picture."""
    python = made_venv("plot")
    subprocess.run([str(python), str(Path(__file__).with_name("drawing.py")), str(FILE), str(PICTURE)], check=True)
    out.print(f"drawn: {PICTURE}", highlight=False)


def _samples(on: Ground, worker: Worker, feed: Feed) -> list[Sample]:
    committed, samples, before = Committed(on), list[Sample](), worker.cost()
    while feed.running:
        time.sleep(EVERY_S)
        now, lines = worker.cost(), worker.inside(round(EVERY_S))
        samples.append(
            Sample(
                time.time() - feed.begun.start / SECOND,
                now.rss / 1e6,
                (now.cpu_s - before.cpu_s) / (now.at - before.at),
                now.descriptors,
                now.threads,
                lines[-1].tasks,
                max(line.stall_ms for line in lines),
                (now.loop.waited_s - before.loop.waited_s) / (now.at - before.at),
                committed.count(),
            )
        )
        before = now
    return samples


def _buckets(told: list[Told], start: int) -> list[Bucket]:
    waits: dict[int, list[int]] = {}
    for each in told:
        waits.setdefault((each.at - start) // SECOND // BUCKET_S, []).append(each.at - each.place)
    return [
        Bucket(number * BUCKET_S, len(ranked), ranked[len(ranked) // 2], ranked[len(ranked) * 99 // 100])
        for number, ranked in sorted((number, sorted(found)) for number, found in waits.items())
    ]


def _show(soak: Soak) -> None:
    """A twentieth of it, evenly."""
    step = max(1, len(soak.samples) // 20)
    near = {bucket.second // BUCKET_S: bucket for bucket in soak.buckets}
    rows = []
    for sample in soak.samples[::step]:
        bucket = near.get(sample.second // BUCKET_S)
        rows.append(
            [
                f"{sample.second:,.0f}", f"{sample.rss_mb:,.0f}", f"{sample.core:.0%}", f"{sample.descriptors}", f"{sample.threads}",
                f"{sample.tasks}", f"{sample.stall_ms:,.0f}", f"{sample.starved:.0%}", f"{sample.committed:,}",
                f"{bucket.p99_ms:,}" if bucket else "",
            ]
        )  # fmt: skip
    table(
        f"{soak.touchpoints:,} touchpoints in {soak.minutes:g} minutes; {len(soak.troubles)} warnings and errors in the worker's log",
        [
            "second",
            "RSS MB",
            "core used",
            "descriptors",
            "threads",
            "tasks",
            "stall ms",
            "waits for the core",
            "committed",
            "alerts p99 ms",
        ],
        rows,
    )
