"""Reading topic partitions from here to there, and no further."""

import heapq
import time
from collections import deque
from collections.abc import Collection, Iterator, Mapping

from confluent_kafka import Consumer, KafkaError, Message, TopicPartition

from schemas.instant import NEVER
from streams.kafka.client import KafkaTrouble, client, forbidden
from streams.kafka.offsets import Span, Where, unread
from streams.logs.file import LogRecord

READ_AHEAD = 10_000
"""Records of one topic partition that wait for the others before it is paused."""

END: int = KafkaError._PARTITION_EOF  # noqa: SLF001 (the client's own name for it)
"""Nothing more is there to be read now."""

BY_HAND: dict[str, str | bool] = {
    "enable.auto.commit": False,
    "enable.auto.offset.store": False,
    "enable.partition.eof": True,
    "auto.offset.reset": "earliest",
}
"""For a consumer that is assigned by hand: its group is never joined, nothing is committed, and it tells where a partition ends."""

SILENT_FOR = 30.0
"""Seconds without a record, before the end, after which the broker is taken for gone."""


def reader(kafka: str, *, committed_only: bool = True) -> Consumer:
    return Consumer(
        client(kafka)
        | BY_HAND
        | {"group.id": "throughline-reader", "isolation.level": "read_committed" if committed_only else "read_uncommitted"}
    )


def merged(kafka: str, spans: Mapping[Where, Span], *, committed_only: bool = True) -> Iterator[LogRecord]:
    """In order of the latest timestamp so far of each topic partition, so that each keeps its order. KafkaTrouble if Kafka fails.

    With `committed_only` what lies behind an open transaction is waited for.
    """
    filled = unread(spans)
    if not filled:
        return
    consumer = reader(kafka, committed_only=committed_only)
    try:
        reading = _Reading(consumer, kafka, filled)
        streams = [reading.records(where) for where in sorted(filled)]
        for _, record in heapq.merge(*streams, key=lambda part: (part[0], part[1].topic, part[1].partition)):
            yield record
    finally:
        consumer.close()


def firsts(kafka: str, spans: Mapping[Where, Span]) -> dict[Where, LogRecord]:
    """The first committed record of each; none where there are only transactions' markers, or a transaction is open."""
    filled = unread(spans)
    if not filled:
        return {}
    consumer = reader(kafka)
    try:
        reading = _Reading(consumer, kafka, filled, at_most=1, wait_for_transactions=False)
        return {where: record for where in filled for _, record in reading.records(where)}
    finally:
        consumer.close()


class _Reading:
    def __init__(
        self,
        consumer: Consumer,
        kafka: str,
        spans: Mapping[Where, Span],
        *,
        at_most: int | None = None,
        wait_for_transactions: bool = True,
    ) -> None:
        self._consumer = consumer
        self._kafka = kafka
        self._ends = {where: span.end for where, span in spans.items()}
        self._at_most = at_most
        self._wait_for_transactions = wait_for_transactions
        self._waiting: dict[Where, deque[LogRecord]] = {where: deque() for where in spans}
        self._over: set[Where] = set()
        self._paused: set[Where] = set()
        self._behind_a_transaction: dict[Where, int] = {}
        consumer.assign([TopicPartition(*where, span.start) for where, span in spans.items()])

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
            if time.monotonic() >= deadline:
                raise self._silent()
        for message in messages:
            self._take(message)

    def _silent(self) -> KafkaTrouble:
        for (topic, number), offset in self._behind_a_transaction.items():
            return KafkaTrouble(
                f"{topic}[{number}] has held an open transaction at offset {offset} for {SILENT_FOR:g} s, and what lies behind it cannot "
                "be read: wait until its producer ends it, or the broker gives it up"
            )
        return KafkaTrouble(f"{self._kafka} has sent nothing for {SILENT_FOR:g} s before the end of what it holds: is it still running?")

    def _take(self, message: Message) -> None:
        error = message.error()
        if error is not None and error.code() != END:
            named = message.topic()
            if trouble := trouble_of(error, self._kafka, [named] if named else {topic for topic, _ in self._ends}):
                raise trouble
            return
        where = (message.topic() or "", message.partition() or 0)
        offset = message.offset() or 0
        if where in self._over:
            return
        if error is not None:
            self._reached(where, offset)
            return
        self._behind_a_transaction.pop(where, None)
        if offset < self._ends[where]:
            waiting = self._waiting[where]
            waiting.append(log_record(message))
            if len(waiting) == self._at_most:
                self._leave(where)
            elif len(waiting) == READ_AHEAD:
                self._pause(where)
        if offset + 1 >= self._ends[where]:
            self._leave(where)

    def _reached(self, where: Where, offset: int) -> None:
        """All that can be read now; the end, unless it lies behind a transaction that is open."""
        if offset < self._ends[where] and self._wait_for_transactions:
            self._behind_a_transaction[where] = offset
        else:
            self._leave(where)

    def _leave(self, where: Where) -> None:
        self._behind_a_transaction.pop(where, None)
        self._over.add(where)
        self._pause(where)

    def _pause(self, where: Where) -> None:
        self._paused.add(where)
        self._consumer.pause([TopicPartition(*where)])

    def _resume(self, where: Where) -> None:
        if where in self._paused:
            self._paused.remove(where)
            self._consumer.resume([TopicPartition(*where)])


def passing(error: KafkaError) -> bool:
    """Whether whoever goes on reading need not care: nothing more is there now, or librdkafka tries again by itself."""
    return error.code() == END or (error.retriable() and not error.fatal())


def trouble_of(error: KafkaError, kafka: str, topics: Collection[str]) -> KafkaTrouble | None:
    """None for what passes by itself; it is asked of whatever a reader gets in place of a record."""
    if passing(error):
        return None
    names = ", ".join(sorted(topics))
    return forbidden(error, f"read the topic {names}", "Read on it") or KafkaTrouble(f"{kafka} cannot be read: {error.str()}")


def log_record(message: Message) -> LogRecord:
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
