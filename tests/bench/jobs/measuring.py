"""One engine over the reference log: how fast, at what cost, whether right, and how soon it is back after a SIGKILL."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import linear_regression
from typing import NamedTuple

from confluent_kafka import Consumer, ConsumerGroupState, TopicPartition
from confluent_kafka.admin import AdminClient

from tests.bench.jobs.engine import ROOT, Engine, Run
from tests.bench.jobs.log import WARM_UP, Told
from tests.bench.jobs.process import ENGINE_CORE, EngineFailed, Process
from tests.bench.jobs.records import BY_BROKER, Topics, Written
from tests.bench.jobs.result import Recovery, Round
from tests.bench.jobs.rule import PARTITIONS
from tests.bench.jobs.subscriber import Moment, Subscriber
from tests.faults.watch import InVain, until

PATIENCE_S = 240.0
BACK_S = 180.0
SECOND = 1_000
STRAGGLERS_S = 10.0
"""Alerts of the last events before a milestone may still be under way when it is told."""


class Surroundings(NamedTuple):
    kafka: str
    folder: Path
    topics: Topics


@contextmanager
def prepared(engine: Engine, name: str, around: Surroundings) -> Iterator[Run]:
    """All that is this run's own: made, and gone afterwards."""
    run = Run(name, around.kafka, around.folder / name)
    run.folder.mkdir(parents=True)
    if own := engine.own_alerts(run):
        around.topics.anew(own, BY_BROKER)
        around.topics.anew([run.journeys], BY_BROKER, **{"cleanup.policy": "compact"})
    engine.prepare(run)
    try:
        yield run
    finally:
        around.topics.delete(lambda topic: run.name in topic)
        shutil.rmtree(run.folder)


def start(engine: Engine, run: Run) -> Process:
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"} | engine.environment(run)
    log = run.folder.with_suffix(".log")
    return Process(engine.command(run), environment, ROOT, log, ENGINE_CORE if engine.pinned else None)


def subscribed(engine: Engine, run: Run) -> Subscriber:
    return Subscriber(run.kafka, engine.alerts(run), engine.told)


def throughput(engine: Engine, name: str, around: Surroundings, written: Written, *, and_recovery: bool) -> tuple[Round, Recovery | None]:
    """EngineFailed where it does not come to its milestone, or tells anything else than what follows from the log."""
    with prepared(engine, name, around) as run:
        subscriber = subscribed(engine, run)
        try:
            with start(engine, run) as process:
                await_milestone(process, subscriber, engine.segments)
                compare(subscriber, written.due(engine.segments), written.due())
                found = _round(engine, process, subscriber, written)
                if and_recovery:
                    process.kill()
            return found, recovery(engine, run, subscriber, around) if and_recovery else None
        finally:
            subscriber.close()


def await_milestone(process: Process, subscriber: Subscriber, milestone: int) -> None:
    def passed() -> bool:
        process.check()
        return subscriber.passed(milestone)

    try:
        until(passed, f"milestone {milestone}", PATIENCE_S)
    except InVain as slow:
        said = f"{slow}; {len(subscriber.first)} alerts told; its last words:\n{process.last_words()}"
        raise EngineFailed(said) from None


def compare(subscriber: Subscriber, due: set[Told], possible: set[Told]) -> None:
    try:
        until(lambda: due <= subscriber.heard(), "the last alerts", STRAGGLERS_S)
    except InVain:
        missing = due - subscriber.heard()
        raise EngineFailed(f"{len(missing)} of {len(due)} alerts are missing, as {min(missing)}") from None
    if invented := subscriber.heard() - possible:
        raise EngineFailed(f"{len(invented)} alerts are invented, as {min(invented)}")


def recovery(engine: Engine, run: Run, subscriber: Subscriber, around: Surroundings) -> Recovery:
    """Of what was just killed, as on another machine: the disk is gone, where the engine has its state anywhere else."""
    if not engine.only_on_disk:
        shutil.rmtree(run.folder)
        run.folder.mkdir()
    try:
        _await_nobody(run)
        records = None if engine.only_on_disk else _changelog_records(run, around.topics.names())
        with start(engine, run) as process:
            told = until(lambda: _told_by(process, subscriber), "the first alert after a restart", BACK_S)
            return Recovery(records, told[0].stamped / SECOND - process.begun)
    except InVain as missing:
        raise EngineFailed(str(missing)) from None


def _told_by(process: Process, subscriber: Subscriber) -> list[Moment]:
    """Not by the one before it, whose last alerts may still be on their way."""
    process.check()
    return [moment for moment in subscriber.told if moment.stamped > process.begun * SECOND]


def _round(engine: Engine, process: Process, subscriber: Subscriber, written: Written) -> Round:
    """By the straight line through all milestones: an engine that takes a megabyte of one partition, then of the next, is ahead of some
    milestones and not of others."""
    milestones = range(WARM_UP, engine.segments + 1)
    events = [written.milestones[milestone] for milestone in milestones]
    reached = [max(moment.stamped for moment in subscriber.marks(milestone)) / SECOND for milestone in milestones]
    spent = [process.cpu_s(instant) for instant in reached]
    return Round(
        events=events[-1] - events[0],
        seconds=linear_regression(events, reached).slope * (events[-1] - events[0]),
        cpu_seconds=linear_regression(events, spent).slope * (events[-1] - events[0]),
        resident_bytes=process.resident(),
        alerts=len(subscriber.first),
        start_seconds=min(moment.stamped for moment in subscriber.marks(0)) / SECOND - process.begun,
    )


def _await_nobody(run: Run) -> None:
    """Until Kafka has noticed that the group's only member is dead: that time is its session's, not the engine's."""
    admin = AdminClient({"bootstrap.servers": run.kafka, "log_level": 0})

    def nobody() -> bool:
        group = admin.describe_consumer_groups([run.name], request_timeout=10)[run.name].result()
        return group.state in {ConsumerGroupState.EMPTY, ConsumerGroupState.DEAD}

    until(nobody, "the end of a dead member's session", BACK_S)


def _changelog_records(run: Run, topics: list[str]) -> int:
    """How many there are to read in topics that are named after this run and after what they are: each engine does so in its own way."""
    logs = [topic for topic in topics if run.name in topic and ("changelog" in topic or topic == run.journeys)]
    asking = Consumer({"bootstrap.servers": run.kafka, "group.id": "bench", "log_level": 0})
    try:
        ends = [asking.get_watermark_offsets(TopicPartition(topic, number)) for topic in logs for number in range(PARTITIONS)]
    finally:
        asking.close()
    return sum(high - low for low, high in ends)
