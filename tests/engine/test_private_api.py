"""What is overridden or read of Faust and aiokafka without being public: a new version that changes it fails here, by name."""

import inspect
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.client import AIOKafkaClient
from aiokafka.cluster import ClusterMetadata
from aiokafka.conn import AIOKafkaConnection
from aiokafka.consumer.fetcher import Fetcher
from aiokafka.consumer.group_coordinator import GroupCoordinator
from aiokafka.consumer.subscription_state import TopicPartitionState
from aiokafka.producer.sender import Sender, SendProduceReqHandler
from aiokafka.protocol.offset import OffsetRequest
from faust import App
from faust.tables.recovery import Recovery
from faust.transport.conductor import Conductor
from faust.transport.consumer import Fetcher as FaustFetcher
from faust.transport.drivers import aiokafka as driver

from streams.engine import app, consumer_thread, transport


def parameters(function: Any) -> list[str]:
    return list(inspect.signature(function).parameters)


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        (driver.AIOKafkaConsumerThread._create_worker_consumer, consumer_thread.Thread._create_worker_consumer),
        (driver.AIOKafkaConsumerThread._fetch_records, consumer_thread.Thread._fetch_records),
        (driver.AIOKafkaConsumerThread.on_thread_stop, consumer_thread.Thread.on_thread_stop),
        (driver.Consumer._new_consumer_thread, transport.Consumer._new_consumer_thread),
        (driver.Consumer._drain_messages, transport.Consumer._drain_messages),
        (driver.Consumer.perform_seek, transport.Consumer.perform_seek),
        (driver.Consumer.on_partitions_revoked, transport.Consumer.on_partitions_revoked),
        (driver.Consumer.on_partitions_assigned, transport.Consumer.on_partitions_assigned),
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


def test_a_coordinator_that_met_an_error_goes_on_when_it_is_asked_for_it() -> None:
    assert "self._error_consumed_fut.set_result" in inspect.getsource(GroupCoordinator.check_errors)
    assert "self._error_consumed_fut" in inspect.getsource(GroupCoordinator._push_error_to_user)
    assert {"member_id", "_pending_exception"} <= attributes(GroupCoordinator)


def test_a_connections_patience_is_looked_at_when_it_is_made_and_when_a_request_is_sent() -> None:
    assert "request_timeout_ms=self._request_timeout_ms" in inspect.getsource(AIOKafkaClient._get_conn)
    assert "self._get_conn(" in inspect.getsource(AIOKafkaClient.ready)
    assert "wait_for(fut, self._request_timeout)" in inspect.getsource(AIOKafkaConnection.send)
    assert parameters(AIOKafkaClient._get_conn) == ["self", "node_id", "group", "no_hint"]


def test_requests_to_the_group_go_through_the_method_that_is_replaced() -> None:
    assert "self._client.send(" in inspect.getsource(GroupCoordinator._send_req)
    assert parameters(AIOKafkaClient.send) == ["self", "node_id", "request", "group"]


def test_who_asks_where_a_topic_ends_says_who_it_is_and_the_answer_names_the_error_second_and_the_offset_last() -> None:
    assert parameters(OffsetRequest.__init__) == ["self", "replica_id", "isolation_level", "topics"]
    answer = inspect.getsource(Fetcher._proc_offset_request)
    assert "for part, error_code, *partition_info in part_data" in answer
    assert "timestamp, offset = partition_info" in answer
    assert parameters(ClusterMetadata.leader_for_partition) == ["self", "partition"]


def test_a_producer_looks_its_coordinator_up_where_it_is_replaced_and_tries_again_after_that_error() -> None:
    source = inspect.getsource(Sender._find_coordinator)
    assert "self.client.coordinator_lookup(" in source
    assert "Errors.CoordinatorNotAvailableError" in source


def test_a_producer_gives_a_batch_up_by_one_number_and_an_answer_by_another() -> None:
    assert "self._request_timeout_ms / 1000" in inspect.getsource(AIOKafkaProducer.__init__)
    assert "timeout=self._sender._request_timeout_ms" in inspect.getsource(SendProduceReqHandler.create_request)


def attributes(owner: type) -> set[str]:
    """The names that its initialiser sets."""
    return set(inspect.getsource(owner.__init__).replace(":", " ").replace("self.", " ").split())  # type: ignore[misc]
