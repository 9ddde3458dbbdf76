"""Simulated customers who live now, as a process of its own: each touchpoint is sent when it arrives.

`python -m tests.bench.worker.feed KAFKA POLICY RATE SECONDS CUSTOMERS ahead|live`: `ahead` makes all touchpoints before the first is
sent, so that sending takes little of the broker's core; `live` makes them meanwhile. Says on standard output when they begin, and at
the end how many were sent and how late the latest was.
"""

import sys
import time
from collections.abc import Iterable
from pathlib import Path

import msgspec
from confluent_kafka import KafkaError, Message, Producer
from msgspec import Struct

from schemas.instant import SECOND
from streams.kafka.access import UNSECURED
from streams.kafka.client import client
from streams.policy_file import load_policy
from streams.simulate.plan import Plan
from streams.simulate.story import Line
from streams.simulate.targets import Targets
from tests.bench.worker.traffic import touchpoints
from tests.faults.watch import now

MEET_MS, MAKE_MS, SOON_MS = 0.06, 0.1, 3_000
"""What a customer and a touchpoint take to be made at most."""
AT_ONCE_MS = 2
LINGER_MS = 50
"""With less, each touchpoint is a batch of its own on one of some hundred topic partitions, and the broker's core is full of them."""


class Begun(Struct, frozen=True):
    start: int
    """Milliseconds since the epoch."""
    end: int


class Sent(Struct, frozen=True):
    touchpoints: int
    latest_ms: int
    """How long after its moment the most delayed one was sent."""


def main(kafka: str, policy: str, rate: float, seconds: float, customers: int, *, ahead: bool) -> None:
    length = round(seconds * SECOND)
    made_ahead = rate * seconds if ahead else 0
    start = now() + SOON_MS + round(customers * MEET_MS + made_ahead * MAKE_MS)
    targets = Targets.of(load_policy(Path(policy)))
    lines: Iterable[Line] = touchpoints(Plan(customers=customers, start=start, length=length, rate=rate, seed=3, targets=targets))
    if ahead:
        lines = list(lines)
        if now() > start:
            sys.exit("this machine is too slow, or too busy, to make the touchpoints in time")
    _say(Begun(start, start + length))
    _say(_sent(kafka, lines))


def _sent(kafka: str, lines: Iterable[Line]) -> Sent:
    def failed(error: KafkaError | None, _: Message) -> None:
        sys.exit(f"the broker does not take all touchpoints: {error}")

    producer = Producer(
        client(kafka, UNSECURED)
        | {"partitioner": "murmur2_random", "linger.ms": LINGER_MS, "enable.idempotence": True, "delivery.report.only.error": True}
    )
    sent = latest = 0
    for line in lines:
        late = now() - line.timestamp
        if late < -AT_ONCE_MS:
            producer.poll(0)
            time.sleep(-late / SECOND)
        latest = max(latest, late)
        while True:
            try:
                producer.produce(line.topic, bytes(line.value), line.key, on_delivery=failed)
            except BufferError:
                producer.poll(0.01)
            else:
                break
        sent += 1
    producer.flush(60)
    return Sent(sent, latest)


def _say(what: Struct) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(what) + b"\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], float(sys.argv[3]), float(sys.argv[4]), int(sys.argv[5]), ahead=sys.argv[6] == "ahead")
