"""What the changelog holds: how far each partition number is, and one customer's journey."""

from collections.abc import Collection

from msgspec import Struct

from streams.engine.held import CLOCK_KEY, Clock
from streams.kafka.catalogue import changelog
from streams.kafka.client import KafkaTrouble
from streams.kafka.offsets import Span, Topics, Where
from streams.kafka.reading import merged

_TAIL = 200
"""Offsets. Every checkpoint ends with the clock, so the last one is not far from the end."""


class Stored(Struct, frozen=True):
    clock: Clock | None
    """None: nothing has been settled yet."""
    journey: bytes | None
    """As the core packed it; None: nothing is known of this customer."""


def partitions(topics: Topics, application: str) -> list[Where]:
    """KafkaTrouble if this application has none."""
    name = changelog(application)
    if name not in topics.counts:
        suffix = changelog("")
        others = sorted(topic.removesuffix(suffix) for topic in topics.counts if topic.endswith(suffix))
        hint = f"--application may be {' or '.join(others)}" if others else "throughline topics create makes it"
        raise KafkaTrouble(f"{topics.kafka} has no topic {name}: {hint}")
    return topics.of(name)


def clocks(topics: Topics, application: str) -> dict[int, Clock]:
    """By partition number; those that nobody has settled yet are missing."""
    found: dict[int, Clock] = {}
    spans = topics.spans(partitions(topics, application), committed=True)
    tail = _TAIL
    while spans:
        found |= _last_clocks(topics, {where: Span(max(span.end - tail, span.start), span.end) for where, span in spans.items()})
        # Of those without one, further back; what was read to its beginning has none.
        spans = {where: span for where, span in spans.items() if where[1] not in found and span.end - tail > span.start}
        tail *= 16
    return found


def _last_clocks(topics: Topics, spans: dict[Where, Span]) -> dict[int, Clock]:
    return {
        record.partition: Clock.unpacked(record.value)
        for record in merged(topics.kafka, spans)
        if record.key == CLOCK_KEY and record.value is not None
    }


def stored(topics: Topics, where: Where, journey: str) -> Stored:
    clock = value = None
    for record in merged(topics.kafka, topics.spans([where], committed=True)):
        if record.key == CLOCK_KEY:
            clock = record.value
        elif record.key == journey.encode():
            value = record.value
    return Stored(None if clock is None else Clock.unpacked(clock), value)


def channels(clocks: Collection[Clock]) -> list[str]:
    """Those that the workers watch."""
    return sorted({channel for clock in clocks for channel in clock.positions})
