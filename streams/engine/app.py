"""The composition root: the only module that knows all others."""

import time
from collections.abc import Mapping
from typing import Any, cast

import faust
from aiokafka import TopicPartition
from faust.app.base import BootStrategy

from schemas.dead_letter import DEAD_LETTER_TOPIC
from schemas.policy import Policy
from schemas.touchpoint import TOPIC_PREFIX
from streams.detection import detectors
from streams.engine import topics
from streams.engine.agents import Admitting, agents
from streams.engine.broken import bug
from streams.engine.changelog import Changelog
from streams.engine.checkpoint import Checkpoint
from streams.engine.connections import Cluster, Connections
from streams.engine.consumer_thread import FAUST_LOGGER
from streams.engine.delivery import AtLeastOnce, ExactlyOnce
from streams.engine.failures import Failures
from streams.engine.journeys import Journeys
from streams.engine.letters import Letters
from streams.engine.pace import Pace
from streams.engine.progress import Probe
from streams.engine.read_ahead import ReadAhead
from streams.engine.transport import Consumer, Transport
from streams.engine.watchdog import Watchdog
from streams.engine.worker import Worker
from streams.metrics import Metrics
from streams.settings import Settings

RECORDS_A_CHECKPOINT = 32_000
"""At most so many. A transaction costs as much as some hundred records, and a journey is written once a checkpoint however much happens in
it: half as many cost a tenth more."""
GIVEN_RECORDS = 1_000
"""At most so many lie with the agents, which take chunks of their channels by turns: with more, the order of arrival would be lost."""


class Services(BootStrategy):
    """Without Faust's own producer, which nothing here writes with: it would be a client that nobody told how Kafka is reached."""

    enable_kafka_producer = False


class App(faust.App):
    logger = FAUST_LOGGER
    BootStrategy = Services

    def _create_directories(self) -> None:
        """None: nothing of a worker lies on disk."""


def now() -> int:
    """Milliseconds since the epoch."""
    return time.time_ns() // 1_000_000


def create_app(settings: Settings, policy: Policy, connections: Connections, cluster: Cluster, metrics: Metrics) -> Worker:
    """A worker with its Faust app, not yet started. Called inside the event loop it shall run in."""
    changelog = topics.changelog(settings.application)
    channel_topics = [TOPIC_PREFIX + channel for channel in policy.channels]
    app = App(
        settings.application,
        broker=";".join(f"kafka://{address}" for address in settings.kafka.split(",")),
        key_serializer="raw",
        value_serializer="raw",
        web_enabled=False,
        topic_allow_declare=False,
        topic_disable_leader=True,
        stream_wait_empty=False,  # nothing is acknowledged to Faust: offsets travel in the checkpoint
        table_standby_replicas=0,
        broker_session_timeout=settings.session_timeout_ms / 1000,
    )
    given = min(GIVEN_RECORDS, settings.queued_records // 2)
    reader = connections.reader(channel_topics)
    stable = connections.reader([changelog], "read_committed")
    journeys = Journeys(
        connections,
        policy,
        detectors.load(policy),
        changelog=Changelog(changelog, connections.changelog_reader),
        written=topics.needed(policy, settings.application),
        reader=reader,
        stable=stable,
    )
    letters = Letters(cluster.topics[DEAD_LETTER_TOPIC], cluster.largest_letter)
    admitting = Admitting(journeys.held, policy, cluster.topics, letters, metrics, now)

    async def commit(positions: Mapping[TopicPartition, int]) -> None:
        await cast("Consumer", app.consumer).commit_positions(positions)

    worker = Worker(
        app,
        channel_topics,
        readers=(reader, stable),
        journeys=journeys,
        admitting=admitting,
        checkpoint=Checkpoint(
            ExactlyOnce(settings.application) if settings.delivery == "exactly_once" else AtLeastOnce(commit),
            changelog=changelog,
            partitions=cluster.topics,
            failures=Failures(reader, letters, now),
            metrics=metrics,
            now=now,
        ),
        probe=Probe(journeys.held, reader, now),
        read_ahead=ReadAhead(given),
        pace=Pace(RECORDS_A_CHECKPOINT),
        watchdog=Watchdog(settings.stuck_ms),
        metrics=metrics,
        instance=settings.instance,
    )
    app.transport = Transport(
        app.conf.broker_consumer,
        app,
        intake=worker,
        in_memory=settings.queued_records - given,
        make_consumer=connections.group_consumer,
    )
    agent = agents(admitting, worker.pace, worker.epoch, worker.received, worker.read_ahead.taken)
    for topic in channel_topics:
        app.agent(app.topic(topic, key_type=bytes, value_type=bytes), name=topic)(agent)

    async def recover(*_: Any, **__: Any) -> None:
        try:
            await worker.recover()
        except Exception as error:  # noqa: BLE001 -- raised, Faust would begin to read what has not been recovered
            bug(error, "recovery failed")

    app.on_rebalance_complete.connect(recover, weak=False)
    return worker
