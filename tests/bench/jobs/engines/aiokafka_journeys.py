"""What both hand-written engines share: journeys by partition, and how they are read again from their changelog."""

from collections.abc import Collection
from typing import Any

import msgspec
from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition

from tests.bench.jobs.given import JOURNEYS, KAFKA, RUN, SESSION_MS
from tests.bench.jobs.rule import Journey

decode = msgspec.json.Decoder().decode
encode = msgspec.json.Encoder().encode


class Journeys(ConsumerRebalanceListener):
    """All that this process owns: what a partition brings is read before its first event."""

    def __init__(self) -> None:
        self.by_partition: dict[int, dict[bytes, Journey]] = {}

    async def on_partitions_revoked(self, revoked: Collection[TopicPartition]) -> None:
        for partition in {each.partition for each in revoked}:
            self.by_partition.pop(partition, None)

    async def on_partitions_assigned(self, assigned: Collection[TopicPartition]) -> None:
        wanted = [TopicPartition(JOURNEYS, partition) for partition in {each.partition for each in assigned}]
        for each in wanted:
            self.by_partition[each.partition] = {}
        if wanted:
            await self._read(wanted)

    async def _read(self, wanted: list[TopicPartition]) -> None:
        reader: Any = AIOKafkaConsumer(bootstrap_servers=KAFKA, enable_auto_commit=False, auto_offset_reset="earliest")
        await reader.start()
        try:
            reader.assign(wanted)
            ends: dict[TopicPartition, int] = await reader.end_offsets(wanted)
            missing = {each for each in wanted if ends[each]}
            while missing:
                for each, records in (await reader.getmany(timeout_ms=1_000, max_records=10_000)).items():
                    journeys = self.by_partition[each.partition]
                    for record in records:
                        journeys[record.key] = decode(record.value)
                missing = {each for each in missing if await reader.position(each) < ends[each]}
        finally:
            await reader.stop()


def new_consumer() -> Any:
    return AIOKafkaConsumer(
        bootstrap_servers=KAFKA,
        group_id=RUN,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        session_timeout_ms=SESSION_MS,
    )
