"""Lets time go on where nothing arrives: asks the broker for the topics' ends, and knows what has been read up to them.

While the broker cannot be asked, time stands still: an outage never invents a missed response.
"""

import asyncio
from collections.abc import Callable, Mapping

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError
from structlog.stdlib import get_logger

from schemas.touchpoint import TOPIC_PREFIX
from streams.engine.held import Held

PATIENCE_S = 5.0

_log = get_logger(__name__)


class Probe:
    def __init__(self, held: Mapping[int, Held], reader: AIOKafkaConsumer, now: Callable[[], int]) -> None:
        """`reader` sees uncommitted records too: an open transaction may still bring touchpoints that have arrived already."""
        self._held = held
        self._reader = reader
        self._now = now
        self.answered = False
        """Whether the last probe was."""

    async def ask(self) -> None:
        held = dict(self._held)
        tps = [TopicPartition(TOPIC_PREFIX + channel, number) for number, mine in held.items() for channel in mine.admitted]
        if not tps:
            return
        sent = self._now()
        try:
            ends = await asyncio.wait_for(self._reader.end_offsets(tps), PATIENCE_S)
        except (KafkaError, TimeoutError) as error:
            self.answered = False
            _log.warning("Kafka does not tell the topics' ends; time stands still", error=type(error).__name__)
            return
        self.answered = True
        for tp, end in ends.items():
            mine = held[tp.partition]
            if self._held.get(tp.partition) is mine:  # still, and not again after a rebalance
                found(mine, tp.topic.removeprefix(TOPIC_PREFIX), end, sent)


def found(held: Held, channel: str, end: int, sent: int) -> None:
    """The topic partition ended at `end`, asked for at `sent`: all that arrived before has been admitted, or is unread."""
    held.ends[channel] = end
    if held.admitted[channel] >= end:
        held.progress.caught_up(channel, sent)
