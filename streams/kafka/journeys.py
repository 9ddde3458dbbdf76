"""One customer in Kafka: the touchpoints of all channels, from the one partition number that is theirs, and what the workers remember."""

from collections.abc import Callable, Collection

import msgspec
from msgspec import Struct

from schemas.dead_letter import DEAD_LETTER_TOPIC
from schemas.decode import decode
from schemas.identity import identity_of, key_of
from schemas.instant import NEVER
from schemas.partitioner import partition_for
from schemas.policy import Channel, Policy
from schemas.touchpoint import TOPIC_PREFIX, Touchpoint
from streams.detection.detectors import load
from streams.detection.fold import Folding
from streams.detection.journey import Journey
from streams.kafka import changelog
from streams.kafka.client import KafkaTrouble
from streams.kafka.offsets import Topics
from streams.kafka.reading import merged
from streams.logs.file import LogRecord


class Lying(Struct, frozen=True):
    """What lies in Kafka of one journey."""

    number: int
    """The partition number."""
    partitions: int
    records: list[LogRecord]
    """That may concern it, in order of arrival."""
    stored: changelog.Stored


class OpenAlert(Struct, frozen=True):
    """As subscribers were last told."""

    detector: str
    scope: str | None
    subject: str
    state: str
    severity: int
    revision: int
    opened_at: int
    due_at: int | None


class Remembered(Struct, frozen=True):
    """What the changelog holds of one journey."""

    alerts: list[OpenAlert]
    next_deadline: int | None
    """When silence alone may have something to say next."""
    waiting: int
    """Touchpoints admitted and not yet settled."""
    history: int
    """Touchpoints kept, to be folded again when late evidence comes."""


def default_policy(topics: Topics) -> Policy:
    """Every channel that has a topic, everything as it is by default."""
    there = sorted(topic for topic in topics.counts if topic.startswith(TOPIC_PREFIX) and topic != DEAD_LETTER_TOPIC)
    if not there:
        raise KafkaTrouble(f"{topics.kafka} has no topic {TOPIC_PREFIX}<channel>: is this the right Kafka?")
    return Policy(version="default", channels={topic.removeprefix(TOPIC_PREFIX): Channel() for topic in there})


def lying(
    topics: Topics, application: str, journey: str, channels: Collection[str], progress: Callable[[int], object] = lambda _read: None
) -> Lying:
    """KafkaTrouble if a topic is missing, or has another number of partitions than the changelog."""
    parts = changelog.partitions(topics, application)
    number = partition_for(key_of(journey), len(parts))
    wheres = []
    for channel in channels:
        topic = TOPIC_PREFIX + channel
        if len(topics.of(topic)) != len(parts):
            raise KafkaTrouble(
                f"{topic} has {topics.counts[topic]} partitions where the changelog has {len(parts)}: no worker can read them"
            )
        wheres.append((topic, number))
    own: list[LogRecord] = []
    for read, record in enumerate(merged(topics.kafka, topics.spans(wheres, committed=True)), start=1):
        if may_concern(record, journey) and isinstance(found := decode(record), Touchpoint) and found.journey == journey:
            own.append(record)
        if read % 10_000 == 0:
            progress(read)
    return Lying(number, len(parts), own, changelog.stored(topics, parts[number], journey))


def may_concern(record: LogRecord, journey: str) -> bool:
    """False only where `decode`, which takes five times as long, could not find this journey."""
    name = identity_of(journey).encode()
    value = record.value or b""
    # A backslash may spell any character of the id.
    return name in value or b"\\" in value or any(name in (content or b"") for _, content in record.headers)


def remembered(value: bytes, policy: Policy) -> Remembered:
    folding = Folding(policy, load(policy))
    try:
        journey = Journey.unpack(value)
        past = journey.past(folding)
    except msgspec.DecodeError:
        raise KafkaTrouble("the changelog's record of this journey was written by another version of Throughline") from None
    deadline = folding.next_word(past.fold, NEVER)
    return Remembered(
        alerts=[
            OpenAlert(
                detector=view.detector,
                scope=view.scope,
                subject=f"{view.about.kind} {view.about.id}",
                state=view.state,
                severity=view.severity,
                revision=told.revision,
                opened_at=view.opened_at,
                due_at=view.due_at,
            )
            for told in past.told.values()
            if told.word in ("opened", "updated") and (view := told.view) is not None
        ],
        next_deadline=deadline if deadline < NEVER else None,
        waiting=len(journey.pending),
        history=past.items,
    )
