"""A record that has arrived and that no consumer can see yet: its leader has it, and a frozen follower lacks it."""

import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from aiokafka import TopicPartition
from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient

from deploy.kafka.cluster import Cluster
from schemas.instant import SECOND
from streams.detection.progress import SKEW
from streams.engine.connections import Connections
from streams.engine.progress import Probe
from streams.settings import Settings
from tests.engine.holding import held
from tests.engine.live import make_anew, now

pytestmark = [pytest.mark.slow, pytest.mark.kafka(embedded="has no followers")]

TOPICS = ["touchpoints.chat", "touchpoints.shop"]
FROZEN_S = 5.0
"""Longer than clocks may disagree, and shorter than Kafka's 9 s, after which the follower is waited for no more."""


def follower(address: str, topics: Sequence[str]) -> int:
    """A broker of three that leads none of two topics of one partition each."""
    admin = AdminClient({"bootstrap.servers": address, "log_level": 0})
    return min({0, 1, 2} - {admin.list_topics(topic).topics[topic].partitions[0].leader for topic in topics})


async def test_time_does_not_pass_what_only_its_leader_has(tmp_path: Path) -> None:
    arrived: list[int] = []
    with Cluster(tmp_path, 3) as kafka:
        make_anew(kafka.bootstrap, dict.fromkeys(TOPICS, 1))
        producer = Producer({"bootstrap.servers": kafka.bootstrap, "log_level": 0})
        producer.produce("touchpoints.chat", b"one")
        producer.flush(30)
        reader = Connections(Settings(kafka=kafka.bootstrap)).reader(TOPICS)
        await reader.start()
        try:
            await reader.end_offsets([TopicPartition(topic, 0) for topic in TOPICS])  # it knows the leaders
            mine = held(admitted={"chat": 1})
            probe = Probe({mine.number: mine}, reader, now)
            frozen = follower(kafka.bootstrap, TOPICS)
            kafka.freeze(frozen)
            thawed = time.monotonic() + FROZEN_S
            producer.produce("touchpoints.chat", b"two", on_delivery=lambda _, message: arrived.append(message.timestamp()[1]))
            while time.monotonic() < thawed:
                producer.poll(0.1)
                await probe.ask()
            assert arrived == [], "the follower was not waited for"
            assert [mine.hidden(channel) for channel in ("chat", "shop")] == [True, False]
            assert mine.progress.read("shop") > now() - SKEW - SECOND
            kafka.thaw(frozen)
            producer.flush(30)
            assert mine.progress.read("chat") <= arrived[0]
            mine.admitted["chat"] = 2
            await probe.ask()
            assert not mine.hidden("chat")
            assert mine.progress.read("chat") > now() - SKEW - SECOND
        finally:
            await reader.stop()
