"""The channels' producer: sends when the time has come, whatever the brokers do, and knows what they have acknowledged."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from typing import NamedTuple

from confluent_kafka import KafkaError, Message, Producer

from schemas.instant import SECOND
from streams.kafka.client import client
from tests.faults.poison import with_clock_off
from tests.faults.traffic import Sending
from tests.faults.watch import now

STRUCTURED: tuple[tuple[str, bytes], ...] = (("content-type", b"application/cloudevents+json"),)
GIVES_UP_AFTER_S = 300
FLUSH_S = 120.0
NOW = 0
"""The client's word for the moment of sending."""

Where = tuple[str, int, int]
"""Topic, partition, offset."""


class Acknowledged(NamedTuple):
    sent: Sending
    where: Where


class Channels(threading.Thread):
    """Sends until told to end. `clocks` may be set meanwhile: by how many milliseconds a channel's producer is wrong."""

    def __init__(self, kafka: str, sendings: Iterable[Sending]) -> None:
        super().__init__(name="channels", daemon=True)
        self._producer = Producer(
            client(kafka)
            | {
                # What is retried may lie there twice, as with many a channel. An idempotent producer of librdkafka gives up for good
                # when a broker stands still at the wrong moment, and it is not the one on trial here.
                "acks": "all",
                "enable.idempotence": False,
                "socket.timeout.ms": 60_000,
                "linger.ms": 5,
                "compression.type": "lz4",
                "message.max.bytes": 4_000_000,
                "message.timeout.ms": GIVES_UP_AFTER_S * 1000,
            }
        )
        self._sendings = sendings
        self._ended = threading.Event()
        self.clocks: dict[str, int] = {}
        self.acknowledged: list[Acknowledged] = []
        self.failed: Counter[str] = Counter()
        """What was given up, by reason: it may lie in the log, or not."""
        self.broke: BaseException | None = None

    def run(self) -> None:
        try:
            for sending in self._sendings:
                ahead = (sending.at - now()) / SECOND
                if self._ended.wait(max(0.0, ahead)):
                    return
                self.send(self._with_its_clock(sending))
        except BaseException as error:  # noqa: BLE001 -- a thread's end is nobody's: whoever waits for it is told
            self.broke = error

    def load(self) -> int:
        """All at once, with the time of each as the producer's; how many."""
        for sending in self._sendings:
            self.send(sending, timestamp=sending.at)
        self.flush()
        return len(self.acknowledged)

    def send(self, sending: Sending, timestamp: int = NOW) -> None:
        while True:
            try:
                self._producer.produce(
                    sending.topic,
                    sending.value,
                    sending.key,
                    sending.partition,
                    headers=list(STRUCTURED),
                    timestamp=timestamp,
                    on_delivery=self._told(sending),
                )
            except BufferError:
                self._producer.poll(0.1)
            else:
                break
        self._producer.poll(0)

    def end(self) -> None:
        """No more is sent; returns when each record is acknowledged or given up."""
        self._ended.set()
        self.join()
        if self.broke is not None:
            raise self.broke
        self.flush()

    def stop(self) -> None:
        """At once, with what is on its way."""
        self._ended.set()
        self._producer.purge()
        if self.is_alive():
            self.join()

    def flush(self) -> None:
        deadline = time.monotonic() + FLUSH_S
        while left := self._producer.flush(1.0):
            if time.monotonic() > deadline:
                raise AssertionError(f"{left} records have not been acknowledged in {FLUSH_S:.0f} s: {dict(self.failed)}")

    def _with_its_clock(self, sending: Sending) -> Sending:
        by = self.clocks.get(sending.topic)
        if not by or sending.refused or sending.key is None or sending.value is None:
            return sending
        return sending._replace(value=with_clock_off(sending.value, by, sending.at), refused="time_invalid" if by > 0 else None)

    def _told(self, sending: Sending) -> Callable[[KafkaError | None, Message], None]:
        def told(error: KafkaError | None, message: Message) -> None:
            if error is not None:
                self.failed[error.str()] += 1
            else:
                where = (sending.topic, int(message.partition() or 0), int(message.offset() or 0))
                self.acknowledged.append(Acknowledged(sending, where))

        return told
