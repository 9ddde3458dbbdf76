"""A broker, workers as processes, touchpoints in and alerts out: what the tests of a running worker are made of."""

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from types import MappingProxyType
from typing import Any, Self

from aiokafka.errors import InvalidProducerIdMapping
from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, KafkaException, Message, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic  # type: ignore[attr-defined]  # exported, not declared

from deploy.kafka.configuration import in_sync, replication
from schemas.alert import ACTIVE_TOPIC
from schemas.dead_letter import DEAD_LETTER_TOPIC
from schemas.decode import decode
from schemas.identity import key_of
from schemas.instant import format_instant
from schemas.partitioner import partition_for
from schemas.policy import Policy
from schemas.touchpoint import TOPIC_PREFIX, Touchpoint
from streams.broker import EmbeddedBroker
from streams.detection.change import AlertChange
from streams.detection.detectors import load
from streams.detection.partition import Partition
from streams.engine import topics
from streams.engine.broken import BROKEN, TAKEN_OVER
from streams.engine.held import CLOCK_KEY, Clock
from streams.engine.watchdog import LOST_GROUP

REAL_KAFKA = "THROUGHLINE_TEST_KAFKA"
"""The variable with the address of a real Kafka that the tests may empty; `pytest --brokers N` starts one and sets it."""

APPLICATION = "throughline"
STRUCTURED: dict[str, str | bytes | None] = {"content-type": "application/cloudevents+json"}
POLICY = {
    "version": "test",
    "channels": {"chat": {"lateness": "PT0.5S"}, "shop": {"lateness": "PT0.5S"}, "email": {"lateness": "PT0.5S"}},
}
PATIENCE_S = 60.0


def until(found: Callable[[], Any], what: str, patience: float = PATIENCE_S) -> Any:
    """What `found` gives as soon as it is true; a failure that says `what` was waited for after that time."""
    deadline = time.monotonic() + patience
    while not (result := found()):
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {patience:.0f} s in vain for: {what}")
        time.sleep(0.05)
    return result


def now() -> int:
    return time.time_ns() // 1_000_000


def event(kind: str, customer: str, identity: str, **data: Any) -> bytes:
    """A touchpoint of this moment as a channel sends it."""
    cloud_event = {
        "specversion": "1.0",
        "id": identity,
        "source": "urn:test",
        "type": f"io.throughline.{kind}.v1",
        "time": format_instant(now()),
        "customerid": customer,
        "data": data,
    }
    return json.dumps(cloud_event).encode()


def case(customer: str, name: str, within: int = 1) -> bytes:
    """A conversation whose own deadline is over `within` ms from now: one alert, unless it is resolved before."""
    return event("conversation.opened", customer, f"open-{name}", conversation_id=name, due_at=format_instant(now() + within))


class Worker:
    """A worker's process; its log lies in a file and is shown where a test fails."""

    def __init__(
        self, address: str, folder: Path, name: str, policy: Mapping[str, Any] = POLICY, program: str = "worker_process", **settings: Any
    ) -> None:
        self.log = folder / f"{name}.log"
        self._command = [sys.executable, "-m", f"tests.engine.{program}"]
        given = {
            "kafka": address,
            "application": APPLICATION,
            "metrics_port": 0,
            "session_timeout_ms": 6000,
            "checkpoint_ms": 200,
            "probe_ms": 200,
        } | settings
        self._command += [json.dumps(given), json.dumps(policy)]
        self._start()

    def _start(self) -> None:
        with self.log.open("a") as log:
            self.process = subprocess.Popen(
                self._command, stdout=log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, cwd=Path(__file__).parents[2]
            )

    def ready(self) -> Self:
        """Once it works. What a failing of the embedded broker ends is started again, as an orchestrator does."""
        until(self._works, "a worker that works")
        return self

    def _works(self) -> bool:
        if self._failed():
            self._start()
        assert self.process.poll() is None, f"the worker ended with {self.process.returncode}"
        return any(line["message"] == "working" for line in self.lines("info"))

    def _failed(self) -> bool:
        """The embedded broker's group coordinator fails now and then when two workers join, and it draws producer ids from 900,000: of the
        two hundred that two workers on 64 partition numbers ask for, once in fifty times two are the same."""
        last = self.lines("critical")[-1:]
        return (self.process.poll() == BROKEN and any(line["message"] == LOST_GROUP for line in last)) or (
            self.process.poll() == TAKEN_OVER
            and REAL_KAFKA not in os.environ
            and any(InvalidProducerIdMapping.__name__ in line["error"] for line in last)
        )

    def lines(self, level: str) -> list[dict[str, Any]]:
        return [line for text in self.log.read_text().splitlines() if (line := json.loads(text))["level"] == level]

    def stop(self) -> int:
        """SIGTERM; the exit code."""
        self.process.terminate()
        return self.process.wait(PATIENCE_S)

    def kill(self) -> None:
        """SIGKILL."""
        self.process.kill()
        self.process.wait(PATIENCE_S)

    def ended(self) -> int:
        return self.process.wait(PATIENCE_S)

    def metrics(self) -> str:
        url = [line["url"] for line in self.lines("info") if "url" in line][-1]  # after a restart the last counts
        with urllib.request.urlopen(f"{url}/metrics", timeout=5) as answer:  # noqa: S310 -- the worker's own address
            return str(answer.read().decode())

    def counted(self, metric: str) -> float:
        """The sum over all labels."""
        return sum(float(line.rsplit(" ", 1)[1]) for line in self.metrics().splitlines() if line.startswith((metric + "{", metric + " ")))


