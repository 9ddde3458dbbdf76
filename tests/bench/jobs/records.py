"""The reference log in Kafka: written once, and what must follow from each part of it."""

from collections.abc import Callable, Iterable

from confluent_kafka import KafkaError, Message, Producer
from confluent_kafka.admin import AdminClient, NewTopic  # type: ignore[attr-defined]  # exported, not declared

from tests.bench.jobs.log import Event, Told
from tests.bench.jobs.rule import PARTITIONS, TOPICS
from tests.faults.watch import until

ANSWER_S = 30.0
BY_PRODUCER, BY_BROKER = "CreateTime", "LogAppendTime"


class Written:
    """Each alert with the number of events that were written when it became due."""

    def __init__(self) -> None:
        self.events = self.bytes = 0
        self.milestones: dict[int, int] = {}
        """How many events lie before each."""
        self._due: list[tuple[int, Told]] = []

    def add(self, event: Event) -> None:
        self.events += 1
        if event.completes is not None:
            self._due.append((self.events, event.completes))
        if event.milestone is not None:
            self.milestones[event.milestone] = self.events

    def due(self, milestone: int | None = None) -> set[Told]:
        """Up to and with that milestone; without one, all."""
        last = self.events if milestone is None else self.milestones[milestone]
        return {told for number, told in self._due if number <= last}


class Topics:
    def __init__(self, kafka: str) -> None:
        self._kafka = kafka
        self._admin = AdminClient({"bootstrap.servers": kafka, "log_level": 0})

    def anew(self, names: Iterable[str], stamped: str, **config: str) -> None:
        """Empty topics of these names, whatever was there. `stamped`: who gives a record its time."""
        wanted = list(names)
        self.delete(lambda name: name in wanted)
        kept = {"message.timestamp.type": stamped, "retention.ms": "-1"} | config
        new = [NewTopic(name, PARTITIONS, 1, config=kept) for name in wanted]
        for made in self._admin.create_topics(new, operation_timeout=ANSWER_S).values():
            made.result(ANSWER_S)
        until(lambda: set(wanted) <= set(self.names()), "the new topics", ANSWER_S)

    def delete(self, which: Callable[[str], bool]) -> None:
        gone = [name for name in self.names() if which(name)]
        if not gone:
            return
        for deleted in self._admin.delete_topics(gone, operation_timeout=ANSWER_S).values():
            deleted.result(ANSWER_S)
        until(lambda: not set(gone) & set(self.names()), "the end of the old topics", ANSWER_S)

    def names(self) -> list[str]:
        return list(self._admin.list_topics(timeout=ANSWER_S).topics)

    def write(self, log: Iterable[Event]) -> Written:
        """Into the three channels' topics, stamped with the events' own times."""
        self.anew(TOPICS, BY_PRODUCER)
        written = Written()
        writer = Writer(self._kafka)
        for event in log:
            written.bytes += writer.write(event, event.at)
            written.add(event)
        writer.flush()
        return written


class Writer:
    """Any record that is not acknowledged ends the bench."""

    def __init__(self, kafka: str, linger_ms: int = 20) -> None:
        given = {
            "bootstrap.servers": kafka,
            "linger.ms": linger_ms,
            "enable.idempotence": True,
            "queue.buffering.max.messages": 50_000,
            "log_level": 0,
        }
        self._producer = Producer(given)
        self._refused: KafkaError | None = None

    def write(self, event: Event, at: int, appended: Callable[[int], None] | None = None) -> int:
        """Its bytes. `appended` hears the record's time, in milliseconds."""

        def told(error: KafkaError | None, message: Message) -> None:
            self._refused = self._refused or error
            if appended is not None and error is None:
                appended(message.timestamp()[1])

        value, topic = event.value(at), f"touchpoints.{event.channel}"
        while True:
            try:
                self._producer.produce(topic, value, event.key, partition=event.partition, timestamp=at, on_delivery=told)
            except BufferError:  # the queue is full: let it drain
                self._producer.poll(0.05)
            else:
                break
        self._producer.poll(0)
        return len(value)

    def wait(self, seconds: float) -> None:
        self._producer.poll(seconds)

    def flush(self) -> None:
        self._producer.flush()
        if self._refused is not None:
            raise RuntimeError(f"the log could not be written: {self._refused.str()}")
