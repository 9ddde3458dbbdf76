"""A producer that outlives brokers: aiokafka's, with those of its habits changed that end it where waiting would do."""

from collections.abc import Sequence
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.errors import CoordinatorNotAvailableError, KafkaError

from streams.engine.patience import ANSWER_MS, hurry

DELIVERY_MS = 24 * 3_600 * 1_000
"""How long a batch may wait for its leader. aiokafka gives up a batch of that age with its sequence number used, and the next one is
out of order for ever: the watchdog sees sooner, and knows more."""


class Producer(AIOKafkaProducer):
    def __init__(self, topics: Sequence[str], **options: Any) -> None:
        """`topics`: all it will write to."""
        super().__init__(request_timeout_ms=DELIVERY_MS, **options)  # type: ignore[no-untyped-call]  # ships no types
        hurry(self.client)
        self._sender._request_timeout_ms = ANSWER_MS  # noqa: SLF001 -- what the broker is told: how long it may wait for its followers
        self._look_up: Any = self.client.coordinator_lookup
        self.client.coordinator_lookup = self._coordinator  # type: ignore[method-assign]
        self._topics = topics

    async def start(self) -> None:
        """Its transactional id, if it has one, is its own from here on."""
        await super().start()  # type: ignore[no-untyped-call]
        # Now: a topic it looks for in the midst of an outage it takes for missing.
        await self.client.set_topics(self._topics)
        for topic in self._topics:
            await self.partitions_for(topic)  # type: ignore[no-untyped-call]

    async def _coordinator(self, kind: Any, key: str) -> int:
        """Any passing error is one that aiokafka tries again after; of all but three it makes the producer's end."""
        try:
            return int(await self._look_up(kind, key))
        except KafkaError as error:
            if error.retriable:
                raise CoordinatorNotAvailableError from error
            raise
