"""A log file into Kafka's topics: keys, values, headers, timestamps and partitions stay as they are."""

import time
from collections.abc import Callable, Iterable

from confluent_kafka import KafkaError, KafkaException, Message, Producer
from confluent_kafka.admin import AdminClient
from msgspec import Struct

from schemas.partitioner import partition_for
from streams.kafka.client import KafkaTrouble, client, partitions_of
from streams.logs.file import Found, LogBroken


class Produced(Struct):
    sent: int = 0
    acknowledged: int = 0
    failed: dict[str, int] = {}
    """How many were not, by reason."""

    @property
    def complete(self) -> bool:
        return self.sent == self.acknowledged


def produce(
    lines: Iterable[Found],
    kafka: str,
    *,
    rate: float | None = None,
    give_up_after: float = 60.0,
    progress: Callable[[Produced], object] = lambda _so_far: None,
) -> Produced:
    """At `rate` records a second, or flat out. Returns once each is acknowledged or given up; Ctrl-C stops sending and still waits."""
    counts = _PartitionCounts(kafka)
    producer = Producer(
        client(kafka)
        | {
            "enable.idempotence": True,
            "partitioner": "murmur2_random",
            "linger.ms": 20,
            "compression.type": "lz4",
            "message.timeout.ms": int(give_up_after * 1000),
            "queue.buffering.max.messages": 100_000,
        }
    )
    produced = Produced()

    def told(error: KafkaError | None, _message: Message) -> None:
        if error is None:
            produced.acknowledged += 1
        else:
            produced.failed[error.str()] = produced.failed.get(error.str(), 0) + 1

    begun = time.monotonic()
    try:
        for found in lines:
            _send(producer, found, counts, told)
            produced.sent += 1
            while rate is not None and (ahead := begun + produced.sent / rate - time.monotonic()) > 0:
                producer.poll(ahead)  # which returns with the first acknowledgement
                progress(produced)
            if produced.sent % 1_000 == 0:
                producer.poll(0)
                progress(produced)
    finally:
        producer.flush()  # every message ends by then: acknowledged, or given up
        progress(produced)
    return produced


def _send(producer: Producer, found: Found, counts: "_PartitionCounts", told: Callable[[KafkaError | None, Message], None]) -> None:
    says = found.says
    partitions = counts.of(says.topic)
    partition = says.partition
    if partition is None and says.key is not None:
        partition = partition_for(says.key, partitions)
    if partition is not None and partition >= partitions:
        raise LogBroken(found.file, found.line, f"names partition {partition}, but {says.topic} has {partitions} on this Kafka")
    while True:
        try:
            producer.produce(
                says.topic,
                says.value,
                says.key,
                partition=-1 if partition is None else partition,
                timestamp=says.timestamp,
                headers=list(says.headers),
                on_delivery=told,
            )
        except BufferError:  # the queue is full: let it drain
            producer.poll(0.1)
        except KafkaException as error:
            raise KafkaTrouble(f"{found.file}:{found.line} cannot be sent: {error.args[0].str()}") from None
        else:
            return


class _PartitionCounts:
    """How many partitions each topic has; asked once a topic."""

    def __init__(self, kafka: str) -> None:
        self._kafka = kafka
        self._admin = AdminClient(client(kafka))
        self._known: dict[str, int] = {}

    def of(self, topic: str) -> int:
        if topic not in self._known:
            self._known[topic] = len(partitions_of(self._admin, topic, self._kafka))
        return self._known[topic]
