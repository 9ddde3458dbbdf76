"""Dead letters as a worker writes them, on whatever broker."""

import json
from collections.abc import Iterable
from typing import Any

from confluent_kafka import Producer

from schemas.dead_letter import DEAD_LETTER_TOPIC, dead_letter, detector_failed
from schemas.decode import decode
from schemas.instant import format_instant
from schemas.touchpoint import Refused
from streams.logs.file import LogRecord

WRITTEN = "my card is 4111"
STRUCTURED = (("content-type", b"application/cloudevents+json"),)
Place = tuple[int, int]


def said(customer: str, identity: str, occurred: int, author: str = "customer", **envelope: Any) -> bytes:
    """A message with something in it that only its customer should know; `author="ghost"` is refused."""
    data = {"conversation_id": "k", "author": author, "text": WRITTEN}
    event = {
        "specversion": "1.0", "id": identity, "source": "urn:test", "type": "io.throughline.message.sent.v1",
        "time": format_instant(occurred), "customerid": customer, "data": data,
    }  # fmt: skip
    return json.dumps(event | envelope).encode()


def sent(value: bytes, arrived: int, key: bytes | None = b"c-17", *, topic: str = "touchpoints.chat", place: Place = (0, 7)) -> LogRecord:
    return LogRecord(topic, *place, arrived, key, value, STRUCTURED)


def letter(record: LogRecord, failed: str | None = None, place: Place = (0, 0)) -> LogRecord:
    """`failed`: the detector that could not bear it; without it, it must be one that is refused."""
    refused = detector_failed(failed, "KeyError") if failed else decode(record)
    assert isinstance(refused, Refused), "the record is fine"
    found = dead_letter(record, refused, "0.1.0")
    return LogRecord(DEAD_LETTER_TOPIC, *place, found.timestamp, found.key, found.value, tuple(found.headers))


def produce(kafka: str, records: Iterable[LogRecord]) -> None:
    producer = Producer({"bootstrap.servers": kafka, "log_level": 0})
    for record in records:
        producer.produce(
            record.topic, record.value, record.key, partition=record.partition, timestamp=record.timestamp, headers=list(record.headers)
        )
    assert producer.flush(30) == 0
