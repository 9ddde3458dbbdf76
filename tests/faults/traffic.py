"""The simulated customers, and what goes wrong between a channel and Kafka: disorder, copies, poison, strangers' partitions."""

import heapq
from collections.abc import Iterable, Iterator
from random import Random
from typing import NamedTuple

from schemas.instant import MINUTE, SECOND
from schemas.partitioner import partition_for
from schemas.touchpoint import TOPIC_PREFIX, RefusedClass
from streams.simulate.channels import FEEDS
from streams.simulate.heartbeats import heartbeats as beats
from streams.simulate.plan import Plan
from streams.simulate.story import Line
from streams.simulate.targets import Targets
from streams.simulate.traffic import simulate
from tests.faults.poison import poisoned
from tests.faults.policy import PARTITIONS, POLICY

CUSTOMERS = 80
RATE = 45.0
"""Touchpoints a second."""
HISTORY_RATE = 20.0
"""Of all channels together, of which a history keeps one."""
LONGEST = 3_600 * SECOND
"""A round ends before its traffic does."""
DELAYS = (2 * SECOND, 5 * SECOND, 9 * SECOND)
"""Beyond what a channel may be late; some long after what they prove wrong has been told."""


class Sending(NamedTuple):
    at: int
    """When it is sent, in milliseconds."""
    topic: str
    partition: int
    key: bytes | None
    value: bytes | None
    refused: RefusedClass | None = None
    """As what it must be refused; None: it is sound."""


def live(seed: int, start: int) -> Iterator[Sending]:
    """From `start` on, in order of `at`."""
    chance = Random(f"disturbances {seed}")
    return _in_order(_disturbed(_lines(seed, start, LONGEST, RATE, 2 * SECOND), chance))


def history(seed: int, channel: str, start: int, length: int) -> Iterator[Sending]:
    """What one channel has told in the `length` milliseconds from `start`: `at` is when it arrived."""
    chance = Random(f"history {seed}")
    lines = (line for line in _lines(seed, start, length, HISTORY_RATE, MINUTE) if line.topic == TOPIC_PREFIX + channel)
    return _in_order(_disturbed(lines, chance))


def heartbeats(at: int) -> Iterator[Sending]:
    """One of each channel on each partition."""
    plan = Plan(customers=1, start=at, length=len(FEEDS), heartbeat=len(FEEDS), partitions=PARTITIONS)
    for line in beats(plan):
        yield Sending(at, line.topic, line.partition or 0, None, bytes(line.value))


def _lines(seed: int, start: int, length: int, rate: float, heartbeat: int) -> Iterator[Line]:
    plan = Plan(
        customers=CUSTOMERS, start=start, length=length, rate=rate, seed=seed, planted=0.5, heartbeat=heartbeat,
        partitions=PARTITIONS, targets=Targets.of(POLICY),
    )  # fmt: skip
    return (item for item in simulate(plan) if isinstance(item, Line))


def _disturbed(lines: Iterable[Line], chance: Random) -> Iterator[Sending]:
    for line in lines:
        key, value = line.key.encode() if line.key else None, bytes(line.value)
        right = partition_for(key or b"", PARTITIONS) if line.partition is None else line.partition
        sound = Sending(line.timestamp, line.topic, right, key, value)
        if key is None:
            yield sound
            continue
        match chance.choices(("sound", "late", "twice", "poison", "astray"), (80, 8, 5, 4, 3))[0]:
            case "late":
                yield sound._replace(at=sound.at + chance.choice(DELAYS))
            case "twice":
                yield sound
                yield sound._replace(at=sound.at + chance.randrange(10 * SECOND))
            case "poison":
                yield sound
                refused, bad = poisoned(value, chance)
                yield sound._replace(value=bad, refused=refused)
            case "astray":
                yield sound._replace(partition=(right + chance.randrange(1, PARTITIONS)) % PARTITIONS)
            case _:
                yield sound


def _in_order(sendings: Iterable[Sending]) -> Iterator[Sending]:
    """`sendings` come in order but for those that were held back."""
    waiting: list[tuple[int, int, Sending]] = []
    for count, sending in enumerate(sendings):
        # A sending's own line is the latest so far, or one that is delayed: what waits before it is final.
        heapq.heappush(waiting, (sending.at, count, sending))
        while waiting and waiting[0][0] <= sending.at - max(*DELAYS, 10 * SECOND):
            yield heapq.heappop(waiting)[2]
    while waiting:
        yield heapq.heappop(waiting)[2]
