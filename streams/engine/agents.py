"""One Faust agent a channel: takes chunks, decodes, and admits what is a touchpoint. Never raises: Faust would skip the chunk."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from schemas.decode import decode
from schemas.forwarded import origin_header
from schemas.identity import key_of
from schemas.partitioner import partition_for
from schemas.policy import Policy
from schemas.touchpoint import TOPIC_PREFIX, Record, Refused, Touchpoint
from streams.engine.broken import broken, bug
from streams.engine.chunk import Chunk
from streams.engine.held import Held
from streams.engine.letters import Letters
from streams.engine.pace import Pace
from streams.engine.sending import Outgoing
from streams.engine.tally import Tally
from streams.metrics import Metrics

LOST_CHUNK = "a chunk of records is lost inside the worker"


class Admitting:
    """What the agents of all channels share."""

    def __init__(
        self,
        held: Mapping[int, Held],
        policy: Policy,
        counts: Mapping[str, int],
        letters: Letters,
        metrics: Metrics,
        now: Callable[[], int],
    ) -> None:
        """`counts`: partitions by topic; `now`: milliseconds since the epoch."""
        self._held = held
        self._tallies = {channel: Tally(channel, lateness) for channel, lateness in policy.lateness.items()}
        self._counts = counts
        self._letters = letters
        self._metrics = metrics
        self._now = now
        self.admitted = 0
        """Records, since the start."""

    def take(self, chunk: Chunk) -> None:
        """All of it in one go: between two chunks the positions and the journeys are at the same point."""
        held = self._held[chunk.tp.partition]
        channel = chunk.tp.topic.removeprefix(TOPIC_PREFIX)
        expected = held.admitted[channel]
        if chunk.start != expected:
            broken(
                LOST_CHUNK,
                topic=chunk.tp.topic, partition=chunk.tp.partition, expected=expected, start=chunk.start, end=chunk.end,
            )  # fmt: skip
        tally = self._tallies[channel]
        for record in chunk.records:
            self._admit(held, record, tally)
        held.admitted[channel] = chunk.end
        if chunk.records:
            # a producer's clock that runs ahead must not let time run ahead
            held.progress.delivered(channel, min(chunk.records[-1].timestamp, self._now()))
        self.admitted += len(chunk.records)

    def tell(self) -> None:
        """To the metrics, what has been admitted since the last time."""
        for tally in self._tallies.values():
            tally.tell(self._metrics)

    def _admit(self, held: Held, record: Record, tally: Tally) -> None:
        read = decode(record)
        if type(read) is Touchpoint:
            # A journey that is here already is where it belongs, and a hash costs as much as admitting it.
            if held.partition.knows(read.journey) or (right := self._belongs_to(read)) == held.number:
                tally.admitted(read, held.partition.admit(read))
            else:
                held.outgoing.append(forwarded(record, right, key_of(read.journey)))
                tally.misrouted += 1
        elif type(read) is Refused:
            held.outgoing.append(self._letters.of(record, read))
            tally.refused(read)
        else:
            tally.heartbeats += 1

    def _belongs_to(self, touchpoint: Touchpoint) -> int:
        return partition_for(key_of(touchpoint.journey), self._counts[touchpoint.topic])


def forwarded(record: Record, right: int, key: bytes) -> Outgoing:
    """The record as its producer should have sent it; it keeps its time, which a topic with LogAppendTime sets anew."""
    headers = [*record.headers, origin_header(record.partition, record.offset)]
    return Outgoing(record.topic, right, key, record.value, record.timestamp, headers)


def agents(
    admitting: Admitting, pace: Pace, epoch: Callable[[], int], received: Callable[[Chunk], None], taken: Callable[[int], None]
) -> Callable[[Any], Coroutine[Any, Any, None]]:
    """The agent of every channel. One chunk a turn of the event loop, of all channels together: what else waits (a checkpoint's
    answers, a probe, /metrics) comes on between two chunks, also while a backlog is read."""
    turn = asyncio.Lock()

    async def agent(stream: Any) -> None:
        async for event in stream.noack().events():
            chunk: Chunk = event.value
            received(chunk)
            async with turn:
                await pace.go()
                if chunk.epoch != epoch():
                    continue  # of an assignment that has ended: what follows begins with a seek
                _take(admitting, chunk)
                pace.admitted(chunk.weight)
                taken(chunk.weight)
                await asyncio.sleep(0)

    return agent


def _take(admitting: Admitting, chunk: Chunk) -> None:
    try:
        admitting.take(chunk)
    except Exception as error:  # noqa: BLE001 -- raised, it would end this agent and skip the chunk
        bug(error, "a record could not be admitted", topic=chunk.tp.topic, partition=chunk.tp.partition, start=chunk.start)
