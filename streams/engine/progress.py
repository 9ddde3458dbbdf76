"""Lets time go on where nothing arrives: asks the broker for the topics' ends, and knows what has been read up to them.

While the broker cannot be asked, time stands still: an outage never invents a missed response. It does so too where a record has arrived
that cannot be read yet, because followers of its leader lack it or a producer's transaction is open. That is no reason to wait for reading,
though: only what lies before the last stable offset counts as unread.
"""

import asyncio
from collections.abc import Callable, Mapping

from aiokafka import AIOKafkaConsumer, TopicPartition
from structlog.stdlib import get_logger

from schemas.touchpoint import TOPIC_PREFIX
from streams.engine.ends import End, Topics, by_leader, ends
from streams.engine.held import Held

_log = get_logger(__name__)


class Probe:
    def __init__(self, held: Mapping[int, Held], reader: AIOKafkaConsumer, now: Callable[[], int]) -> None:
        self._held = held
        self._client = reader._client  # noqa: SLF001 -- a consumer asks as a consumer, which is too little: see ends.py
        self._now = now
        self.answered = False
        """Whether the last probe was, for every topic partition."""

    async def ask(self) -> None:
        held = dict(self._held)
        tps = [TopicPartition(TOPIC_PREFIX + channel, number) for number, mine in held.items() for channel in mine.admitted]
        if not tps:
            return
        sent, before = self._now(), self.answered
        asked = by_leader(self._client, tps)
        answers = await asyncio.gather(*(self._ask(leader, topics, held, sent) for leader, topics in asked.items()))
        self.answered = sum(answers) == len(tps)
        if before and not self.answered:
            _log.warning("Kafka does not tell where each topic ends; time stands still where it does not")

    async def _ask(self, leader: int, topics: Topics, held: Mapping[int, Held], sent: int) -> int:
        """What the others answer is used before a leader that is frozen has been given up."""
        answered = await ends(self._client, leader, topics)
        for tp, end in answered.items():
            mine = held[tp.partition]
            if self._held.get(tp.partition) is mine:  # still, and not again after a rebalance
                found(mine, tp.topic.removeprefix(TOPIC_PREFIX), end, sent)
        return len(answered)


def found(held: Held, channel: str, end: End, sent: int) -> None:
    """The topic partition ended there when it was asked, at `sent`.

    All that arrived before has been admitted, or is unread, or cannot be read yet.
    """
    held.ends[channel] = end
    if held.admitted[channel] >= end.log:
        held.progress.caught_up(channel, sent)
