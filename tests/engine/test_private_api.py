"""What is overridden or read of Faust and aiokafka without being public: a new version that changes it fails here, by name."""

import inspect
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka.consumer.fetcher import Fetcher
from aiokafka.consumer.group_coordinator import GroupCoordinator
from aiokafka.consumer.subscription_state import TopicPartitionState
from faust import App
from faust.tables.recovery import Recovery
from faust.transport.conductor import Conductor
from faust.transport.consumer import Fetcher as FaustFetcher
from faust.transport.drivers import aiokafka as driver

from streams.engine import app, transport


def parameters(function: Any) -> list[str]:
    return list(inspect.signature(function).parameters)


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        (driver.AIOKafkaConsumerThread._create_worker_consumer, transport.Thread._create_worker_consumer),
        (driver.AIOKafkaConsumerThread._fetch_records, transport.Thread._fetch_records),
        (driver.Consumer._new_consumer_thread, transport.Consumer._new_consumer_thread),
        (driver.Consumer._drain_messages, transport.Consumer._drain_messages),
        (driver.Consumer.perform_seek, transport.Consumer.perform_seek),
        (driver.Consumer.on_partitions_revoked, transport.Consumer.on_partitions_revoked),
        (driver.Consumer.force_commit, transport.Consumer.force_commit),
        (driver.Consumer.verify_event_path, transport.Consumer.verify_event_path),
        (App._create_directories, app.App._create_directories),
    ],
    ids=lambda function: function.__qualname__,
)
def test_what_is_overridden_is_still_there_and_takes_the_same(theirs: Any, ours: Any) -> None:
    assert parameters(theirs) == parameters(ours)


def test_faust_drains_by_the_method_that_is_overridden() -> None:
    assert "_drain_messages" in inspect.getsource(FaustFetcher)


def test_faust_recovers_before_it_seeks_and_seeks_before_anything_flows() -> None:
    source = inspect.getsource(Recovery._resume_streams)
    steps = ["on_rebalance_complete.send()", "perform_seek()", "flow_control.resume()", "resume_flow()"]
    assert [source.index(step) for step in steps] == sorted(source.index(step) for step in steps)
    assert "if not self.tables" in inspect.getsource(Recovery)


def test_a_revoked_assignment_is_told_before_faust_forgets_it() -> None:
    assert "on_rebalance_start" in inspect.getsource(driver.ConsumerRebalanceListener.on_partitions_revoked)
    assert "_on_partitions_revoked" in inspect.getsource(driver.Consumer.on_partitions_revoked)


def test_positions_move_where_they_are_read() -> None:
    assert "self._position" in inspect.getsource(TopicPartitionState)
    assert parameters(Fetcher.fetched_records) == ["self", "partitions", "timeout", "max_records"]
    assert {"_fetcher", "_closed", "_subscription", "_coordinator"} <= set(vars(AIOKafkaConsumer)) | attributes(AIOKafkaConsumer)


def test_the_coordinator_keeps_its_task_and_its_error_where_the_watchdog_looks() -> None:
    assert {"_coordination_task", "_pending_exception"} <= attributes(GroupCoordinator)


def test_the_conductor_knows_the_agents_of_a_topic_partition() -> None:
    assert "_tp_index" in attributes(Conductor)


def attributes(owner: type) -> set[str]:
    """The names that its initialiser sets."""
    return set(inspect.getsource(owner.__init__).replace(":", " ").replace("self.", " ").split())  # type: ignore[misc]
