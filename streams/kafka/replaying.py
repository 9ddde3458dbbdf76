"""Sends dead letters back to their topics, each once.

A record and its mark are written in one transaction: a crash leaves both or neither. Whoever begins a replay shuts out the one
before, and reads the marks only then: of two at the same time one stops, and nothing is sent twice. Where transactions are forbidden
the mark follows the record's acknowledgement: a crash in between sends it again, and a worker drops the copy that
comes within the policy's `deduplication`.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from confluent_kafka import KafkaError, KafkaException, Message, Producer

from schemas.dead_letter import DEAD_LETTER_TOPIC
from schemas.replayed import LetterPlace, Mark
from streams.kafka.client import KafkaTrouble, client
from streams.kafka.letter_verdicts import Ready
from streams.logs.file import LogRecord

AT_ONCE = 500
"""Letters in one transaction: an open one holds up all who read the same partitions."""
PATIENCE_S = 10.0
"""Also how long a replay that dies holds them up."""


class Replaying:
    def __init__(self, kafka: str, application: str, *, transactions: bool = True) -> None:
        """Shuts out every replay of the same application that began before. KafkaTrouble if that may not be."""
        self._kafka = kafka
        self._transactional_id = f"{application}-dead-letters"
        self._transactions = transactions
        timeout = int(PATIENCE_S * 1000)
        once: dict[str, Any] = {"transactional.id": self._transactional_id, "transaction.timeout.ms": timeout} if transactions else {}
        largest = {"message.max.bytes": 64 * 1024 * 1024}  # a letter is as large as what was sent; the broker's limit decides
        self._producer = Producer(client(kafka) | {"enable.idempotence": True, "message.timeout.ms": timeout} | largest | once)
        if transactions:
            self._may(self._producer.init_transactions, PATIENCE_S)

    def send(self, ready: Sequence[Ready]) -> list[Mark]:
        """At most `AT_ONCE` of them. On KafkaTrouble none is sent, unless it says otherwise."""
        if not self._transactions:
            return self._written(ready)
        self._may(self._producer.begin_transaction)
        try:
            marks = self._written(ready)
            self._may(self._producer.commit_transaction, PATIENCE_S)
        except BaseException:
            self._give_up()
            raise
        return marks

    def _written(self, ready: Sequence[Ready]) -> list[Mark]:
        """Each record, and once all are acknowledged and it is known where they lie, each mark."""
        lies = self._acknowledged((one.letter, one.record) for one in ready)
        marks = [Mark(one.letter, lies[one.letter]) for one in ready]
        self._acknowledged((mark.letter, _marking(mark)) for mark in marks)
        return marks

    def _acknowledged(self, records: Iterable[tuple[LetterPlace, LogRecord]]) -> dict[LetterPlace, str]:
        """Where each of them lies."""
        lies: dict[LetterPlace, str] = {}
        refused: list[str] = []
        for letter, record in records:

            def told(error: KafkaError | None, message: Message, letter: LetterPlace = letter) -> None:
                if error is not None:
                    refused.append(f"{letter}: {error.str()}")
                else:
                    lies[letter] = f"{message.topic()}/{message.partition()}/{message.offset()}"

            try:
                self._producer.produce(
                    record.topic, record.value, record.key, partition=record.partition, headers=list(record.headers), on_delivery=told
                )
            except KafkaException as error:  # such as a record that is too large: known before it is sent
                refused.append(f"{letter}: {error.args[0].str()}")
            self._producer.poll(0)
        self._producer.flush()  # every message ends within its timeout
        if refused:
            raise KafkaTrouble(f"{self._kafka} did not take {len(refused)} of them: {refused[0]}; {self._so()}")
        return lies

    def _so(self) -> str:
        return "nothing of these was sent" if self._transactions else "the others of these may have been sent"

    def _may(self, do: Any, *arguments: Any) -> None:
        try:
            do(*arguments)
        except KafkaException as error:
            raise self._trouble(error.args[0]) from None

    def _trouble(self, error: KafkaError) -> KafkaTrouble:
        if error.code() in (KafkaError._FENCED, KafkaError.PRODUCER_FENCED, KafkaError.INVALID_PRODUCER_EPOCH):  # noqa: SLF001 (its public name)
            return KafkaTrouble("another replay has begun since: this one stops, and what it had not finished is not sent")
        if error.code() in (KafkaError.TRANSACTIONAL_ID_AUTHORIZATION_FAILED, KafkaError.CLUSTER_AUTHORIZATION_FAILED):
            return KafkaTrouble(
                f"{self._kafka} does not allow the transactional id {self._transactional_id}: have it allowed, or say --at-least-once"
            )
        return KafkaTrouble(f"{self._kafka} does not take the letters ({error.str()}); what was not reported as sent is not sent")

    def _give_up(self) -> None:
        try:
            self._producer.abort_transaction(PATIENCE_S)
        except KafkaException:
            return  # whatever goes on: the broker gives it up by itself, and what stopped us is being told


def _marking(mark: Mark) -> LogRecord:
    return LogRecord(DEAD_LETTER_TOPIC, mark.letter.partition, -1, 0, None, None, tuple(mark.headers()))


def at_once(ready: Sequence[Ready]) -> list[Sequence[Ready]]:
    return [ready[first : first + AT_ONCE] for first in range(0, len(ready), AT_ONCE)]
