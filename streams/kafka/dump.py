"""Kafka's topics into a log file: every record up to the end that a topic has at the start, merged by timestamp."""

from collections.abc import Iterable, Iterator

from streams.kafka.offsets import Topics
from streams.kafka.reading import merged
from streams.logs.file import LogRecord


def dump(topics: Iterable[str], kafka: str, *, committed_only: bool = True) -> Iterator[LogRecord]:
    """In order of the latest timestamp so far of each topic partition, so that each keeps its order. KafkaTrouble if Kafka fails."""
    held = Topics(kafka)
    wheres = [where for topic in dict.fromkeys(topics) for where in held.of(topic)]
    yield from merged(kafka, held.spans(wheres, committed=committed_only), committed_only=committed_only)
