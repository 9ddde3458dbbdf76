"""Deleting dead letters. Kafka deletes what lies before an offset, so what goes is a beginning of each partition."""

from collections import Counter
from collections.abc import Mapping, Sequence

from confluent_kafka import KafkaException, TopicPartition

from schemas.dead_letter import DEAD_LETTER_TOPIC
from schemas.replayed import LetterPlace
from streams.kafka.client import ANSWER_WITHIN, KafkaTrouble
from streams.kafka.dead_letters import DeadLetters, Letter, Wanted
from streams.kafka.offsets import Topics


class Purge:
    """What would go; marks go with their letters, never before them."""

    def __init__(self, letters: DeadLetters, *, before: int | None = None, through: Sequence[LetterPlace] = ()) -> None:
        """What arrived `before`, up to the first letter of a partition that did not; or all up to the letters named, these included."""
        self.ends: dict[int, int] = {}
        """By partition number the first offset that stays."""
        self.counts: Counter[tuple[str, str, bool]] = Counter()
        """Letters by class, channel and whether they were sent again."""
        self.staying = 0
        """As old, but behind a younger one."""
        last = {place.partition: max(p.offset for p in through if p.partition == place.partition) for place in through}
        for place in through:
            letters.letter(place)  # which says so if there is none
        sent_back = letters.sent_back()
        stopped: set[int] = set()
        for letter in letters.letters(Wanted()):
            number, offset = letter.place
            goes = offset <= last.get(number, -1) if before is None else letter.record.timestamp < before
            if goes and number not in stopped:
                self.ends[number] = offset + 1
                self._count(letter, sent=letter.place in sent_back)
            elif goes:
                self.staying += 1
            else:
                stopped.add(number)

    def _count(self, letter: Letter, *, sent: bool) -> None:
        self.counts[letter.error.error_class, letter.channel, sent] += 1


def delete(topics: Topics, ends: Mapping[int, int]) -> None:
    """Deletes what lies before an offset, by partition number. KafkaTrouble says what could not be."""
    if topics.embedded:
        raise KafkaTrouble("the embedded broker deletes no records: they end with it")
    before = [TopicPartition(DEAD_LETTER_TOPIC, number, offset) for number, offset in ends.items()]
    for tp, answer in topics.admin.delete_records(before, request_timeout=ANSWER_WITHIN).items():
        try:
            answer.result()
        except KafkaException as error:
            raise KafkaTrouble(f"{DEAD_LETTER_TOPIC}[{tp.partition}] could not be purged: {error.args[0].str()}") from None
