"""What would become of a dead letter that is sent back: pure, so that `--dry-run` and `replay` say the same."""

from collections.abc import Mapping

from msgspec import Struct

from schemas.decode import decode
from schemas.identity import key_of
from schemas.instant import DAY, format_instant
from schemas.partitioner import partition_for
from schemas.policy import DEDUPLICATION_AT_MOST
from schemas.replayed import REPLAYED_HEADER, LetterPlace, as_sent_first
from schemas.touchpoint import Heartbeat, Refused, Touchpoint
from streams.kafka.dead_letters import Letter
from streams.logs.file import LogRecord
from streams.logs.line import Line

LONG_AGO = DAY
"""Of the default policy's window: evidence older than that counts as from the window's edge."""


class Ready(Struct, frozen=True):
    """To be sent, where its customer's partition number is."""

    letter: LetterPlace
    record: LogRecord
    """Its offset is not known yet; its timestamp is that of the replay."""
    occurred: int | None
    """None: a heartbeat."""


class Left(Struct, frozen=True):
    """Not to be sent, and why."""

    letter: LetterPlace
    why: str
    already: bool = False


def verdict(letter: Letter, mended: Line | None, sent_back: Mapping[LetterPlace, str], counts: Mapping[str, int], now: int) -> Ready | Left:
    """`mended`: the record to send in its place; `counts`: partitions by topic."""
    place, error = letter.place, letter.error
    if (to := sent_back.get(place)) is not None:
        return Left(place, f"already replayed: it lies at {to}", already=True)
    if error.topic not in counts:
        return Left(place, f"there is no topic {error.topic} any more")
    original = _as_sent(letter, None, now)
    record = original if mended is None else _as_sent(letter, mended, now)
    match decode(record):
        case Refused() as refused:
            said = f"{refused.field}: {refused.reason}" if refused.field else refused.reason
            return Left(place, f"would be refused again: {refused.error_class}: {said}")
        case Heartbeat():
            return Ready(place, _at(record, min(error.partition, counts[error.topic] - 1), record.key), None)
        case Touchpoint() as touchpoint:
            until = letter.record.timestamp + DEDUPLICATION_AT_MOST
            if error.error_class == "detector_failed" and now <= until and _same_event(touchpoint, original):
                why = f"would be taken for a copy of itself until {format_instant(until)}: replay it then, or give it another id"
                return Left(place, why)
            key = key_of(touchpoint.journey)
            return Ready(place, _at(record, partition_for(key, counts[error.topic]), key), touchpoint.occurred)


def _as_sent(letter: Letter, mended: Line | None, now: int) -> LogRecord:
    """The record as its channel would send it now: what arrives late is placed by when it arrives."""
    source = letter.record if mended is None else mended
    headers = (*as_sent_first(source.headers), (REPLAYED_HEADER, str(letter.place).encode()))
    return LogRecord(letter.error.topic, letter.error.partition, letter.error.offset, now, source.key, source.value, headers)


def _at(record: LogRecord, partition: int, key: bytes | None) -> LogRecord:
    return LogRecord(record.topic, partition, -1, record.timestamp, key, record.value, record.headers)


def _same_event(touchpoint: Touchpoint, original: LogRecord) -> bool:
    """The worker had counted it before a detector failed on it: its name is taken as long as the policy says, which is not known here."""
    before = decode(original)
    return isinstance(before, Touchpoint) and (before.source, before.id) == (touchpoint.source, touchpoint.id)
