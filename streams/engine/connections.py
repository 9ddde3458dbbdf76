"""Every client of Kafka that a worker opens, with the options that matter and why."""

import asyncio
import sys
from collections.abc import AsyncIterator, Coroutine, Mapping
from contextlib import asynccontextmanager
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError
from msgspec import Struct
from structlog.stdlib import get_logger

from schemas.dead_letter import DEAD_LETTER_TOPIC
from streams.engine.assignor import ByPartitionNumber
from streams.settings import Settings

MOCK_CLUSTER = "mockCluster"
"""How the embedded broker's cluster id begins."""
BATCH_BYTES = 256 * 1024
HEARTBEATS_A_SESSION = 5
REBALANCE_S = 60
"""How long the group waits for a worker's last checkpoint."""
LARGEST_MESSAGE = "max.message.bytes"
USUAL_LARGEST = 1_048_588
"""Kafka's default, where it may not be asked."""
PATIENCE_S = (1, 2, 5, 10, 30)
"""Between attempts to reach the broker at the start; the last one for ever."""

_log = get_logger(__name__)


class Cluster(Struct, frozen=True):
    topics: Mapping[str, int]
    """How many partitions each has."""
    embedded: bool
    largest_letter: int
    """The most bytes that the dead letters' topic takes at once."""


class Connections:
    def __init__(self, settings: Settings, *, embedded: bool = False) -> None:
        self._kafka = settings.kafka
        self._settings = settings
        self._embedded = embedded or settings.embedded
        self._check_crcs = not self._embedded  # it computes none for its transaction markers

    def group_consumer(self) -> AIOKafkaConsumer:
        """Reads the channels, as a member of the group."""
        return AIOKafkaConsumer(
            bootstrap_servers=self._kafka,
            group_id=self._settings.application,
            group_instance_id=self._settings.instance,
            partition_assignment_strategy=[ByPartitionNumber(after_followers=self._embedded)],
            enable_auto_commit=False,
            auto_offset_reset="earliest",  # never asked for: each assignment begins with a seek
            isolation_level="read_committed",
            check_crcs=self._check_crcs,
            # A topic partition that was just read is not in the fetch under way, so this is what its next record waits at most.
            fetch_max_wait_ms=100,
            session_timeout_ms=self._settings.session_timeout_ms,
            heartbeat_interval_ms=self._settings.session_timeout_ms // HEARTBEATS_A_SESSION,
            rebalance_timeout_ms=REBALANCE_S * 1000,
            max_poll_interval_ms=24 * 3600 * 1000,  # the watchdog sees a stuck worker sooner, and knows why
        )

    def reader(self, isolation: str = "read_uncommitted") -> AIOKafkaConsumer:
        """Belongs to no group: asks for offsets, reads the changelog or a single record."""
        return AIOKafkaConsumer(
            bootstrap_servers=self._kafka,
            group_id=None,
            enable_auto_commit=False,
            isolation_level=isolation,
            check_crcs=self._check_crcs,
            fetch_max_wait_ms=20,
            max_partition_fetch_bytes=4 * 1024 * 1024,
        )

    async def producer(self, number: int) -> AIOKafkaProducer:
        """Of one partition number, started: that shuts out every earlier one, and aborts what it left open."""
        producer = AIOKafkaProducer(
            bootstrap_servers=self._kafka,
            transactional_id=f"{self._settings.application}-{number}",
            transaction_timeout_ms=self._settings.transaction_timeout_ms,
            max_batch_size=BATCH_BYTES,
            max_request_size=64 * 1024 * 1024,  # a dead letter is as large as what was sent; the broker's limit decides
        )
        await producer.start()
        return producer

    async def committed(self, tps: list[TopicPartition]) -> dict[TopicPartition, int]:
        """The group's offsets; those that there are."""
        async with self._admin() as admin:
            found = await admin.list_consumer_group_offsets(self._settings.application, partitions=tps)
        return {tp: committed.offset for tp, committed in found.items() if committed.offset >= 0}

    async def cluster(self) -> Cluster:
        """Raises aiokafka's KafkaError where no broker answers."""
        async with self._admin() as admin:
            described = await admin.describe_cluster()
            topics = await admin.describe_topics()
            embedded = str(described.get("cluster_id") or "").startswith(MOCK_CLUSTER)
            largest = sys.maxsize if embedded else await _largest(admin, DEAD_LETTER_TOPIC)
        return Cluster({topic["topic"]: len(topic["partitions"]) for topic in topics if not topic["error_code"]}, embedded, largest)

    async def awaited_cluster(self, stop: asyncio.Event) -> Cluster | None:
        """Tries until a broker answers, and says so; None when told to stop before."""
        attempt = 0
        while not stop.is_set():
            try:
                return await _unless(stop, self.cluster())
            except (KafkaError, OSError) as error:
                wait = PATIENCE_S[min(attempt, len(PATIENCE_S) - 1)]
                attempt += 1
                _log.warning("Kafka does not answer; trying again", kafka=self._kafka, in_seconds=wait, error=_first_line(error))
            try:
                await asyncio.wait_for(stop.wait(), wait)
            except TimeoutError:
                continue
        return None

    @asynccontextmanager
    async def _admin(self) -> AsyncIterator[AIOKafkaAdminClient]:
        admin = AIOKafkaAdminClient(bootstrap_servers=self._kafka)
        try:
            await admin.start()
            yield admin
        finally:
            await admin.close()


async def _largest(admin: AIOKafkaAdminClient, topic: str) -> int:
    answer: Any
    (answer,) = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, topic, {LARGEST_MESSAGE: None})])
    found = [entry[1] for _, _, _, _, entries in answer.resources for entry in entries if entry[0] == LARGEST_MESSAGE]
    return int(found[0]) if found else USUAL_LARGEST


async def _unless(stop: asyncio.Event, doing: Coroutine[Any, Any, Cluster]) -> Cluster | None:
    """What it gives, or None when told to stop before: an address that swallows everything answers after 40 s at the earliest."""
    asking, stopped = asyncio.create_task(doing), asyncio.create_task(stop.wait())
    await asyncio.wait((asking, stopped), return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    if asking.done():
        return asking.result()
    asking.cancel()
    return None


def _first_line(error: BaseException) -> str:
    return (str(error) or type(error).__name__).splitlines()[0]
