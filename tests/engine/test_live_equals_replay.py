"""Customers of this moment, disturbed in every way, through two workers of which one dies: a replay of the dump tells the same."""

import json
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from random import Random
from typing import NamedTuple

import pytest

from schemas.instant import SECOND, parse_instant
from schemas.partitioner import partition_for
from schemas.policy import Policy
from schemas.touchpoint import TOPIC_PREFIX
from streams.logs.file import LogRecord
from streams.replay import replay
from streams.simulate.channels import FEEDS
from streams.simulate.plan import Plan
from streams.simulate.story import Line
from streams.simulate.targets import Targets
from streams.simulate.traffic import simulate
from tests.engine.killed_half_way import gauges, kill_within_a_checkpoint, read, settled_to, subscriber
from tests.engine.live import Live, live, now, until

pytestmark = pytest.mark.slow

PARTITIONS = 6
SEED = 7
FOR = 20 * SECOND
"""How long customers come."""
LATENESS = "PT5S"
"""A forwarded record arrives a moment after the one it copies; here it still comes before that moment is settled."""
POLICY = {
    "version": "disturbed",
    "channels": {channel: {"lateness": LATENESS} for channel in FEEDS},
    "tiers": ["silver", "gold"],
    "detectors": {
        "first_response": {"targets": [{"channel": "chat", "within": "PT2S"}, {"within": "PT4S"}]},
        "resolution": {"targets": [{"within": "PT8S"}]},
        "conflicting_claims": {"grace": "PT1S", "holds": "PT10S"},
        "purchase_abandonment": {"cart": "PT4S", "checkout": "PT3S", "payment": "PT2S", "lost_after": "PT10S"},
    },
}


class Sending(NamedTuple):
    at: int
    """When it is sent, in milliseconds."""
    topic: str
    key: str
    value: bytes
    partition: int


def disturbed(lines: Iterable[Line], astray_until: int, chance: Random) -> Iterator[Sending]:
    """Some late, some twice, some cut off, and at first some on another partition than their customer's."""
    for line in lines:
        at, value, key = line.timestamp, bytes(line.value), line.key or ""
        right = partition_for(key.encode(), PARTITIONS) if line.partition is None else line.partition
        sound = Sending(at, line.topic, key, value, right)
        match chance.choices(("sound", "late", "twice", "cut off", "astray"), (80, 8, 5, 4, 3))[0]:
            case "late":
                yield sound._replace(at=at + chance.choice((2, 6, 10)) * SECOND)
            case "twice":
                yield sound
                yield sound._replace(at=at + chance.randrange(10 * SECOND))
            case "cut off":
                yield sound._replace(value=value[: len(value) // 2])
            case "astray" if key and at < astray_until:
                yield sound._replace(partition=(right + 1) % PARTITIONS)
            case _:
                yield sound


def send(running: Live, sendings: Iterable[Sending]) -> None:
    for sending in sendings:
        time.sleep(max(0, sending.at - now()) / SECOND)  # a pace, not a wait
        running.tell(sending.topic.removeprefix(TOPIC_PREFIX), sending.key, sending.value, partition=sending.partition)
    running.told()


def test_whatever_disturbs_the_channels_and_whoever_dies_a_replay_of_the_dump_tells_the_same(tmp_path: Path) -> None:
    policy = Policy.model_validate(POLICY)
    with live(tmp_path, POLICY, partitions=PARTITIONS) as running:
        killed, survivor = running.worker().ready(), running.worker().ready()
        start = now()
        plan = Plan(customers=60, start=start, length=FOR, rate=80, seed=SEED, partitions=PARTITIONS, targets=Targets.of(policy))
        lines = (item for item in simulate(plan) if isinstance(item, Line))
        sendings = sorted(disturbed(lines, start + FOR // 4, Random(SEED)))
        half = len(sendings) // 2
        send(running, sendings[:half])
        with subscriber(running) as reader:
            kill_within_a_checkpoint(running, killed, reader)
        workers = [survivor, running.worker()]
        send(running, sendings[half:])
        quiet = now() + 5 * SECOND
        until(lambda: settled_to(workers, PARTITIONS) >= quiet, "all that is due within 5 s after the last touchpoint")
        assert [gauges(worker)["throughline_order_repaired_total"][()] for worker in workers] == [0, 0]
        for worker in workers:
            worker.process.terminate()
        assert [worker.ended() for worker in workers] == [0, 0]
        lies = read(running)

    log = [record for channel in policy.channels for record in lies[TOPIC_PREFIX + channel]]
    replayed = replay(log, policy, PARTITIONS, quiet)
    alerts = {
        record.value or b""
        for topic, records in lies.items()
        if topic.startswith("alerts.") and "active" not in topic
        for record in records
    }
    assert {alert for alert in alerts if parse_instant(json.loads(alert)["time"]) < quiet} == {alert.value for alert in replayed.alerts}
    assert {facts(record) for record in lies["touchpoints.dead-letter"]} == {facts(dead.record()) for dead in replayed.dead}

    counts = replayed.counts
    assert counts.misrouted == 0, "each was forwarded"
    assert min(len(replayed.alerts), len(replayed.dead), counts.late, counts.rebuilt, counts.repeated, counts.forwarded) > 0, (
        "nothing was disturbed"
    )


def facts(letter: LogRecord) -> tuple[object, ...]:
    return letter.key, letter.value, letter.headers
