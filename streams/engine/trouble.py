"""What an error of Kafka's client means to a worker: try again, end because another has taken over, or end because it is broken."""

from collections.abc import Iterator

from aiokafka.errors import (
    InvalidProducerEpoch,
    InvalidProducerIdMapping,
    InvalidTxnState,
    KafkaError,
    KafkaTimeoutError,
    ProducerFenced,
    UnknownError,
)

_SHUT_OUT = (ProducerFenced, InvalidProducerEpoch, InvalidProducerIdMapping, InvalidTxnState)
_MOST = 500
"""Characters of an error's text."""


def transient(error: BaseException) -> bool:
    """Whether asking again may help: a leader or coordinator moves, or nobody answers.

    UnknownError is what aiokafka calls each code it has no name for; those that a worker meets (OFFSET_NOT_AVAILABLE after an election,
    FENCED_LEADER_EPOCH, UNSTABLE_OFFSET_COMMIT) pass.
    """
    if isinstance(error, KafkaError):
        return error.retriable or isinstance(error, KafkaTimeoutError | UnknownError)
    return isinstance(error, OSError)  # TimeoutError is one


def shut_out(error: BaseException) -> bool:
    """Whether the broker takes nothing more from this producer: another has its transactional id, or its transaction took too long."""
    return any(isinstance(cause, _SHUT_OUT) for cause in _causes(error))


def said(error: BaseException) -> str:
    """Its name and text, and those of what caused it."""
    return " <- ".join(f"{type(cause).__name__}: {cause}" for cause in _causes(error))[:_MOST]


def _causes(error: BaseException) -> Iterator[BaseException]:
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__
