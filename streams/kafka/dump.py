"""Kafka's topics into a log file: every record up to the end that a topic has at the start, merged by timestamp."""

import heapq
import time
from collections import deque
from collections.abc import Iterable, Iterator

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition
from confluent_kafka.admin import AdminClient

from schemas.instant import NEVER
from streams.kafka.client import ANSWER_WITHIN, KafkaTrouble, client, partitions_of
from streams.logs.file import LogRecord

READ_AHEAD = 10_000
"""Records of one topic partition that wait for the others before it is paused."""

SILENT_FOR = 30.0
"""Seconds without a record, before the end, after which the broker is taken for gone."""

Where = tuple[str, int]


def dump(topics: Iterable[str], kafka: str, *, committed_only: bool = True) -> Iterator[LogRecord]:
    """In order of the latest timestamp so far of each topic partition, so that each keeps its order. KafkaTrouble if Kafka fails."""
    consumer = Consumer(
        client(kafka)
        | {
            "group.id": "throughline-dump",  # never joined: partitions are assigned by hand, nothing is committed
            "enable.auto.commit": False,
            "enable.auto.offset.store": False,
            "enable.partition.eof": True,
            "auto.offset.reset": "earliest",
            "isolation.level": "read_committed" if committed_only else "read_uncommitted",
        }
    )
    try:
        reading = _Reading(consumer, kafka)
        reading.begin(topics)
        parts = [reading.records(where) for where in sorted(reading.ends)]
        for _, record in heapq.merge(*parts, key=lambda part: (part[0], part[1].topic, part[1].partition)):
            yield record
    finally:
        consumer.close()


class _Reading:
    def __init__(self, consumer: Consumer, kafka: str) -> None:
        self._consumer = consumer
        self._kafka = kafka
        self.ends: dict[Where, int] = {}
        """The offset at which each topic partition is left: its end at the start."""
        self._waiting: dict[Where, deque[LogRecord]] = {}
        self._over: set[Where] = set()
        self._paused: set[Where] = set()

    def begin(self, topics: Iterable[str]) -> None:
        admin = AdminClient(client(self._kafka))
        starts = []
        for topic in dict.fromkeys(topics):
            for number in partitions_of(admin, topic, self._kafka):
                try:
                    low, high = self._consumer.get_watermark_offsets(TopicPartition(topic, number), timeout=ANSWER_WITHIN)
                except KafkaException as error:
                    raise KafkaTrouble(f"{self._kafka} does not tell where {topic}[{number}] ends: {error.args[0].str()}") from None
                where = (topic, number)
                self.ends[where] = high
                self._waiting[where] = deque()
                if low >= high:
                    self._over.add(where)
                else:
                    starts.append(TopicPartition(topic, number, low))
        self._consumer.assign(starts)

    def records(self, where: Where) -> Iterator[tuple[int, LogRecord]]:
        """Each with the latest timestamp so far."""
        latest = -NEVER
        waiting = self._waiting[where]
        while waiting or where not in self._over:
            if not waiting:
                self._resume(where)
                self._fetch()
                continue
            record = waiting.popleft()
            latest = max(latest, record.timestamp)
            yield latest, record

    def _fetch(self) -> None:
        deadline = time.monotonic() + SILENT_FOR
        while not (messages := self._consumer.consume(1_000, timeout=0.1)):  # which waits all its time unless it has so many
            if time.monotonic() < deadline:
                continue
            raise KafkaTrouble(f"{self._kafka} has sent nothing for {SILENT_FOR:g} s before the end of what it holds: is it still running?")
        for message in messages:
            self._take(message)

    def _take(self, message: Message) -> None:
        error = message.error()
        if error is not None and error.code() != KafkaError._PARTITION_EOF:  # noqa: SLF001 (the client's own name for it)
            if error.fatal() or not error.retriable():
                raise KafkaTrouble(f"{self._kafka} cannot be read: {error.str()}")
            return
        where = (message.topic() or "", message.partition() or 0)
        offset = message.offset() or 0
        if where in self._over:
            return
        if error is None and offset < self.ends[where]:
            waiting = self._waiting[where]
            waiting.append(_record(message))
            if len(waiting) == READ_AHEAD:
                self._pause(where)
        if error is not None or offset + 1 >= self.ends[where]:
            self._over.add(where)
            self._pause(where)

    def _pause(self, where: Where) -> None:
        self._paused.add(where)
        self._consumer.pause([TopicPartition(*where)])

    def _resume(self, where: Where) -> None:
        if where in self._paused:
            self._paused.remove(where)
            self._consumer.resume([TopicPartition(*where)])


def _record(message: Message) -> LogRecord:
    headers = message.headers() or []
    pairs = headers.items() if isinstance(headers, dict) else headers
    _, timestamp = message.timestamp()
    return LogRecord(
        message.topic() or "",
        message.partition() or 0,
        message.offset() or 0,
        timestamp,
        _bytes(message.key()),
        _bytes(message.value()),
        tuple((name, _bytes(content)) for name, content in pairs),
    )


def _bytes(content: str | bytes | None) -> bytes | None:
    return content.encode() if isinstance(content, str) else content
