"""Alerts as subscribers get them: followed as they come, or what is open now."""

from collections.abc import Collection, Iterator

from confluent_kafka import TopicPartition
from msgspec import Struct
from pydantic import ValidationError

from schemas.alert import ACTIVE_TOPIC, AlertEvent, Family
from streams.kafka.offsets import Span, Topics
from streams.kafka.reading import log_record, merged, reader, trouble_of
from streams.logs.file import LogRecord


class Alert(Struct, frozen=True):
    event: AlertEvent
    told: int
    """When the worker wrote it, in milliseconds since the epoch."""
    value: bytes
    """The event as it lies in Kafka."""

    @property
    def word(self) -> str:
        return self.event.type.split(".")[3]


class Wanted(Struct, frozen=True):
    """What is asked for; an empty collection asks for all."""

    detectors: Collection[str] = ()
    severities: Collection[str] = ()
    customers: Collection[str] = ()

    def has(self, alert: Alert) -> bool:
        data = alert.event.data
        return (
            (not self.detectors or data.detector in self.detectors)
            and (not self.severities or data.severity.level in self.severities)
            and (not self.customers or data.customer in self.customers)
        )


class Foreign(Struct, frozen=True):
    """A record that is no alert of ours, and where it lies."""

    place: str


def tail(kafka: str, families: Collection[Family], wanted: Wanted, since: int | None = None) -> Iterator[Alert | Foreign | None]:
    """For ever: what was told since an instant, merged by time, and then what is told from now on. None: nothing for a while.

    KafkaTrouble if Kafka fails; while it only cannot be reached, it is waited for. Only committed alerts.
    """
    topics = Topics(kafka)
    names = [family.topic for family in families]
    wheres = [where for name in names for where in topics.of(name)]
    ends = topics.ends(wheres, committed=True)
    if since is not None:
        begins = topics.since(wheres, since)
        for record in merged(kafka, {where: Span(begins[where].start, ends[where]) for where in wheres}):
            if record.timestamp >= since:
                yield from _read(record, wanted)
    consumer = reader(kafka)
    try:
        consumer.assign([TopicPartition(*where, ends[where]) for where in wheres])
        while True:
            yield None
            for message in consumer.consume(500, timeout=0.2):
                error = message.error()
                if error is None:
                    yield from _read(log_record(message), wanted)
                elif trouble := trouble_of(error, kafka, names):
                    raise trouble
    finally:
        consumer.close()


def active(kafka: str, wanted: Wanted) -> Iterator[Alert | Foreign]:
    """What is open now, in no order."""
    topics = Topics(kafka)
    latest: dict[bytes | None, LogRecord] = {}
    for record in merged(kafka, topics.spans(topics.of(ACTIVE_TOPIC), committed=True)):
        if record.value is None:
            latest.pop(record.key, None)
        else:
            latest[record.key] = record
    for record in latest.values():
        yield from _read(record, wanted)


def _read(record: LogRecord, wanted: Wanted) -> Iterator[Alert | Foreign]:
    try:
        alert = Alert(AlertEvent.model_validate_json(record.value or b""), record.timestamp, record.value or b"")
    except ValidationError:
        yield Foreign(f"{record.topic}[{record.partition}] at offset {record.offset}")
        return
    if wanted.has(alert):
        yield alert
