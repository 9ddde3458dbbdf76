"""Who reads the alerts, the same for every engine: when each was first told, by the broker's clock and at a reader's hands."""

import threading
import time
from collections.abc import Callable, Iterable
from functools import partial
from typing import NamedTuple

from confluent_kafka import Consumer, KafkaException, TopicPartition

from tests.bench.jobs.log import Told, mark_of
from tests.bench.jobs.rule import PARTITIONS
from tests.faults.watch import until

MARKS = 2 * PARTITIONS
"""Alerts a milestone."""
LED_S = 30.0


class Moment(NamedTuple):
    """Milliseconds."""

    stamped: int
    """When the broker took it."""
    received: int
    """When a reader of committed records had it."""


class Subscriber(threading.Thread):
    def __init__(self, kafka: str, topics: Iterable[str], read: Callable[[bytes], Told | None]) -> None:
        """Of what is told from now on. `read`: None for what is no alert of the reference job's."""
        super().__init__(name="subscriber", daemon=True)
        self._consumer = Consumer(
            {
                "bootstrap.servers": kafka,
                "group.id": "bench",
                "enable.auto.commit": False,
                "isolation.level": "read_committed",
                "fetch.wait.max.ms": 10,
                "log_level": 0,
            }
        )
        places = [TopicPartition(topic, number) for topic in topics for number in range(PARTITIONS)]
        for place in places:
            place.offset = until(partial(self._ends, place), f"the end of {place.topic}", LED_S)[1]
        self._consumer.assign(places)
        self._read = read
        self._over = threading.Event()
        self._marks: dict[int, list[Moment]] = {}
        self._broke: BaseException | None = None
        self.first: dict[Told, Moment] = {}
        self.told: list[Moment] = []
        """Again and again, where an engine does so."""
        self.start()

    def run(self) -> None:
        try:
            while not self._over.is_set():
                for message in self._consumer.consume(500, 0.05):
                    if message.error() is None:
                        self._hear(message.value() or b"", Moment(message.timestamp()[1], round(time.time() * 1000)))
        except BaseException as error:  # noqa: BLE001 -- a thread's end is nobody's: whoever asks next is told
            self._broke = error
        finally:
            self._consumer.close()

    def passed(self, milestone: int) -> bool:
        return len(self.marks(milestone)) == MARKS

    def marks(self, milestone: int) -> list[Moment]:
        if self._broke is not None:
            raise self._broke
        return self._marks.get(milestone, [])

    def _ends(self, place: TopicPartition) -> tuple[int, ...]:
        """The first and the next offset; nothing while a new topic has no leader."""
        try:
            low, high = self._consumer.get_watermark_offsets(place)
        except KafkaException:
            return ()
        return low, high

    def heard(self) -> set[Told]:
        """All so far; more may come meanwhile."""
        return set(self.first.copy())

    def _hear(self, value: bytes, moment: Moment) -> None:
        told = self._read(value)
        if told is None:
            return
        self.told.append(moment)
        if told in self.first:
            return
        self.first[told] = moment
        if (mark := mark_of(told)) is not None:
            self._marks.setdefault(mark[0], []).append(moment)

    def close(self) -> None:
        self._over.set()
        self.join()