class Live:
    """A broker with the topics of a policy, and whatever runs on it."""

    def __init__(self, address: str, folder: Path, partitions: int, policy: Mapping[str, Any]) -> None:
        self.address, self.folder, self.partitions, self.policy = address, folder, partitions, policy
        self._producer = Producer(
            {
                "bootstrap.servers": address,
                "partitioner": "murmur2_random",
                "enable.idempotence": True,  # or a batch that is sent again comes behind later ones, whose times would tell of it as read
                "linger.ms": 2,
                "log_level": 0,
                "message.max.bytes": 8_000_000,
            }
        )
        self._started: list[Worker] = []

    def worker(self, **given: Any) -> Worker:
        self._started.append(Worker(self.address, self.folder, f"worker-{len(self._started)}", self.policy, **given))
        return self._started[-1]

    def tell(self, channel: str, customer: str | None, value: bytes | None, **given: Any) -> None:
        self._producer.produce(TOPIC_PREFIX + channel, key=customer, value=value, headers=STRUCTURED, **given)
        self._producer.poll(0)

    def told(self) -> None:
        assert self._producer.flush(PATIENCE_S) == 0

    def read(self, *names: str, isolation: str = "read_committed") -> list[Message]:
        """All that the topics hold now, as subscribers of committed records see it."""
        reader = Consumer(
            {
                "bootstrap.servers": self.address,
                "group.id": "reader",
                "isolation.level": isolation,
                "enable.auto.commit": False,
                "enable.partition.eof": True,
                "log_level": 0,
            }
        )
        try:
            unread = {(topic, number) for topic in names for number in range(self.partitions)}
            reader.assign([TopicPartition(topic, number, OFFSET_BEGINNING) for topic, number in unread])
            found: list[Message] = []
            deadline = time.monotonic() + PATIENCE_S
            while unread:
                assert time.monotonic() < deadline, f"could not read {unread}"
                for message in reader.consume(1000, 0.1):
                    error = message.error()
                    if error is None:
                        found.append(message)
                    elif error.code() == KafkaError._PARTITION_EOF:
                        unread.discard((str(message.topic()), int(message.partition() or 0)))
            return found
        finally:
            reader.close()

    def alerts(self) -> list[bytes]:
        return [
            message.value() or b""
            for message in self.read(*(topic for topic in topics.written() if topic.startswith("alerts.") and "active" not in topic))
        ]

    def dead_letters(self) -> list[Message]:
        return self.read("touchpoints.dead-letter")

    def close(self) -> None:
        for worker in self._started:
            worker.kill()


@contextmanager
def live(
    folder: Path,
    policy: Mapping[str, Any] = POLICY,
    *,
    partitions: int = 4,
    counts: Mapping[str, int] = MappingProxyType({}),
    history: bool = False,
) -> Iterator[Live]:
    """On the embedded broker, or on the real Kafka that REAL_KAFKA names, whose topics of ours are made anew.

    `counts`: topics with another number of partitions; 0 for none of it at all. `history`: records arrive when their producer says,
    as always on the embedded broker; otherwise a real Kafka stamps them.
    """
    parsed = Policy.model_validate(policy)
    usual = dict.fromkeys([*topics.partitioned(parsed, APPLICATION), *topics.written()], partitions)
    wanted = {topic: count for topic, count in (usual | dict(counts)).items() if count}
    real = os.environ.get(REAL_KAFKA)
    with nullcontext() if real else EmbeddedBroker(wanted) as broker:
        if real:
            make_anew(real, wanted, history=history)
        running = Live(real or broker.address, folder, partitions, policy)  # type: ignore[union-attr]  # one of the two
        try:
            yield running
        finally:
            running.close()
            for log in sorted(folder.glob("*.log")):
                sys.stdout.write(f"--- {log.name}\n{log.read_text()}\n")


