"""Journeys under many names, as workers would have left them in the changelog: what a recovery reads, and what growth is measured over.

They are those of simulated customers after some days of the core, each under as many names as are asked for. Names are those that
the simulator gives to its customers, so that its touchpoints join them.
"""

from collections.abc import Iterator
from itertools import chain

import msgspec
from confluent_kafka import Producer

from schemas.decode import decode
from schemas.instant import DAY, SECOND
from schemas.partitioner import partition_for
from schemas.policy import Policy
from schemas.touchpoint import Touchpoint
from streams.detection import detectors
from streams.detection.fold import Folding
from streams.detection.journey import Journey
from streams.detection.partition import Partition
from streams.engine import topics
from streams.engine.held import CLOCK_KEY, Clock
from streams.kafka.client import client
from streams.simulate.plan import Plan
from tests.bench.replay_stages import as_records
from tests.bench.worker.ground import APPLICATION, Ground
from tests.bench.worker.shops import topic_of
from tests.bench.worker.traffic import touchpoints

FIRST_NAME = 1_000_001
"""The number in the simulator's name for its first customer."""
LIVED = 7 * DAY
QUIET = 90 * DAY
"""Since a customer was there last who may never come again."""
CUSTOMERS = 3_000
A_SECOND = 4e-5
"""Touchpoints of one customer: three and a half a day."""
_ACKED = 1 << 60
_BATCH = 2_000
_BEHIND = 4 * SECOND


def living(customers: int, at: int, already: int, seed: int) -> Plan:
    """Customers who live evenly, by day and by night, and have done so for `already` milliseconds at an instant."""
    return Plan(customers=customers, start=at - already, rate=customers * A_SECOND, seed=seed)


def lived(policy: Policy, until: int, quiet: int = 0) -> list[bytes]:
    """The packed journeys of customers at one instant, who were there for days and then, for `quiet` milliseconds, no more.

    Nothing waits to be delivered again.
    """
    watching = detectors.load(policy)
    partition, known = Partition(0, policy, watching), dict[str, bytes]()
    acked = dict.fromkeys(policy.channels, _ACKED)
    channels = len(policy.channels)
    lines = touchpoints(living(CUSTOMERS, until - quiet, LIVED, seed=2), until=until - quiet)
    records = [msgspec.structs.replace(record, topic=topic_of(record.topic, record.key, channels)) for record in as_records(list(lines), 0)]
    for start in range(0, len(records), _BATCH):
        batch = records[start : start + _BATCH]
        for offset, record in enumerate(batch, start):
            if isinstance(touchpoint := decode(record), Touchpoint):
                partition.admit(msgspec.structs.replace(touchpoint, offset=offset))
        _settle(partition, batch[-1].timestamp - _BEHIND, known, acked)
    _settle(partition, until, known, acked)
    folding = Folding(policy, watching)
    return [Journey.unpack(value).packed(folding, acked) for value in known.values()]


def _settle(partition: Partition, to: int, known: dict[str, bytes], acked: dict[str, int]) -> None:
    for _ in partition.advance(to):
        pass
    known.update(partition.changed())
    for gone in partition.forget(acked):
        known.pop(gone, None)


def settled(ground: Ground, journeys: int, until: int, quiet: int = 0) -> int:
    """So many journeys lie on the changelog, settled until an instant, with nothing of the channels read yet; how many bytes they have.

    `quiet`: so many more, of customers who have not been there for long.
    """
    changelog = topics.changelog(APPLICATION)
    producer = Producer(client(ground.kafka) | {"enable.idempotence": True, "linger.ms": 20, "queue.buffering.max.messages": 100_000})
    clock = Clock(until, dict.fromkeys(ground.policy.channels, 0)).packed()
    written = 0
    known = _named(lived(ground.policy, until), journeys)
    if quiet:
        known = chain(known, _named(lived(ground.policy, until, QUIET), quiet, FIRST_NAME + journeys))
    for name, value in known:
        key = f"c:{name}".encode()
        _send(producer, changelog, key, value, partition_for(name.encode(), ground.partitions))
        written += len(key) + len(value)
    for number in range(ground.partitions):
        _send(producer, changelog, CLOCK_KEY, clock, number)
    if left := producer.flush(60):
        raise TimeoutError(f"{left:,} journeys are not on the broker")
    return written


def _named(values: list[bytes], journeys: int, first: int = FIRST_NAME) -> Iterator[tuple[str, bytes]]:
    for number in range(journeys):
        yield f"c-{first + number}", values[number % len(values)]


def _send(producer: Producer, topic: str, key: bytes, value: bytes, partition: int) -> None:
    while True:
        try:
            producer.produce(topic, value, key, partition)
        except BufferError:  # full: let it drain
            producer.poll(0.1)
        else:
            return
