"""Somebody who subscribes to the alerts, as any downstream service would."""

import json
import threading
import time
from collections import deque
from typing import Any

from confluent_kafka import Consumer

from schemas.alert import Family
from schemas.instant import parse_instant
from streams.kafka_client import client

_LATEST = 100


class Subscriber(threading.Thread):
    def __init__(self, kafka: str) -> None:
        super().__init__(name="subscriber", daemon=True)
        settings = {"group.id": "demo-subscriber", "auto.offset.reset": "earliest", "isolation.level": "read_committed"}
        self._consumer = Consumer(client(kafka) | settings)
        self._consumer.subscribe([family.topic for family in Family])
        self._ended = threading.Event()
        self.events: dict[tuple[str, int], dict[str, Any]] = {}
        """By (alert_id, revision): what comes twice counts once."""
        self.latest: deque[dict[str, Any]] = deque(maxlen=_LATEST)
        self.latencies: list[float] = []
        """Seconds from an event's place in the order to its arrival here."""
        self.doubled = 0

    def run(self) -> None:
        while not self._ended.is_set():
            for message in self._consumer.consume(500, timeout=0.1):
                if message.error() is None and (value := message.value()) is not None:
                    self._hear(json.loads(value), time.time())
        self._consumer.close()

    def _hear(self, event: dict[str, Any], now: float) -> None:
        data = event["data"]
        key = data["alert_id"], data["revision"]
        if key in self.events:
            self.doubled += 1
            return
        self.events[key] = event
        self.latest.append(event)
        self.latencies.append(now - parse_instant(event["time"]) / 1000)

    def open(self) -> int:
        """How many alerts are open."""
        last: dict[str, dict[str, Any]] = {}
        for (name, _), event in sorted(self.events.copy().items()):
            last[name] = event
        return sum(event["type"].endswith(("opened.v1", "updated.v1")) for event in last.values())

    def end(self) -> None:
        self._ended.set()
        self.join()
