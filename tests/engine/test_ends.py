"""Ends are known of what a known leader answers for, and nothing else is waited for."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiokafka import TopicPartition
from aiokafka.client import AIOKafkaClient
from confluent_kafka import Producer

from streams.broker import EmbeddedBroker
from streams.engine.connections import Connections
from streams.engine.ends import End, by_leader, ends
from streams.settings import Settings

TOPICS = {"touchpoints.chat": 2, "touchpoints.shop": 2}
CHAT, SHOP = (TopicPartition(topic, 1) for topic in TOPICS)


@asynccontextmanager
async def asking(*known: str) -> AsyncIterator[AIOKafkaClient]:
    with EmbeddedBroker(TOPICS) as broker:
        producer = Producer({"bootstrap.servers": broker.address, "log_level": 0})
        producer.produce("touchpoints.shop", b"one", partition=1)
        producer.flush(30)
        reader = Connections(Settings(kafka=broker.address), embedded=True).reader(known)
        try:
            await reader.start()
            await reader._client.force_metadata_update()
            yield reader._client
        finally:
            await reader.stop()


async def test_the_leader_of_all_answers_for_all() -> None:
    async with asking(*TOPICS) as client:
        ((leader, topics),) = by_leader(client, [CHAT, SHOP]).items()
        assert await ends(client, leader, topics) == {CHAT: End(0, 0), SHOP: End(1, 1)}


async def test_a_topic_that_was_forgotten_is_asked_for_again() -> None:
    async with asking("touchpoints.chat") as client:
        assert list(by_leader(client, [CHAT, SHOP]).values()) == [{"touchpoints.chat": [1]}]
        await client.force_metadata_update()
        assert list(by_leader(client, [CHAT, SHOP]).values()) == [{"touchpoints.chat": [1], "touchpoints.shop": [1]}]


async def test_a_topic_partition_that_is_not_there_takes_no_answer_from_the_others() -> None:
    async with asking(*TOPICS) as client:
        (leader,) = by_leader(client, [CHAT])
        assert await ends(client, leader, {"touchpoints.chat": [7], "touchpoints.shop": [1]}) == {SHOP: End(1, 1)}


async def test_where_nobody_answers_no_end_is_known_and_another_leader_is_looked_for() -> None:
    async with asking(*TOPICS) as client:
        looking: Any = client
        before = looking._md_update_fut
        assert await ends(client, 77, {"touchpoints.chat": [1]}) == {}
        assert before is None
        assert looking._md_update_fut is not None
