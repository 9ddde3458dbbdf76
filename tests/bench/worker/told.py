"""Alerts as they lie in Kafka, and how long each took: by the broker's clock, which stamped the touchpoint and the alert."""

from collections.abc import Iterable, Iterator

import msgspec
from msgspec import Struct

from schemas.alert import Family
from schemas.instant import parse_instant
from schemas.touchpoint import TOPIC_PREFIX
from streams.detection.progress import SKEW
from streams.kafka.offsets import Where
from streams.kafka.reading import merged
from tests.bench.worker.ground import Ground


class _Evidence(Struct):
    topic: str
    partition: int
    offset: int
    occurred: str


class _Data(Struct):
    evidence: list[_Evidence]


class _Event(Struct):
    time: str
    data: _Data


class _Named(Struct):
    id: str


class Told(Struct, frozen=True):
    """Milliseconds since the epoch."""

    place: int
    """Of the touchpoint or the deadline that completed it."""
    at: int
    """When it was appended to its topic."""
    evidence: tuple[tuple[str, int, int, int], ...]
    """Topic, partition, offset, and when it occurred."""


class Completed(Struct, frozen=True):
    """An alert that a touchpoint completed; milliseconds."""

    appended: int
    """When the touchpoint was, since the epoch."""
    latency: int
    asked: int
    """What of it lateness and clock skew ask for: so long something may still arrive that belongs before it."""


def alerts(on: Ground) -> list[Told]:
    """In order of their appending."""
    topics = on.topics()
    spans = topics.spans([where for family in Family for where in topics.of(family.topic)], committed=True)
    decode = msgspec.json.Decoder(_Event).decode
    told = []
    for record in merged(on.kafka, spans):
        event = decode(record.value or b"")
        evidence = tuple((one.topic, one.partition, one.offset, parse_instant(one.occurred)) for one in event.data.evidence)
        told.append(Told(parse_instant(event.time), record.timestamp, evidence))
    return sorted(told, key=lambda each: each.at)


def ids(on: Ground) -> dict[str, bytes]:
    """Every alert's event by its id, which names the alert and its revision. Raises where one was told twice."""
    told: dict[str, bytes] = {}
    topics = on.topics()
    for record in merged(on.kafka, topics.spans([where for family in Family for where in topics.of(family.topic)], committed=True)):
        value = record.value or b""
        name = msgspec.json.decode(value, type=_Named).id
        if name in told:
            raise AssertionError(f"{name} was told twice")
        told[name] = value
    return told


def completed(on: Ground, told: Iterable[Told]) -> Iterator[Completed]:
    """Those whose place is a touchpoint's of their evidence; the others waited for a deadline."""
    told = list(told)
    appended = _appended(on, {(topic, number, offset) for each in told for topic, number, offset, _ in each.evidence})
    lateness = {TOPIC_PREFIX + channel: late for channel, late in on.policy.lateness.items()}
    longest = max(lateness.values())
    for each in told:
        for topic, number, offset, occurred in each.evidence:
            arrived = appended[topic, number, offset]
            if max(occurred, arrived - lateness[topic]) == each.place:
                yield Completed(arrived, each.at - arrived, each.place + longest + SKEW - arrived)
                break


def _appended(on: Ground, wanted: set[tuple[str, int, int]]) -> dict[tuple[str, int, int], int]:
    topics = on.topics()
    spans = topics.spans(on.channels(topics))
    places: set[Where] = {(topic, number) for topic, number, _ in wanted}
    return {
        (record.topic, record.partition, record.offset): record.timestamp
        for record in merged(on.kafka, {where: span for where, span in spans.items() if where in places})
        if (record.topic, record.partition, record.offset) in wanted
    }
