"""A log through two workers, of which one is killed half-way and replaced: what they told, and how fast."""

import os
import time
import urllib.request
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from confluent_kafka import OFFSET_BEGINNING, OFFSET_END, Consumer, Message, TopicPartition
from prometheus_client.parser import text_string_to_metric_families

from schemas.alert import ACTIVE_TOPIC, Family
from schemas.dead_letter import DEAD_LETTER_TOPIC
from schemas.instant import MINUTE, NEVER, SECOND
from schemas.partitioner import partition_for
from schemas.touchpoint import TOPIC_PREFIX
from streams.engine import topics
from streams.kafka.client import client
from streams.kafka.dump import dump
from streams.kafka.produce import produce
from streams.logs.file import LogRecord, read_lines
from tests.engine.live import REAL_KAFKA, Live, Worker, now, until

DEADLINE_S = 240.0
TOLD_BEFORE = 5_000
"""Alerts that the killed worker has told of its partition numbers: of a city's half year a fifth of what there is to tell."""
SHOWN_EVERY = 3 * SECOND
"""A worker's gauges are that old at most."""


@dataclass(frozen=True)
class Figures:
    touchpoints: float
    seconds: float
    """From both workers at work to everything settled, the loss of one included."""
    resumed_after: float
    """Seconds from the kill until the killed one's partition numbers were recovered elsewhere."""
    resident: Sequence[float]
    """Bytes of each worker at the end."""

    def __str__(self) -> str:
        resident = " and ".join(f"{size / 1e6:.0f} MB" for size in self.resident)
        return (
            f"{self.touchpoints:,.0f} touchpoints in {self.seconds:.1f} s, {self.touchpoints / self.seconds:,.0f} a second; "
            f"after the kill its share was recovered within {self.resumed_after:.1f} s; resident {resident}"
        )


@dataclass(frozen=True)
class Told:
    """All that lies on the topics at the end."""

    log: Sequence[LogRecord]
    """The touchpoints, where they lie in Kafka."""
    alerts: Sequence[LogRecord]
    """As subscribers get them: what came twice is there twice."""
    active: Sequence[LogRecord]
    dead: Sequence[LogRecord]
    settled: int
    """Milliseconds; everything before it was settled when the workers were told to stop."""
    exits: Sequence[int]
    figures: Figures


def tell(running: Live, log: Path) -> Told:
    """The log is history: it is all there before a worker looks, or they would take its past for what came late."""
    deadline = time.monotonic() + DEADLINE_S

    def wait(found: Callable[[], bool], what: str) -> None:
        until(found, what, deadline - time.monotonic())

    assert produce(read_lines([log]), running.address).complete
    records = sum(1 for _ in read_lines([log]))
    with subscriber(running, OFFSET_BEGINNING) as alerts:  # before there is one: it lies ready when the worker is to be killed
        killed, survivor = running.worker(), running.worker()  # at once: one alone would be through before the other helps
        wait(lambda: shared(killed, survivor, running.partitions), "both workers at work")
        began = time.monotonic()
        taken = share(killed)
        kill_within_a_checkpoint(running, killed, alerts, TOLD_BEFORE)
    died = time.monotonic()
    workers = [survivor, running.worker()]
    wait(lambda: taken <= set[int]().union(*map(share, workers)), "another worker on the killed one's share")
    resumed = time.monotonic()
    wait(lambda: settled_to(workers, running.partitions) > now() - MINUTE, "everything settled")
    ended = time.monotonic()
    settled = settled_to(workers, running.partitions)
    figures = Figures(records, ended - began, resumed - died, [gauges(worker)["process_resident_memory_bytes"][()] for worker in workers])
    for worker in workers:
        worker.process.terminate()
    exits = [worker.ended() for worker in workers]
    lies = read(running)
    return Told(
        log=[record for channel in running.policy["channels"] for record in lies[TOPIC_PREFIX + channel]],
        alerts=[record for family in Family for record in lies[family.topic]],
        active=lies[ACTIVE_TOPIC],
        dead=lies[DEAD_LETTER_TOPIC],
        settled=settled,
        exits=exits,
        figures=figures,
    )


@contextmanager
def subscriber(running: Live, since: int = OFFSET_END) -> Iterator[Consumer]:
    """Of every family's alerts."""
    consumer = Consumer(client(running.address) | {"group.id": "subscriber", "enable.auto.commit": False, "fetch.wait.max.ms": 10})
    try:
        consumer.assign([TopicPartition(family.topic, number, since) for family in Family for number in range(running.partitions)])
        yield consumer
    finally:
        consumer.close()


def kill_within_a_checkpoint(running: Live, worker: Worker, alerts: Consumer, told: int = 1) -> None:
    """As soon as the subscriber sees that many alerts of its: the embedded broker shows one before its transaction has ended.

    What was told and not committed its successor tells again.
    """
    numbers = share(worker)
    assert numbers
    seen = 0

    def enough() -> bool:
        nonlocal seen
        seen += sum(_of(alert, running.partitions) in numbers for alert in alerts.consume(1_000, 0.02))
        return seen >= told

    until(enough, f"{told} alerts of the worker's")
    worker.kill()


def share(worker: Worker) -> set[int]:
    """The partition numbers that it works on, or did when it last said so; none before it works."""
    said = [line["partitions"] for line in worker.lines("info") if line["message"] == "working"]
    return set(said[-1]) if said else set()


def shared(one: Worker, other: Worker, partitions: int) -> bool:
    """Whether each has a share, and none that the other had before."""
    shares = [share(one.ready()), share(other.ready())]
    return all(shares) and sum(map(len, shares)) == partitions


def _of(alert: Message, partitions: int) -> int | None:
    """The partition number whose customer it is about."""
    key = alert.key()
    return None if alert.error() or not isinstance(key, bytes) else partition_for(key, partitions)


def read(running: Live) -> defaultdict[str, list[LogRecord]]:
    """Everything that was ever committed, by topic; the embedded broker drops the oldest of what becomes too much."""
    all_of_it = REAL_KAFKA in os.environ  # there the first may be of a transaction that its worker did not live to commit
    found: defaultdict[str, list[LogRecord]] = defaultdict(list)
    begun: set[tuple[str, int]] = set()
    for record in dump([*(TOPIC_PREFIX + channel for channel in running.policy["channels"]), *topics.written()], running.address):
        where = (record.topic, record.partition)
        assert all_of_it or where in begun or record.offset == 0, (
            f"the embedded broker has dropped the beginning of {record.topic}[{record.partition}]"
        )
        begun.add(where)
        found[record.topic].append(record)
    return found


def gauges(worker: Worker) -> dict[str, dict[tuple[str, ...], float]]:
    """What the worker's /metrics say now, by name and label values; nothing between two lives of it."""
    worker.ready()
    url = [line["url"] for line in worker.lines("info") if "url" in line][-1]
    try:
        with urllib.request.urlopen(f"{url}/metrics", timeout=5) as answer:  # noqa: S310 -- the worker's own address
            text = answer.read().decode()
    except OSError:
        return {}
    found: dict[str, dict[tuple[str, ...], float]] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            found.setdefault(sample.name, {})[tuple(sample.labels.values())] = sample.value
    return found


def settled_to(workers: Sequence[Worker], partitions: int) -> int:
    """Milliseconds: everything before has been read and settled, on every partition number."""
    shown = now() - SHOWN_EVERY
    behind = {where: seconds for worker in workers for where, seconds in gauges(worker).get("throughline_settled_lag_seconds", {}).items()}
    return shown - round(max(behind.values()) * SECOND) if len(behind) == partitions else -NEVER
