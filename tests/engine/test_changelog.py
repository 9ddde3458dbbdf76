"""A recovery reads the last value of each key, to the end that was asked for and no less, and leaves nothing running."""

import asyncio
import os
import time
from pathlib import Path

import pytest
from confluent_kafka import Consumer, Producer

from streams.engine import topics
from streams.engine.changelog import Changelog
from streams.engine.connections import Connections
from streams.kafka.offsets import Span
from streams.settings import Settings
from tests.engine.live import APPLICATION, REAL_KAFKA, Live, live, until

TOPIC = topics.changelog(APPLICATION)
GIVEN_UP_WITHIN_S = 2.0


class Reading:
    """A changelog on a broker, and each client that was made to read it."""

    def __init__(self, running: Live) -> None:
        connections = Connections(Settings(kafka=running.address, application=APPLICATION), embedded=REAL_KAFKA not in os.environ)
        self.clients: list[Consumer] = []

        def made() -> Consumer:
            self.clients.append(connections.changelog_reader())
            return self.clients[-1]

        self.changelog = Changelog(TOPIC, made)

    def all_closed(self) -> bool:
        return all(_closed(client) for client in self.clients)


def _closed(client: Consumer) -> bool:
    try:
        client.position([])
    except RuntimeError:
        return True
    return False


def write(address: str, *records: tuple[int, bytes, bytes | None]) -> None:
    producer = Producer({"bootstrap.servers": address, "enable.idempotence": True, "log_level": 0})
    for number, key, value in records:
        producer.produce(TOPIC, value, key, number)
    assert producer.flush(30) == 0


async def test_it_is_the_last_value_of_each_key_without_those_that_were_taken_back(tmp_path: Path) -> None:
    with live(tmp_path, partitions=2) as running:
        reading = Reading(running)
        write(running.address, (0, b"a", b"1"), (0, b"b", b"1"), (0, b"a", b"2"), (0, b"b", None), (1, b"a", b"other"))
        assert await reading.changelog.read({0: Span(0, 4), 1: Span(0, 1)}) == {0: {b"a": b"2"}, 1: {b"a": b"other"}}
        assert reading.changelog.records == 5
        assert reading.all_closed()


async def test_a_partition_that_holds_nothing_is_not_waited_for(tmp_path: Path) -> None:
    with live(tmp_path, partitions=2) as running:
        reading = Reading(running)
        write(running.address, (1, b"a", b"1"))
        assert await reading.changelog.read({0: Span(0, 0), 1: Span(0, 1)}) == {0: {}, 1: {b"a": b"1"}}


async def test_an_end_that_the_broker_does_not_yet_come_to_is_waited_for(tmp_path: Path) -> None:
    with live(tmp_path, partitions=1) as running:
        reading = Reading(running)
        write(running.address, (0, b"a", b"1"))
        waiting = asyncio.create_task(reading.changelog.read({0: Span(0, 2)}))
        await asyncio.sleep(1)
        assert reading.changelog.records == 1
        assert not waiting.done()
        write(running.address, (0, b"b", b"1"))
        assert await waiting == {0: {b"a": b"1", b"b": b"1"}}


async def test_what_is_given_up_leaves_no_client(tmp_path: Path) -> None:
    with live(tmp_path, partitions=1) as running:
        reading = Reading(running)
        write(running.address, (0, b"a", b"1"))
        waiting = asyncio.create_task(reading.changelog.read({0: Span(0, 9)}))
        await asyncio.to_thread(until, lambda: reading.changelog.records, "a record")
        began = time.monotonic()
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        assert time.monotonic() - began < GIVEN_UP_WITHIN_S
        assert reading.all_closed()


@pytest.mark.kafka(embedded="does not isolate transactions")
async def test_what_was_aborted_is_not_read_and_markers_behind_the_last_record_are_no_obstacle(tmp_path: Path) -> None:
    with live(tmp_path, partitions=1) as running:
        reading = Reading(running)
        producer = Producer({"bootstrap.servers": running.address, "transactional.id": "test-changelog", "log_level": 0})
        producer.init_transactions(30)
        for value, end in ((b"1", producer.commit_transaction), (b"2", producer.abort_transaction)):
            producer.begin_transaction()
            producer.produce(TOPIC, value, b"a", 0)
            producer.flush(30)  # what is aborted before it is sent is never sent
            end(30)
        assert await reading.changelog.read({0: Span(0, 4)}) == {0: {b"a": b"1"}}
