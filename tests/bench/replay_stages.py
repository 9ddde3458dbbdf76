"""How many touchpoints a second the core takes, stage by stage, on one core: `python -m tests.bench.replay_stages [CUSTOMERS] [DAYS]`.

The log is simulated, with all detectors on. A second figure has 10 % of the touchpoints arrive five minutes late.
"""

import gc
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import msgspec

from schemas.decode import decode
from schemas.identity import key_of
from schemas.instant import DAY, MINUTE, parse_instant
from schemas.partitioner import partition_for
from schemas.policy import Channel, Policy
from schemas.touchpoint import Touchpoint
from streams.detection.change import AlertChange
from streams.detection.detectors import DETECTORS, load
from streams.detection.partition import Partition
from streams.logs.file import PARTITIONS, LogRecord, read_log, write_log
from streams.replay.order import in_order_of_arrival, safe_instants
from streams.replay.replaying import ROUND
from streams.simulate.plan import Plan
from streams.simulate.story import Line
from streams.simulate.traffic import simulate

MONDAY = parse_instant("2026-03-02T00:00:00Z")
LATE_SHARE, LATE_BY = 0.1, 5 * MINUTE


class Stages:
    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def timed(self, stage: str) -> Iterator[None]:
        begun = time.process_time()
        yield
        self.seconds[stage] = self.seconds.get(stage, 0) + time.process_time() - begun

    def show(self, touchpoints: int, title: str, core: Sequence[str]) -> None:
        sys.stdout.write(f"\n{title}: {touchpoints:,} touchpoints\n{'stage':<24}{'µs each':>10}{'a second':>12}\n")
        rows = [*self.seconds.items(), ("the core, all of it", sum(self.seconds[stage] for stage in core))]
        for stage, seconds in rows:
            sys.stdout.write(f"{stage:<24}{seconds / touchpoints * 1e6:>10.1f}{touchpoints / max(seconds, 1e-9):>12,.0f}\n")


def simulated(customers: int, days: float) -> list[Line]:
    """Without heartbeats, which would flatter the figures."""
    plan = Plan.history(customers=customers, days=days, start=MONDAY, seed=1)
    return [item for item in simulate(plan) if isinstance(item, Line) and item.key is not None]


def as_records(lines: Sequence[Line], late_share: float) -> list[LogRecord]:
    rng = Random(1)
    records = [
        LogRecord(
            line.topic,
            0,
            0,
            line.timestamp + (LATE_BY if rng.random() < late_share else 0),
            None if line.key is None else line.key.encode(),
            bytes(line.value),
        )
        for line in lines
    ]
    return sorted(records, key=lambda record: record.timestamp)


def measure(records: Sequence[LogRecord], title: str) -> None:
    stages = Stages()
    with TemporaryDirectory() as folder:
        file = Path(folder) / "log.jsonl"
        write_log(file, records, placed=False)
        with stages.timed("read"):
            log = read_log([file])
    topics = sorted({record.topic for record in log})
    policy = Policy(version="bench", channels={topic.removeprefix("touchpoints."): Channel() for topic in topics})
    detectors = load(policy)
    partitions = [Partition(number, policy, detectors) for number in range(PARTITIONS)]
    with stages.timed("order"):
        log = in_order_of_arrival(log)
        safe = safe_instants(log, policy.lateness)
    gc.collect()
    gc.freeze()
    changes = alerts = touchpoints = 0
    for start in range(0, len(log), ROUND):
        chunk = log[start : start + ROUND]
        with stages.timed("decode"):
            decoded = [decode(record) for record in chunk]
        seen = [touchpoint for touchpoint in decoded if isinstance(touchpoint, Touchpoint)]
        touchpoints += len(seen)
        with stages.timed("admit"):
            for touchpoint in seen:
                partitions[partition_for(key_of(touchpoint.journey), PARTITIONS)].admit(touchpoint)
        to = min(safe[start + len(chunk)], seen[-1].arrived if seen else 0)
        with stages.timed("settle and detect"):
            found = [change for partition in partitions for change in partition.advance(to)]
        with stages.timed("render alerts"):
            for change in found:
                if isinstance(change, AlertChange):
                    change.records()
                    alerts += 1
        changes += len(found)
    with stages.timed("pack journeys"):
        size = sum(len(value) for partition in partitions for _, value in partition.changed())
    stages.show(touchpoints, title, core=("decode", "order", "admit", "settle and detect", "render alerts"))
    held = sum(map(len, partitions))
    late, rebuilt = (sum(partition.counts[name] for partition in partitions) for name in ("late", "rebuilt"))
    sys.stdout.write(
        f"{alerts:,} alert events, {changes - alerts:,} clocks; {late:,} late, {rebuilt:,} journeys told anew; "
        f"{held:,} journeys of {size / max(held, 1):,.0f} bytes\n"
    )


def main(customers: int = 10_000, days: float = 3) -> None:
    sys.stdout.write(f"{customers:,} customers, {days:g} days of {DAY // 3_600_000} h, detectors: {', '.join(DETECTORS)}\n")
    lines = simulated(customers, days)
    measure(as_records(lines, 0), "in time")
    gc.unfreeze()
    measure(as_records(lines, LATE_SHARE), f"{LATE_SHARE:.0%} late by {LATE_BY // MINUTE} min")


if __name__ == "__main__":
    main(*map(msgspec.json.decode, sys.argv[1:]))
