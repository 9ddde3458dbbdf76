"""aiokafka as its documentation teaches it: one event at a time, its journey sent to the changelog at once; the library's own defaults."""

import asyncio
import json
import time
from typing import Any

from aiokafka import AIOKafkaProducer

from tests.bench.jobs.engines.aiokafka_journeys import Journeys, new_consumer
from tests.bench.jobs.given import ALERTS, COMMIT_S, JOURNEYS, KAFKA
from tests.bench.jobs.rule import TOPICS, channel_of, new_journey, observe


def as_json(content: Any) -> bytes:
    return json.dumps(content).encode()


async def main() -> None:
    journeys = Journeys()
    consumer = new_consumer()
    producer = AIOKafkaProducer(bootstrap_servers=KAFKA, value_serializer=as_json)
    await producer.start()
    await consumer.start()
    consumer.subscribe(TOPICS, listener=journeys)
    commit_at = time.monotonic() + COMMIT_S
    try:
        async for record in consumer:
            own = journeys.by_partition[record.partition]
            journey = own.get(record.key) or own.setdefault(record.key, new_journey())
            alert = observe(journey, channel_of(record.topic), json.loads(record.value))
            if alert is not None:
                await producer.send(ALERTS, alert, record.key)
            await producer.send(JOURNEYS, journey, record.key, partition=record.partition)
            if time.monotonic() > commit_at:
                await producer.flush()  # what is committed is done
                await consumer.commit()
                commit_at = time.monotonic() + COMMIT_S
    finally:
        await consumer.stop()
        await producer.stop()


if __name__ == "__main__":
    asyncio.run(main())
