"""Every client of Kafka that a worker opens, with the options that matter and why."""

import asyncio
import sys
from collections.abc import AsyncIterator, Coroutine, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import CoordinatorNotAvailableError, KafkaError
from confluent_kafka import Consumer
from msgspec import Struct
from structlog.stdlib import get_logger

from schemas.dead_letter import DEAD_LETTER_TOPIC
from streams.engine import fetched
from streams.engine.assignor import ByPartitionNumber
from streams.engine.member import Member
from streams.engine.patience import hurry
from streams.engine.producer import Producer
from streams.kafka.catalogue import LARGEST
from streams.kafka.client import KafkaTrouble
from streams.kafka.found import Cluster as Found
from streams.kafka.found import Described, Unseen, look
from streams.kafka.greeting import greet
from streams.kafka.reading import BY_HAND
from streams.kafka.refusal import Refusal, of_request
from streams.kafka.security import security_of
from streams.settings import Settings

BATCH_BYTES = 256 * 1024
FETCH_BYTES = 1024 * 1024
"""So much the broker gathers before it answers, or as much as comes in a tenth of a second: with a few records an answer, what an answer
costs is most of what both pay. The embedded broker would wait that long each time."""
HEARTBEATS_A_SESSION = 5
REBALANCE_S = 60
"""How long the group waits for a worker's last checkpoint."""
LEADERS_MS = 10_000
"""How old a consumer's knowledge of the leaders may be: a broker that is frozen answers nothing, not even that it leads no more."""
READ_ANSWER_MS = 3_000
USUAL_LARGEST = 1_048_588
"""Kafka's default, where it may not be asked."""
PATIENCE_S = (1, 2, 5, 10, 30)
"""Between attempts to reach the broker at the start; the last one for ever."""
LOOK_AGAIN_S = 0.5
SHOWN_AFTER = 10
"""Times that topics which are not shown are looked for again."""
NOT_SHOWN = "topics are not shown; looking again, for they may just have been made"

_Found = TypeVar("_Found")

_log = get_logger(__name__)


class Cluster(Struct, frozen=True):
    topics: Mapping[str, int]
    """How many partitions each has."""
    embedded: bool
    largest_letter: int
    """The most bytes that the dead letters' topic takes at once."""
    found: Found
    """What it says of the topics that are needed."""

    def unseen(self, topics: Iterable[str]) -> list[str]:
        """Those that a real Kafka does not show; the embedded broker makes its topics when they are first used."""
        return [] if self.embedded else sorted(set(topics) - set(self.found.topics))


