"""Which partition numbers this worker holds, and how it gets back what is known of their customers."""

import asyncio
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any, NamedTuple

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from schemas.instant import NEVER
from schemas.policy import Policy
from schemas.touchpoint import TOPIC_PREFIX
from streams.detection.detector import Detector
from streams.detection.partition import Partition
from streams.detection.progress import Progress
from streams.engine.changelog import Changelog
from streams.engine.connections import Connections
from streams.engine.ends import End
from streams.engine.held import CLOCK_KEY, Clock, Held
from streams.engine.starts import starts
from streams.kafka.offsets import Span


class Generation(NamedTuple):
    """Of the group, as this worker is a member of it."""

    number: int
    member: str
    """The name that the group's coordinator gave; another after the membership was lost."""

    def continues(self, earlier: "Generation") -> bool:
        """Whether nobody else can have held in between what this worker held then and holds now."""
        return self.member == earlier.member and self.number in {earlier.number, earlier.number + 1}


class Journeys:
    def __init__(
        self,
        connections: Connections,
        policy: Policy,
        detectors: Sequence[Detector[Any]],
        *,
        changelog: Changelog,
        written: Sequence[str],
        reader: AIOKafkaConsumer,
        stable: AIOKafkaConsumer,
    ) -> None:
        """`written`: all topics that checkpoints write to; `reader` asks for offsets, `stable` for how far committed records reach."""
        self._connections = connections
        self._policy = policy
        self._detectors = detectors
        self._changelog = changelog
        self._written = written
        self._reader = reader
        self._stable = stable
        self._generation: Generation | None = None
        self.held: dict[int, Held] = {}

    @property
    def records(self) -> int:
        """Of the changelog, read by recoveries since the start."""
        return self._changelog.records

    async def take_over(self, numbers: frozenset[int], generation: Generation) -> None:
        """Holds `numbers` and no others. Those held already are kept where nobody else can have had them since.

        It may be cancelled, or fail with a KafkaError and be called again: what is held is always this worker's in `generation`.
        """
        kept = numbers & self.held.keys() if self._generation is not None and generation.continues(self._generation) else frozenset()
        await self._let_go(self.held.keys() - kept)
        self._generation = generation
        self.held.update(await self._recovered(sorted(numbers - kept)))

    async def close(self) -> None:
        await self._let_go(set(self.held))

    async def _let_go(self, numbers: AbstractSet[int]) -> None:
        await _stopped([self.held.pop(number).producer for number in list(numbers)])

    async def _recovered(self, numbers: Sequence[int]) -> dict[int, Held]:
        if not numbers:
            return {}
        producers = [self._connections.producer(number, self._written) for number in numbers]
        try:
            # The order matters: first shut out the last owners, whose open transactions this aborts; then ask how far they came.
            await started(producers)
            stored = await self._changelog.read(await self._spans(numbers))
            channels = list(self._policy.channels)
            tps = [TopicPartition(TOPIC_PREFIX + channel, number) for number in numbers for channel in channels]
            clocks = {number: Clock.unpacked(found) for number in numbers if (found := stored[number].pop(CLOCK_KEY, None))}
            positions = await starts(tps, clocks, await self._connections.committed(tps), self._reader, self._policy.lateness)
            held: dict[int, Held] = {}
            for number, producer in zip(numbers, producers, strict=True):
                held[number] = self._restored(
                    number,
                    producer,
                    stored.pop(number),
                    {channel: positions[TopicPartition(TOPIC_PREFIX + channel, number)] for channel in channels},
                    clocks[number].settled if number in clocks else -NEVER,
                )
                await asyncio.sleep(0)  # a million journeys take three seconds: whoever asks for /healthz is answered meanwhile
        except BaseException:  # a rebalance that cancels this, too
            await _stopped(producers)
            raise
        return held

    async def _spans(self, numbers: Sequence[int]) -> dict[int, Span]:
        """What of the changelog can be read, by partition number."""
        tps = [TopicPartition(self._changelog.topic, number) for number in numbers]
        begins, ends = await self._stable.beginning_offsets(tps), await self._stable.end_offsets(tps)
        return {tp.partition: Span(begins[tp], ends[tp]) for tp in tps}

    def _restored(
        self,
        number: int,
        producer: AIOKafkaProducer,
        stored: Mapping[bytes, bytes],
        positions: dict[str, int],
        to: int,
    ) -> Held:
        partition = Partition(number, self._policy, self._detectors)
        for journey, value in stored.items():
            partition.restore(journey.decode(), value)
        return Held(
            number,
            partition,
            Progress(self._policy.lateness),
            producer,
            positions,
            ends={channel: End(position, position) for channel, position in positions.items()},
            started=dict(positions),
            settled=to,
        )


async def started(producers: Sequence[AIOKafkaProducer]) -> None:
    """All of them. Where one fails, or a rebalance cancels who waits, the others are not left starting: a start that ends behind the
    back of who stopped it never stops again, and shuts out the producer that the next attempt has put in its place."""
    starting = [asyncio.ensure_future(producer.start()) for producer in producers]
    try:
        await asyncio.gather(*starting)
    except BaseException:
        for each in starting:
            each.cancel()
        await asyncio.wait(starting)
        raise


async def _stopped(producers: Sequence[AIOKafkaProducer]) -> None:
    """To the end, also where a rebalance cancels who waits: their connections would stay open."""
    await asyncio.shield(asyncio.gather(*(producer.stop() for producer in producers)))
