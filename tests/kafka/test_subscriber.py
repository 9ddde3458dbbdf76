"""The subscriber that README.md shows, as it stands there: killed, told everything twice, and told what was never committed."""

import json
import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from confluent_kafka import Message, Producer

from schemas.alert import Family
from schemas.instant import SECOND
from tests.engine.live import REAL_KAFKA, Live, case, event, live, now, until

pytestmark = pytest.mark.slow

README = (Path(__file__).parents[2] / "README.md").read_text()
ADDRESS = "kafka-1:9092"
TOPIC = Family.SLOW_RESPONSE.topic


class Subscriber:
    """A process with the block as its program, in a folder of its own."""

    def __init__(self, running: Live, isolation: str = "read_committed") -> None:
        (block,) = (text for text in re.findall(r"```python\n(.*?)```", README, re.DOTALL) if "isolation.level" in text)
        assert ADDRESS in block
        assert "read_committed" in block
        self._folder = running.folder
        self._program = block.replace(ADDRESS, running.address).replace("read_committed", isolation)
        self.said = self._folder / "subscriber.txt"
        self.start()

    def start(self) -> None:
        with self.said.open("a") as said:
            self.process = subprocess.Popen([sys.executable, "-c", self._program], cwd=self._folder, stdout=said, stderr=subprocess.STDOUT)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def acted_on(self) -> list[tuple[str, int]]:
        """Each as often as it was acted on."""
        lines = [line.split() for line in self.said.read_text().splitlines()]
        assert self.process.poll() is None or self.process.returncode < 0, "\n".join(map(" ".join, lines))
        return [(words[0], int(words[1])) for words in lines]

    def known(self) -> dict[str, int]:
        """What its database holds: the highest revision by alert."""
        with closing(sqlite3.connect(self._folder / "alerts.db")) as database:
            try:
                return dict(database.execute("SELECT id, revision FROM alert"))
            except sqlite3.OperationalError:  # it has not begun
                return {}


@contextmanager
def subscribed(running: Live, isolation: str = "read_committed") -> Iterator[Subscriber]:
    subscriber = Subscriber(running, isolation)
    try:
        yield subscriber
    finally:
        subscriber.kill()


def tell(running: Live, *names: str) -> None:
    for name in names:
        running.tell("chat", name, case(name, name))
    running.told()


def told(running: Live) -> list[Message]:
    return running.read(TOPIC)


def pairs(messages: list[Message]) -> set[tuple[str, int]]:
    alerts = [json.loads(message.value() or b"")["data"] for message in messages]
    return {(alert["alert_id"], alert["revision"]) for alert in alerts}


def all_known(running: Live, subscriber: Subscriber, *names: str) -> bool:
    """Each of these cases was told of, and the database holds the latest of all that was told."""
    messages = told(running)
    latest = dict(sorted(pairs(messages)))  # of one alert's revisions the last
    return {message.key() for message in messages} >= {name.encode() for name in names} and subscriber.known() == latest


def again(running: Live, message: Message) -> None:
    """As a worker that repeats itself would: on the embedded broker, or with `at_least_once`."""
    producer = Producer({"bootstrap.servers": running.address, "log_level": 0})
    producer.produce(TOPIC, key=message.key(), value=message.value(), partition=int(message.partition() or 0))
    assert producer.flush(30) == 0


def test_it_acts_once_on_each_revision_although_it_is_killed_and_told_twice(tmp_path: Path) -> None:
    names = [f"case-{number}" for number in range(8)]
    with live(tmp_path, partitions=2) as running, subscribed(running) as subscriber:
        running.worker().ready()
        tell(running, *names[:4])
        until(lambda: all_known(running, subscriber, *names[:4]), "the first alerts in its database")
        subscriber.kill()
        before = told(running)
        resolved = event("conversation.resolved", names[0], "resolved", conversation_id=names[0])
        running.tell("chat", names[0], resolved)
        running.told()
        until(lambda: 1 in {revision for _, revision in pairs(told(running))}, "the next revision of one of them")
        for message in before:
            again(running, message)
        tell(running, *names[4:])
        subscriber.start()
        until(lambda: all_known(running, subscriber, *names), "the alerts of all cases in its database")
        assert sorted(subscriber.acted_on()) == sorted(pairs(told(running)))
        assert 1 in subscriber.known().values()


@pytest.mark.kafka(embedded="neither isolates nor fences transactions")
@pytest.mark.parametrize("isolation", ["read_committed", "read_uncommitted"])
def test_an_alert_of_a_worker_that_died_in_its_transaction_is_acted_on_once(tmp_path: Path, isolation: str) -> None:
    with live(tmp_path, partitions=1) as running, subscribed(running, isolation) as subscriber:
        dying = running.worker(program="dying_process", transaction_timeout_ms=600_000).ready()
        tell(running, "case-1")
        assert dying.ended() < 0
        if isolation == "read_uncommitted":
            until(subscriber.acted_on, "the alert that was never committed")
        else:
            assert subscriber.acted_on() == []
        running.worker(transaction_timeout_ms=600_000).ready()
        tell(running, "case-2")
        until(lambda: all_known(running, subscriber, "case-1", "case-2"), "the alerts of both cases")
        assert sorted(subscriber.acted_on()) == sorted(pairs(told(running)))
        heard = [message.value() for message in running.read(TOPIC, isolation="read_uncommitted")]
        assert len(heard) > len(told(running))
        assert set(heard) == {message.value() for message in told(running)}, "the same alert and revision with other content"


@pytest.mark.kafka(embedded="neither isolates nor fences transactions")
def test_what_a_transaction_took_back_is_never_acted_on(tmp_path: Path) -> None:
    with live(tmp_path, partitions=1) as running, subscribed(running) as subscriber:
        running.worker().ready()
        tell(running, "case-1")
        until(lambda: all_known(running, subscriber, "case-1"), "the first alert")
        first, *_ = told(running)
        never = json.loads(first.value() or b"")
        never["data"]["revision"] = 99
        producer = Producer({"bootstrap.servers": os.environ[REAL_KAFKA], "transactional.id": "takes-back", "log_level": 0})
        producer.init_transactions(30)
        producer.begin_transaction()
        producer.produce(TOPIC, key=first.key(), value=json.dumps(never), partition=0)
        producer.flush(30)
        producer.abort_transaction(30)
        tell(running, "case-2")
        until(lambda: all_known(running, subscriber, "case-2"), "the alert of what came after it")
        assert 99 not in subscriber.known().values()


@pytest.mark.kafka(embedded="neither isolates nor fences transactions")
def test_where_no_successor_starts_readers_wait_until_the_broker_gives_the_transaction_up(tmp_path: Path) -> None:
    gives_up_ms = 15_000
    with live(tmp_path, partitions=1) as running, subscribed(running) as subscriber:
        dying = running.worker(program="dying_process", transaction_timeout_ms=gives_up_ms).ready()
        tell(running, "case-1")
        assert dying.ended() < 0
        died = now()
        never, *_ = running.read(TOPIC, isolation="read_uncommitted")
        again(running, never)  # an application that told it without a transaction would be heard no sooner
        assert told(running) == []
        until(subscriber.known, "what lies behind the transaction")
        sys.stdout.write(f"a transaction of {gives_up_ms / SECOND:.0f} s at most let readers wait {(now() - died) / SECOND:.1f} s\n")
        assert len(told(running)) == 1
