"""A reader knows the topics whose offsets it is asked for before it is asked."""

import asyncio
from typing import Any

from aiokafka import TopicPartition

from streams.broker import EmbeddedBroker
from streams.engine.connections import Connections
from streams.settings import Settings

TOPICS = [f"touchpoints.{number}" for number in range(5)]
TOO_LONG_S = 60.0


async def test_it_needs_no_second_attempt_for_any_of_them() -> None:
    with EmbeddedBroker(dict.fromkeys(TOPICS, 2)) as broker:
        reader = Connections(Settings(kafka=broker.address), embedded=True).reader(TOPICS)
        try:
            await reader.start()
            fetcher: Any = reader._fetcher
            fetcher._retry_backoff = TOO_LONG_S
            tps = [TopicPartition(topic, number) for topic in TOPICS for number in range(2)]
            assert await asyncio.wait_for(reader.end_offsets(tps), TOO_LONG_S / 4) == dict.fromkeys(tps, 0)
        finally:
            await reader.stop()
