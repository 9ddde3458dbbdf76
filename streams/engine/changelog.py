"""What a recovery reads: the last value of each key of the changelog, only what was committed.

librdkafka reads it. aiokafka copies each answer three times before a record is seen, which made a recovery half as long again.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import cast

from aiokafka.errors import KafkaConnectionError, for_code
from confluent_kafka import Consumer, KafkaError, Message, TopicPartition

from streams.kafka.offsets import Span
from streams.kafka.reading import END, passing

AT_ONCE = 2_000
PAUSE_S = 0.005
"""Where nothing has come."""

Values = dict[bytes, bytes]
"""By key."""


class Changelog:
    def __init__(self, topic: str, client: Callable[[], Consumer]) -> None:
        """`client`: a new one, that reads committed records and tells where a partition ends."""
        self.topic = topic
        self._client = client
        self.records = 0
        """Read since the start."""

    async def read(self, spans: Mapping[int, Span]) -> dict[int, Values]:
        """By partition number; what came behind a span's end meanwhile may be there, too. Raises aiokafka's KafkaError: whoever recovers
        knows no other."""
        stored: dict[int, Values] = {number: {} for number in spans}
        unread = {number: span for number, span in spans.items() if span.start < span.end}
        if not unread:
            return stored
        client = self._client()
        try:
            client.assign([TopicPartition(self.topic, number, span.start) for number, span in unread.items()])
            while unread:
                messages = client.consume(AT_ONCE, 0)
                self._keep(messages, stored, unread)
                await asyncio.sleep(0 if messages else PAUSE_S)
            return stored
        finally:
            client.close()

    def _keep(self, messages: Sequence[Message], stored: Mapping[int, Values], unread: dict[int, Span]) -> None:
        """In `stored` what is new; takes out of `unread` what is read to its end.

        An end is what the broker calls so, not the last record's offset: what follows that may be markers of transactions alone. One
        that is told too early, by a leader that was just elected, does not count.
        """
        for message in messages:
            number, error = cast("int", message.partition()), message.error()
            if error is None:
                self.records += 1
                key, value = cast("bytes", message.key()), message.value()
                if value is None:
                    stored[number].pop(key, None)
                else:
                    stored[number][key] = value
            elif error.code() == END:
                if number in unread and cast("int", message.offset()) >= unread[number].end:
                    del unread[number]
            elif not passing(error):
                raise _as_aiokafka_says(error)


def _as_aiokafka_says(error: KafkaError) -> Exception:
    """A broker's codes are the same for both; what is librdkafka's own is below zero, and of the connection."""
    found: Exception = for_code(error.code())(error.str()) if error.code() > 0 else KafkaConnectionError(error.str())
    return found
