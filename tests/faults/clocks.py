"""How far each partition number has been settled, as the committed changelog says: nobody's word is asked for."""

import threading
from bisect import bisect_right
from collections.abc import Callable, Mapping

from confluent_kafka import OFFSET_BEGINNING, Consumer, TopicPartition

from schemas.instant import NEVER, SECOND
from streams.engine import topics
from streams.engine.held import CLOCK_KEY, Clock
from streams.kafka.client import client
from tests.faults.policy import PARTITIONS
from tests.faults.watch import now, until

PROGRESS_S = 150.0
"""Longest from a fault to progress: more than the watchdog's patience and a restart."""


class Clocks(threading.Thread):
    def __init__(self, kafka: str, application: str) -> None:
        super().__init__(name="clocks", daemon=True)
        self._consumer = Consumer(
            client(kafka)
            | {"group.id": "faults-clocks", "enable.auto.commit": False, "isolation.level": "read_committed", "fetch.wait.max.ms": 50}
        )
        topic = topics.changelog(application)
        self._consumer.assign([TopicPartition(topic, number, OFFSET_BEGINNING) for number in range(PARTITIONS)])
        self._over = threading.Event()
        self._last: dict[int, Clock] = {}
        self._seen: list[tuple[int, int]] = []
        """(settled, when it was seen), both in milliseconds; both grow."""
        self.broke: BaseException | None = None
        self.start()

    @property
    def now(self) -> Mapping[int, Clock]:
        return dict(self._last)

    def settled(self) -> int:
        """Milliseconds: the partition number that is furthest behind."""
        if self.broke is not None:
            raise self.broke
        return self._seen[-1][0] if self._seen else -NEVER

    def run(self) -> None:
        try:
            while not self._over.is_set():
                for message in self._consumer.consume(500, 0.1):
                    if message.error() is None and message.key() == CLOCK_KEY:
                        self._last[int(message.partition() or 0)] = Clock.unpacked(message.value() or b"")
                self._see()
        except BaseException as error:  # noqa: BLE001 -- a thread's end is nobody's: whoever asks next is told
            self.broke = error
        finally:
            self._consumer.close()

    def past(self, instant: int, what: str, meanwhile: Callable[[], object] = lambda: None) -> int:
        """When every partition number had been settled past `instant`: perhaps before it was asked. InVain says how far each is."""

        def reached() -> bool:
            meanwhile()
            return self.settled() > instant

        until(reached, lambda: f"{what}: {self._behind(instant)}", PROGRESS_S)
        return self._seen[bisect_right(self._seen, (instant, NEVER))][1]

    def _see(self) -> None:
        settled = self._least()
        if settled > (self._seen[-1][0] if self._seen else -NEVER):
            self._seen.append((settled, now()))

    def _least(self) -> int:
        last = self.now
        return min(clock.settled for clock in last.values()) if len(last) == PARTITIONS else -NEVER

    def _behind(self, instant: int) -> str:
        last = self.now
        far = {number: f"{(last[number].settled - instant) / SECOND:+.1f} s" if number in last else "never" for number in range(PARTITIONS)}
        return ", ".join(f"partition number {number} is settled {seconds}" for number, seconds in far.items())

    def close(self) -> None:
        self._over.set()
        self.join()