def make_anew(address: str, wanted: Mapping[str, int], *, history: bool = False) -> None:
    """Topics and group of the application, without what earlier tests left."""
    admin = AdminClient({"bootstrap.servers": address, "log_level": 0})
    ours = [topic for topic in admin.list_topics(timeout=PATIENCE_S).topics if topic.startswith(("touchpoints.", "alerts.", APPLICATION))]
    for gone in admin.delete_topics(ours).values() if ours else ():
        gone.result(PATIENCE_S)
    for group in until(lambda: _deleted(admin), "an empty consumer group"):
        assert group == APPLICATION
    until(lambda: not any(topic in admin.list_topics(timeout=PATIENCE_S).topics for topic in ours), "the topics gone")
    brokers = len(admin.list_topics(timeout=PATIENCE_S).brokers)
    brokers_stamp = {"message.timestamp.type": "LogAppendTime"}
    producers_stamp = {"message.timestamp.type": "CreateTime", "retention.ms": "-1"}  # or the oldest records are gone at once
    compacted = {"cleanup.policy": "compact"}
    usual = {"min.insync.replicas": str(in_sync(brokers)), "max.message.bytes": "8000000"} | brokers_stamp
    own = {DEAD_LETTER_TOPIC: producers_stamp, ACTIVE_TOPIC: compacted, topics.changelog(APPLICATION): compacted}
    if history:
        own |= {topic: producers_stamp for topic in wanted if topic.startswith(TOPIC_PREFIX)}
    new = [NewTopic(topic, count, replication(brokers), config=usual | own.get(topic, {})) for topic, count in wanted.items()]
    for made in admin.create_topics(new).values():
        made.result(PATIENCE_S)


def _deleted(admin: AdminClient) -> list[str]:
    """The group's name once it is no more: a killed worker stays a member until its session ends."""
    try:
        admin.delete_consumer_groups([APPLICATION])[APPLICATION].result(PATIENCE_S)
    except KafkaException as error:
        return [APPLICATION] if error.args[0].code() == KafkaError.GROUP_ID_NOT_FOUND else []
    return [APPLICATION]


class Record:
    """A message as `decode` reads it."""

    def __init__(self, message: Message) -> None:
        self.topic, self.partition, self.offset = str(message.topic()), int(message.partition() or 0), int(message.offset() or 0)
        self.timestamp = message.timestamp()[1]
        self.key, self.value = message.key(), message.value()
        headers = message.headers() or []
        self.headers: Sequence[tuple[str, Any]] = list(headers.items() if isinstance(headers, dict) else headers)


def replayed(running: Live) -> dict[str, bytes]:
    """What the core alone says of the log, up to where the workers have settled it; by alert id and revision."""
    policy = Policy.model_validate(running.policy)
    clocks = {
        int(message.partition() or 0): Clock.unpacked(message.value() or b"")
        for message in running.read(topics.changelog(APPLICATION))
        if message.key() == CLOCK_KEY
    }
    partitions = {number: Partition(number, policy, load(policy)) for number in clocks}
    for message in running.read(*(TOPIC_PREFIX + channel for channel in policy.channels)):
        match decode(Record(message)):
            case Touchpoint() as touchpoint if partition_for(key_of(touchpoint.journey), running.partitions) == touchpoint.partition:
                partitions[touchpoint.partition].admit(touchpoint)
    told = {}
    for number, partition in partitions.items():
        for change in partition.advance(clocks[number].settled):
            if isinstance(change, AlertChange):
                told[change.event().id] = change.written()
    return told


def by_id(alerts: Sequence[bytes]) -> dict[str, set[bytes]]:
    found: dict[str, set[bytes]] = {}
    for alert in alerts:
        found.setdefault(json.loads(alert)["id"], set()).add(alert)
    return found
