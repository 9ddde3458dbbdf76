"""The simulated customers, live: each record is sent when its time has come."""

import threading
import time

from confluent_kafka import KafkaError, Message, Producer

from streams.kafka.access import UNSECURED
from streams.kafka.client import client
from streams.simulate.plan import Plan
from streams.simulate.story import Line
from streams.simulate.traffic import simulate
from streams.simulate.truth import Planted


class Traffic(threading.Thread):
    """`truth` and `sent` grow while it runs; `failed` says why a record was not acknowledged."""

    def __init__(self, plan: Plan, kafka: str) -> None:
        super().__init__(name="traffic", daemon=True)
        self._plan = plan
        self._producer = Producer(client(kafka, UNSECURED) | {"partitioner": "murmur2_random", "linger.ms": 5, "enable.idempotence": True})
        self._ended = threading.Event()
        self.truth: list[Planted] = []
        self.sent = 0
        self.failed: str | None = None

    def run(self) -> None:
        for item in simulate(self._plan):
            if not isinstance(item, Line):
                self.truth.append(item)
                continue
            self._producer.poll(0)
            if self._ended.wait(max(0.0, item.timestamp / 1000 - time.time())):
                break
            self._producer.produce(
                item.topic,
                bytes(item.value),
                item.key,
                partition=-1 if item.partition is None else item.partition,
                timestamp=item.timestamp,
                on_delivery=self._told,
            )
            self.sent += 1
        self._producer.flush(10)

    def end(self) -> None:
        self._ended.set()
        self.join()

    def _told(self, error: KafkaError | None, _message: Message) -> None:
        if error is not None:
            self.failed = error.str()
