"""aiokafka by one who measures: batches of records in, one changelog record a journey and commit out, batches built by hand."""

import asyncio
import time
from typing import Any

from aiokafka import AIOKafkaProducer

from tests.bench.jobs.engines.aiokafka_journeys import Journeys, decode, encode, new_consumer
from tests.bench.jobs.given import ALERTS, COMMIT_S, JOURNEYS, KAFKA
from tests.bench.jobs.rule import TOPICS, channel_of, new_journey, observe

MOST = 2_000
BATCH_BYTES = 512 * 1024


async def main() -> None:
    journeys = Journeys()
    consumer = new_consumer()
    producer = AIOKafkaProducer(bootstrap_servers=KAFKA, max_batch_size=BATCH_BYTES, linger_ms=5)
    await producer.start()
    await consumer.start()
    consumer.subscribe(TOPICS, listener=journeys)
    changed: dict[int, set[bytes]] = {}
    commit_at = time.monotonic() + COMMIT_S
    try:
        while True:
            for place, records in (await consumer.getmany(timeout_ms=100, max_records=MOST)).items():
                channel, own = channel_of(place.topic), journeys.by_partition[place.partition]
                changed.setdefault(place.partition, set()).update(record.key for record in records)
                for record in records:
                    journey = own.get(record.key) or own.setdefault(record.key, new_journey())
                    alert = observe(journey, channel, decode(record.value))
                    if alert is not None:
                        await producer.send(ALERTS, encode(alert), record.key)
            if time.monotonic() > commit_at:
                for partition, keys in changed.items():
                    own = journeys.by_partition.get(partition, {})
                    await write(producer, partition, [(key, encode(own[key])) for key in keys if key in own])
                changed.clear()
                await producer.flush()  # what is committed is done
                await consumer.commit()
                commit_at = time.monotonic() + COMMIT_S
    finally:
        await consumer.stop()
        await producer.stop()


async def write(producer: Any, partition: int, journeys: list[tuple[bytes, bytes]]) -> None:
    batch = producer.create_batch()
    for key, value in journeys:
        if batch.append(key=key, value=value, timestamp=None) is None:  # it is full
            await producer.send_batch(batch, JOURNEYS, partition=partition)
            batch = producer.create_batch()
            batch.append(key=key, value=value, timestamp=None)
    await producer.send_batch(batch, JOURNEYS, partition=partition)


if __name__ == "__main__":
    asyncio.run(main())
