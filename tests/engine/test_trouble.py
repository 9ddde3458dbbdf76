"""What an error of Kafka's client means."""

import pytest
from aiokafka.errors import (
    AuthenticationFailedError,
    ConcurrentTransactions,
    InvalidProducerEpoch,
    InvalidProducerIdMapping,
    InvalidTxnState,
    KafkaConnectionError,
    KafkaError,
    KafkaTimeoutError,
    NodeNotReadyError,
    NotCoordinatorForGroupError,
    NotEnoughReplicasError,
    NotLeaderForPartitionError,
    OutOfOrderSequenceNumber,
    ProducerFenced,
    RequestTimedOutError,
    TopicAuthorizationFailedError,
    for_code,
)

from streams.engine.trouble import said, shut_out, transient

OFFSET_NOT_AVAILABLE = 78
PASSING = [
    KafkaConnectionError(),
    NodeNotReadyError(),
    RequestTimedOutError(),
    KafkaTimeoutError(),
    NotLeaderForPartitionError(),
    NotCoordinatorForGroupError(),
    NotEnoughReplicasError(),
    for_code(OFFSET_NOT_AVAILABLE)(),
    ConnectionRefusedError(),
    TimeoutError(),
]
LASTING = [AuthenticationFailedError(), TopicAuthorizationFailedError(), OutOfOrderSequenceNumber(), ProducerFenced(), ValueError()]
SHUT_OUT = [ProducerFenced(), InvalidProducerEpoch(), InvalidTxnState(), InvalidProducerIdMapping()]


def caused(error: Exception) -> KafkaError:
    """As aiokafka's sender tells what ended it."""
    wrapped = KafkaError("Unexpected error during batch delivery")
    wrapped.__cause__ = error
    return wrapped


@pytest.mark.parametrize("error", PASSING, ids=lambda error: type(error).__name__)
def test_it_is_tried_again_where_that_may_help(error: Exception) -> None:
    assert transient(error)
    assert not shut_out(error)


@pytest.mark.parametrize("error", LASTING, ids=lambda error: type(error).__name__)
def test_it_is_not_tried_again_where_it_never_helps(error: Exception) -> None:
    assert not transient(error)


@pytest.mark.parametrize("error", SHUT_OUT, ids=lambda error: type(error).__name__)
def test_who_is_shut_out_knows_it_also_from_behind_a_wrapping(error: Exception) -> None:
    assert shut_out(error)
    assert shut_out(caused(error))


def test_an_error_of_another_kind_shuts_nobody_out() -> None:
    assert not shut_out(caused(ConcurrentTransactions()))


def test_what_is_said_has_the_cause() -> None:
    assert said(caused(ProducerFenced())).startswith("KafkaError: KafkaError: Unexpected error during batch delivery <- ProducerFenced: ")


def test_what_is_said_has_an_end() -> None:
    assert len(said(KafkaError("x" * 10_000))) <= 500
