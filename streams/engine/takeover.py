"""From an assignment to its journeys in this worker's hands, through brokers that fail and rebalances that come in between."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from aiokafka.errors import KafkaError
from faust.types import TP
from structlog.stdlib import get_logger

from streams.engine.broken import broken, failed
from streams.engine.journeys import Generation, Journeys
from streams.engine.transport import Assignment
from streams.engine.trouble import said, transient

AGAIN_S = 0.5
"""Between attempts."""

_log = get_logger(__name__)


def numbers_of(assigned: AbstractSet[TP], topics: Sequence[str]) -> frozenset[int]:
    """The partition numbers, after a look that each is assigned in every topic: journeys are joined across them."""
    by_topic = {topic: frozenset(tp.partition for tp in assigned if tp.topic == topic) for topic in topics}
    alike = Counter(by_topic.values())
    numbers = max(alike, key=lambda found: (alike[found], len(found) > 0))  # of a topic that was deleted none is assigned
    for topic, found in by_topic.items():
        if found != numbers:
            broken(
                f"topic {topic} has other partition numbers than the rest: it was deleted, or given more of them",
                numbers=sorted(found), others=sorted(numbers),
            )  # fmt: skip
    return numbers


class Takeover:
    def __init__(self, journeys: Journeys, topics: Sequence[str]) -> None:
        """`topics`: the channels'."""
        self._journeys = journeys
        self._topics = topics
        self._under_way: asyncio.Task[None] | None = None

    async def of(self, assignment: Assignment) -> bool:
        """False when it was given up before it was done."""
        self._under_way = under_way = asyncio.create_task(self._take_over(assignment))
        try:
            await asyncio.wait((under_way,))
        finally:
            under_way.cancel()
            self._under_way = None
        if under_way.cancelled():
            return False
        under_way.result()
        return True

    async def give_up(self) -> None:
        """Before the group goes on: what it would still fence belongs to another worker then."""
        if self._under_way is not None:
            self._under_way.cancel()
            await asyncio.wait((self._under_way,))

    async def _take_over(self, assignment: Assignment) -> None:
        """Tries again for as long as it may help; the watchdog has the last word."""
        numbers = numbers_of(assignment.tps, self._topics)
        generation = Generation(assignment.generation, assignment.member)
        interrupted = False
        while True:
            try:
                await self._journeys.take_over(numbers, generation)
            except (KafkaError, OSError) as error:
                if not transient(error):
                    failed(error, "recovery failed")
                if not interrupted:
                    _log.warning("recovery is interrupted, and tried again until it succeeds", error=said(error))
                interrupted = True
                await asyncio.sleep(AGAIN_S)
            else:
                return
