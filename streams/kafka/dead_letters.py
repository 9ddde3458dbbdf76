"""The dead letters as they lie: which there are, and which have been sent back already."""

from collections.abc import Collection, Iterator, Mapping

from msgspec import Struct
from pydantic import ValidationError

from schemas.dead_letter import DEAD_LETTER_TOPIC, Error, read_error
from schemas.instant import NEVER
from schemas.replayed import LetterPlace, mark_of
from schemas.touchpoint import TOPIC_PREFIX
from streams.kafka.client import KafkaTrouble
from streams.kafka.offsets import Span, Topics, Where
from streams.kafka.reading import merged
from streams.logs.file import LogRecord


class Letter(Struct, frozen=True):
    record: LogRecord
    """As it lies among the dead letters; its timestamp is that of the record that was refused: when that arrived."""
    error: Error

    @property
    def place(self) -> LetterPlace:
        return LetterPlace(self.record.partition, self.record.offset)

    @property
    def channel(self) -> str:
        return self.error.topic.removeprefix(TOPIC_PREFIX)


class Wanted(Struct, frozen=True):
    """What is asked for; an empty collection asks for all."""

    classes: Collection[str] = ()
    channels: Collection[str] = ()
    since: int = -NEVER
    until: int = NEVER
    """Letters that arrived before this instant."""

    def has(self, letter: Letter) -> bool:
        return (
            (not self.classes or letter.error.error_class in self.classes)
            and (not self.channels or letter.channel in self.channels)
            and self.since <= letter.record.timestamp < self.until
        )


class DeadLetters:
    """Up to the end that their topic has when it is first asked for."""

    def __init__(self, topics: Topics) -> None:
        """KafkaTrouble if there is no such topic."""
        self._topics = topics
        self.wheres = topics.of(DEAD_LETTER_TOPIC)
        self.spans = topics.spans(self.wheres)
        self.foreign = 0
        """Records seen that are neither a letter nor a mark."""

    def sent_back(self, spans: Mapping[Where, Span] | None = None) -> dict[LetterPlace, str]:
        """Where each letter that was replayed lies now. It reads everything: a mark may lie anywhere behind its letter."""
        marks = (mark_of(record.headers) for record in self._read(spans or self.spans))
        return {mark.letter: mark.to for mark in marks if mark is not None}

    def letters(self, wanted: Wanted) -> Iterator[Letter]:
        self.foreign = 0
        for record in self._read(self.spans):
            if mark_of(record.headers) is not None:
                continue
            letter = letter_of(record)
            if letter is None:
                self.foreign += 1
            elif wanted.has(letter):
                yield letter

    def letter(self, place: LetterPlace) -> Letter:
        """KafkaTrouble if no letter lies there."""
        span = self._from(place)
        record = next(iter(self._read({(DEAD_LETTER_TOPIC, place.partition): Span(span.start, span.start + 1)})), None)
        letter = None if record is None else letter_of(record)
        if letter is None or letter.place != place:
            raise KafkaTrouble(f"{DEAD_LETTER_TOPIC} holds no letter at {place}")
        return letter

    def sent_back_to(self, place: LetterPlace) -> str | None:
        """Where this one lies now, if it was replayed."""
        return self.sent_back({(DEAD_LETTER_TOPIC, place.partition): self._from(place)}).get(place)

    def _from(self, place: LetterPlace) -> Span:
        """From a letter to the end of its partition."""
        span = self.spans.get((DEAD_LETTER_TOPIC, place.partition))
        if span is None:
            raise KafkaTrouble(f"{DEAD_LETTER_TOPIC} has no partition {place.partition}: its {len(self.wheres)} are counted from 0")
        if place.offset < span.start:
            raise KafkaTrouble(f"the letter {place} is gone: {DEAD_LETTER_TOPIC}[{place.partition}] begins at offset {span.start} by now")
        if place.offset >= span.end:
            raise KafkaTrouble(f"{DEAD_LETTER_TOPIC} holds no letter at {place}: partition {place.partition} ends at offset {span.end}")
        return Span(place.offset, span.end)

    def _read(self, spans: Mapping[Where, Span]) -> Iterator[LogRecord]:
        return merged(self._topics.kafka, spans)


def letter_of(record: LogRecord) -> Letter | None:
    """None if it bears none of the headers that say what is wrong with it."""
    try:
        return Letter(record, read_error(list(record.headers)))
    except (ValidationError, UnicodeDecodeError, AttributeError):  # AttributeError: a header of ours without a value
        return None