class Connections:
    def __init__(self, settings: Settings, *, embedded: bool = False) -> None:
        self._kafka = settings.kafka
        self._settings = settings
        self._security = security_of(settings)
        self._reached = self._security.aiokafka(settings.kafka)
        self._embedded = embedded or settings.embedded
        self._check_crcs = not self._embedded  # it computes none for its transaction markers
        fetched.use()

    def group_consumer(self) -> AIOKafkaConsumer:
        """Reads the channels, as a member of the group."""
        return Member(
            **self._reached,
            group_id=self._settings.application,
            group_instance_id=self._settings.instance,
            partition_assignment_strategy=[ByPartitionNumber(after_followers=self._embedded)],
            enable_auto_commit=False,
            auto_offset_reset="earliest",  # never asked for: each assignment begins with a seek
            isolation_level="read_committed",
            check_crcs=self._check_crcs,
            # A topic partition that was just read is not in the fetch under way, so this is what its next record waits at most.
            fetch_max_wait_ms=100,
            fetch_min_bytes=1 if self._embedded else FETCH_BYTES,
            session_timeout_ms=self._settings.session_timeout_ms,
            heartbeat_interval_ms=self._settings.session_timeout_ms // HEARTBEATS_A_SESSION,
            metadata_max_age_ms=LEADERS_MS,
            rebalance_timeout_ms=REBALANCE_S * 1000,
            max_poll_interval_ms=24 * 3600 * 1000,  # the watchdog sees a stuck worker sooner, and knows why
        )

    def reader(self, topics: Iterable[str], isolation: str = "read_uncommitted") -> AIOKafkaConsumer:
        """Belongs to no group: asks for offsets, or reads a single record.

        `topics`: those it is asked for. It would learn of one at each attempt, with a tenth of a second between two.
        """
        reader = AIOKafkaConsumer(
            **self._reached,
            group_id=None,
            enable_auto_commit=False,
            isolation_level=isolation,
            check_crcs=self._check_crcs,
            fetch_max_wait_ms=20,
            metadata_max_age_ms=LEADERS_MS,
        )
        hurry(reader._client, READ_ANSWER_MS)  # noqa: SLF001 -- nowhere public
        reader._client.set_topics(list(topics))  # noqa: SLF001
        return reader

    def changelog_reader(self) -> Consumer:
        """Reads what was committed to the changelog, and tells where it ends. In no group, though librdkafka wants a name of one."""
        return Consumer(
            {
                **self._security.librdkafka(self._kafka),
                **BY_HAND,
                "client.id": "throughline",
                "group.id": self._settings.application,
                "isolation.level": "read_committed",
                "check.crcs": self._check_crcs,
                "log_level": 0,
                "fetch.wait.max.ms": 20,
                "fetch.message.max.bytes": 1024 * 1024,
                "fetch.queue.backoff.ms": 10,  # it stops fetching while 64 MiB wait, and would look again only after a second
                "socket.timeout.ms": READ_ANSWER_MS,
                "topic.metadata.refresh.interval.ms": LEADERS_MS,
                "reconnect.backoff.max.ms": 1_000,
            }
        )

    def producer(self, number: int, topics: Sequence[str]) -> Producer:
        """Of one partition number. Where it is transactional, its start shuts out every earlier one, and aborts what that left open.

        `topics`: all it will write to.
        """
        transactions = {
            "transactional_id": f"{self._settings.application}-{number}",
            "transaction_timeout_ms": self._settings.transaction_timeout_ms,
        }
        return Producer(
            topics,
            **self._reached,
            enable_idempotence=True,
            max_batch_size=BATCH_BYTES,
            max_request_size=64 * 1024 * 1024,  # a dead letter is as large as what was sent; the broker's limit decides
            **(transactions if self._settings.delivery == "exactly_once" else {}),
        )

    async def committed(self, tps: list[TopicPartition]) -> dict[TopicPartition, int]:
        """The group's offsets; those that there are."""
        async with self._admin() as admin:
            found = await admin.list_consumer_group_offsets(self._settings.application, partitions=tps)
        if not found.keys() >= set(tps):  # it overlooks the error of a coordinator that is just moving
            raise CoordinatorNotAvailableError
        return {tp: committed.offset for tp, committed in found.items() if committed.offset >= 0}

    async def cluster(self, topics: Iterable[str]) -> Cluster:
        """Raises aiokafka's KafkaError where no broker answers, KafkaTrouble where none answers any more."""
        async with self._admin():
            pass  # whom the thread below would wait for in vain: a thread cannot be told to stop
        found = await asyncio.to_thread(look, self._kafka, topics, self._settings)
        counts = {name: topic.partitions for name, topic in found.topics.items() if isinstance(topic, Described)}
        return Cluster(counts, found.embedded, sys.maxsize if found.embedded else _largest(found.topics.get(DEAD_LETTER_TOPIC)), found)

    async def partition_counts(self) -> Mapping[str, int]:
        """Of every topic that may be seen. Raises aiokafka's KafkaError where no broker answers."""
        async with self._admin() as admin:
            return {topic["topic"]: len(topic["partitions"]) for topic in await admin.describe_topics()}

    async def awaited_cluster(self, topics: Iterable[str], stop: asyncio.Event) -> Cluster | Refusal | None:
        """Tries until a broker answers, and says so; a refusal that waiting does not mend; None when told to stop before.

        Topics that are not shown are looked for again a while: a broker may not have heard yet of those that were just made, nor one
        that has just come back of any.
        """
        wanted = frozenset(topics)
        unanswered, unshown = 0, 0
        wait: float
        while not stop.is_set():
            found = await _unless(stop, self._cluster_or_why_not(wanted))
            if isinstance(found, Refusal) and found.code is None:
                wait = PATIENCE_S[min(unanswered, len(PATIENCE_S) - 1)]
                unanswered += 1
                _log.warning("Kafka does not answer; trying again", kafka=self._kafka, in_seconds=wait, error=found.why)
            elif isinstance(found, Cluster) and (unseen := found.unseen(wanted)) and unshown < SHOWN_AFTER:
                wait = LOOK_AGAIN_S
                unshown += 1
                if unshown == 1:
                    _log.info(NOT_SHOWN, topics=unseen, seconds=LOOK_AGAIN_S * SHOWN_AFTER)
            else:
                return found
            try:
                await asyncio.wait_for(stop.wait(), wait)
            except TimeoutError:
                continue
        return None

    async def refused(self, stop: asyncio.Event) -> Refusal | None:
        """Why no broker lets us in, where that is so, and nobody has told us to stop meanwhile."""
        return await _unless(stop, greet(self._kafka, self._security))

    async def _cluster_or_why_not(self, topics: Iterable[str]) -> Cluster | Refusal:
        try:
            return await self.cluster(topics)
        except KafkaTrouble as trouble:
            return Refusal(str(trouble), trouble.code)
        except (KafkaError, OSError) as error:
            return of_request(error) or await greet(self._kafka, self._security) or Refusal(_first_line(error))

    @asynccontextmanager
    async def _admin(self) -> AsyncIterator[AIOKafkaAdminClient]:
        admin = AIOKafkaAdminClient(**self._reached)
        try:
            await admin.start()
            yield admin
        finally:
            await admin.close()


def _largest(letters: Described | Unseen | None) -> int:
    told = letters.configs if isinstance(letters, Described) else None
    return int((told or {}).get(LARGEST, USUAL_LARGEST))


async def _unless(stop: asyncio.Event, doing: Coroutine[Any, Any, _Found]) -> _Found | None:
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
