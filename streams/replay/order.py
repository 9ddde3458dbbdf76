"""The order in which a log is read: as workers read topics that fill up at the same time."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate
from operator import attrgetter

from schemas.instant import NEVER
from schemas.touchpoint import TOPIC_PREFIX
from streams.logs.file import LogBroken, LogRecord


def in_order_of_arrival(log: Iterable[LogRecord]) -> list[LogRecord]:
    """Every topic partition by offset, all of them merged by the latest arrival so far: how the lines were mixed does not matter.

    A record that the log holds twice counts once. LogBroken if two records claim the same offset.
    """
    parts: defaultdict[tuple[str, int], list[LogRecord]] = defaultdict(list)
    for record in log:
        parts[record.topic, record.partition].append(record)
    ordered: list[tuple[int, str, int, int, LogRecord]] = []
    for (topic, partition), part in parts.items():
        latest = -NEVER
        before: LogRecord | None = None
        for record in sorted(part, key=attrgetter("offset")):
            if before is not None and before.offset == record.offset:
                _assert_same(before, record)
                continue
            latest = max(latest, record.timestamp)
            ordered.append((latest, topic, record.offset, partition, record))
            before = record
    ordered.sort()  # no two agree in the first four: records are never compared
    return [record for *_, record in ordered]


def safe_instants(log: Sequence[LogRecord], lateness: Mapping[str, int]) -> list[int]:
    """At index n the instant before which nothing can be placed any more once the first n records are admitted."""
    earliest = (record.timestamp - lateness[channel_of(record)] for record in reversed(log))
    return list(accumulate(earliest, min, initial=NEVER))[::-1]


def channel_of(record: LogRecord) -> str:
    return record.topic.removeprefix(TOPIC_PREFIX)


def _assert_same(one: LogRecord, other: LogRecord) -> None:
    if (one.timestamp, one.key, one.value, one.headers) != (other.timestamp, other.key, other.value, other.headers):
        raise LogBroken(
            other.file,
            other.line,
            f"is another record than {one.file}:{one.line}, at the same offset {one.offset} of {one.topic}[{one.partition}]: "
            "logs of different topics cannot be replayed as one",
        )
