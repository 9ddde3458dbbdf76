"""What a replay gives out: alerts, dead letters, finished clocks; and how many of what it has seen."""

from collections import Counter

from msgspec import Struct, field

from schemas.alert import AlertEvent, Family
from schemas.dead_letter import DEAD_LETTER_TOPIC, dead_letter
from schemas.touchpoint import Refused
from streams.detection.detector import Measured
from streams.logs.file import LogRecord
from streams.version import VERSION


class Alert(Struct, frozen=True):
    family: Family
    event: AlertEvent
    value: bytes
    """The event as subscribers of the family's topic get it."""

    def record(self) -> LogRecord:
        return LogRecord(self.family.topic, 0, 0, self.event.time, self.event.data.customer.encode(), self.value)


class Dead(Struct, frozen=True):
    """A record that could not be used, and why."""

    original: LogRecord
    refused: Refused

    def record(self) -> LogRecord:
        letter = dead_letter(self.original, self.refused, VERSION)
        return LogRecord(DEAD_LETTER_TOPIC, 0, 0, letter.timestamp, letter.key, letter.value, tuple(letter.headers))


class Counts(Struct):
    records: int = 0
    """Of watched topics."""
    touchpoints: Counter[tuple[str, str]] = field(default_factory=Counter)
    """By channel and type."""
    refused: Counter[tuple[str, str]] = field(default_factory=Counter)
    """By channel and class."""
    heartbeats: int = 0
    misrouted: int = 0
    """Lay on another partition than their customer's, with no forwarded copy."""
    forwarded: int = 0
    """Lay on another partition, with a forwarded copy that counts in their place."""
    redelivered: int = 0
    """Held by the log twice."""
    repeated: int = 0
    late: int = 0
    rebuilt: int = 0
    """Journeys that were told again from their history, for late evidence."""
    unread: int = 0
    """Arrived too late for anything before `until`."""
    unwatched: Counter[str] = field(default_factory=Counter)
    """By topic: no channel of the policy's."""
    failed: Counter[str] = field(default_factory=Counter)
    """By detector: it could not bear a touchpoint."""
    alerts: Counter[tuple[str, str]] = field(default_factory=Counter)
    """By detector and word: opened, updated, resolved, retracted."""
    open: Counter[tuple[str, str]] = field(default_factory=Counter)
    """At the end, by detector and severity."""
    journeys: int = 0


Outcome = Alert | Dead | Measured
