"""Lets time go on where nothing arrives: asks the broker for the topics' ends, and knows what has been read up to them.

While the broker cannot be asked, time stands still: an outage never invents a missed response. It does so too where a producer's
transaction is open: it may still bring touchpoints that have arrived already. That is no reason to wait for reading, though: what
an open transaction holds cannot be read, so only what lies before the last stable offset counts as unread.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError
from structlog.stdlib import get_logger

from schemas.touchpoint import TOPIC_PREFIX
from streams.engine.held import Held

PATIENCE_S = 12.0
"""Longer than a reader waits for an answer before it looks for another leader."""

_log = get_logger(__name__)


class Probe:
    def __init__(self, held: Mapping[int, Held], reader: AIOKafkaConsumer, stable: AIOKafkaConsumer, now: Callable[[], int]) -> None:
        """`reader` sees uncommitted records and `stable` does not: what the one calls the end is the high watermark, what the other does
        the last stable offset."""
        self._held = held
        self._reader = reader
        self._stable = stable
        self._now = now
        self.answered = False
        """Whether the last probe was."""

    async def ask(self) -> None:
        held = dict(self._held)
        tps = [TopicPartition(TOPIC_PREFIX + channel, number) for number, mine in held.items() for channel in mine.admitted]
        if not tps:
            return
        sent = self._now()
        ends, stable = await asyncio.gather(_ends(self._reader, tps), _ends(self._stable, tps))
        if not ends:
            _log.warning("Kafka does not tell the topics' ends; time stands still")
        self.answered = bool(ends and stable)
        for tp in tps:
            mine = held[tp.partition]
            if self._held.get(tp.partition) is mine:  # still, and not again after a rebalance
                found(mine, tp.topic.removeprefix(TOPIC_PREFIX), ends.get(tp), stable.get(tp), sent)


def found(held: Held, channel: str, end: int | None, stable: int | None, sent: int) -> None:
    """The topic partition ended at `end` and could be read to `stable`, asked for at `sent`; None where nobody answered.

    All that arrived before has been admitted, or is unread, or waits for a transaction's end.
    """
    if stable is not None:
        held.ends[channel] = stable
    if end is None:
        return
    if held.admitted[channel] >= end:
        held.progress.caught_up(channel, sent)
    if stable is not None:
        held.unfinished = held.unfinished | {channel} if max(stable, held.admitted[channel]) < end else held.unfinished - {channel}


async def _ends(reader: AIOKafkaConsumer, tps: Sequence[TopicPartition]) -> dict[TopicPartition, int]:
    """Empty where nobody answers."""
    try:
        found: dict[TopicPartition, int] = await asyncio.wait_for(reader.end_offsets(tps), PATIENCE_S)
    except (KafkaError, TimeoutError):
        return {}
    return found
