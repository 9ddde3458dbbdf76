"""Somebody who subscribes to the alerts, as any downstream service would."""

import json
import threading
import time
from collections import deque
from collections.abc import Mapping
from typing import Any

from confluent_kafka import Consumer, KafkaException, TopicPartition

from schemas.alert import Family
from schemas.instant import parse_instant
from streams.kafka.access import UNSECURED
from streams.kafka.client import client

_GROUP = "demo-subscriber"
_LATEST = 100
_FINISH_S = 10.0


class Subscriber(threading.Thread):
    def __init__(self, kafka: str) -> None:
        super().__init__(name="subscriber", daemon=True)
        settings = {"group.id": _GROUP, "auto.offset.reset": "earliest", "isolation.level": "read_committed"}
        self._kafka = kafka
        self._consumer = Consumer(client(kafka, UNSECURED) | settings)
        self._consumer.subscribe([family.topic for family in Family])
        self._ended = threading.Event()
        self.events: dict[tuple[str, int], dict[str, Any]] = {}
        """By (alert_id, revision): what comes twice counts once."""
        self.latest: deque[dict[str, Any]] = deque(maxlen=_LATEST)
        self.latencies: list[float] = []
        """Seconds from an event's place in the order to its arrival here."""

    def run(self) -> None:
        while not self._ended.is_set():
            self._listen()
        deadline = time.monotonic() + _FINISH_S
        ends = self._ends()
        while self._behind(ends) and time.monotonic() < deadline:
            self._listen()
        self._consumer.close()

    def _listen(self) -> None:
        for message in self._consumer.consume(500, timeout=0.1):
            if message.error() is None and (value := message.value()) is not None:
                self._hear(json.loads(value), time.time())

    def _ends(self) -> dict[tuple[str, int], int]:
        """Of what there is to read, by topic and partition; nothing if the broker is gone, for no more will come."""
        ends = {}
        # a connection of its own: on the other's a fetch waits for records
        asking = Consumer(client(self._kafka, UNSECURED) | {"group.id": _GROUP})
        try:
            for part in self._consumer.assignment():
                low, high = asking.get_watermark_offsets(part, timeout=_FINISH_S)
                if high > low:
                    ends[part.topic, part.partition] = high
        except KafkaException:
            return {}
        finally:
            asking.close()
        return ends

    def _behind(self, ends: Mapping[tuple[str, int], int]) -> bool:
        parts = [TopicPartition(*where) for where in ends]
        # of what has never been read the position is negative
        return any(at.offset < ends[at.topic, at.partition] for at in self._consumer.position(parts))

    def _hear(self, event: dict[str, Any], now: float) -> None:
        data = event["data"]
        key = data["alert_id"], data["revision"]
        if key in self.events:
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
        """Reads what has been written so far to its end."""
        self._ended.set()
        self.join()
