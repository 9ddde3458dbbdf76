"""One partition number in this worker's hands: its journeys, how far it has been read, and what is to be written for it."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

import msgspec
from aiokafka import AIOKafkaProducer
from msgspec import Struct

from schemas.instant import NEVER
from streams.detection.partition import Partition
from streams.detection.progress import Progress
from streams.engine.ends import End
from streams.engine.sending import Outgoing

CLOCK_KEY = b"\x00clock"
"""No journey's key begins with a zero byte."""


class Clock(Struct, frozen=True):
    """The one record a partition number in the changelog that is no journey: how far these journeys are."""

    settled: int
    positions: dict[str, int]
    """By channel the next offset; a channel that is not named was not watched yet."""

    def packed(self) -> bytes:
        return msgspec.json.encode(self)

    @classmethod
    def unpacked(cls, value: bytes) -> "Clock":
        return msgspec.json.decode(value, type=cls)


@dataclass(slots=True, eq=False)
class Held:
    number: int
    partition: Partition
    progress: Progress
    producer: AIOKafkaProducer
    """Its transactional id is this number's alone: who starts one shuts out all who had it before."""
    admitted: dict[str, int]
    """By channel the next offset to be admitted."""
    ends: dict[str, End]
    """By channel where the topic partition ended when it was last asked."""
    started: dict[str, int] = field(default_factory=dict)
    """By channel where this worker began."""
    settled: int = -NEVER
    """How far its journeys have been settled, by whichever worker; never goes back."""
    committed: dict[str, int] = field(default_factory=dict)
    outgoing: list[Outgoing] = field(default_factory=list)
    """Dead letters and forwarded records since the last checkpoint."""
    forgotten: list[str] = field(default_factory=list)
    """Journeys whose tombstones the next checkpoint writes."""
    counted: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    """What the metrics have been told of the partition's counts."""

    def due_until(self) -> int:
        """What is before is to be settled; a worker that has just taken over knows of little progress at first."""
        return max(self.settled, self.progress.settled())

    def unsettled(self) -> int:
        """Milliseconds of what has been read that are still to be settled; 0 while nothing ever was."""
        return self.due_until() - self.settled if self.settled > -NEVER else 0

    def lagging(self) -> Iterable[str]:
        """The channels of which something that can be read is known to be unread."""
        return (channel for channel, end in self.ends.items() if self.admitted[channel] < end.stable)

    def hidden(self, channel: str) -> bool:
        """Whether something is known to have arrived that cannot be read yet."""
        end = self.ends[channel]
        return max(end.stable, self.admitted[channel]) < end.log

    def unread(self) -> int:
        return sum(self.ends[channel].stable - self.admitted[channel] for channel in self.lagging())
