"""What has been fetched and not yet given to the agents: of each partition number in order of arrival, whichever topic it lies on.

A fetch gives thousands of records of one topic. What came with them on the other topics decides how far time has come, so records that
run ahead can only wait: in the journeys, where they are written with every checkpoint, or here, where they cost nothing but memory.
"""

from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping

from faust.types import TP

from schemas.instant import MINUTE, NEVER
from streams.engine.chunk import CHUNK_RECORDS, Chunk

FETCHED_RECORDS = 4_000
"""At most so many by one fetch."""
AHEAD = MINUTE
"""Of arrival: a topic that waits for so much is held up."""
IN_STOCK = 2_000
"""Records of a topic partition from which on no more of it are fetched."""


class Abreast:
    def __init__(self, limit: int, unread: Callable[[TP, int], bool]) -> None:
        """`limit` in records, a large one counting as several; `unread`: whether the broker is known to hold more from this position on."""
        self._limit = limit
        self._unread = unread
        self._waiting: dict[int, dict[TP, deque[Chunk]]] = {}
        """By partition number and topic."""
        self._position: dict[TP, int] = {}
        """Where the next chunk begins."""
        self._reached: dict[int, int] = {}
        """By partition number, the latest arrival among what has been taken."""
        self.records = 0

    def begin(self, starts: Mapping[TP, int]) -> None:
        """All that is here is dropped: an assignment begins, and these are where it reads from."""
        self._position = dict(starts)
        self._waiting = {}
        for tp in starts:
            self._waiting.setdefault(tp.partition, {})[tp] = deque()
        self._reached = dict.fromkeys(self._waiting, -NEVER)
        self.records = 0

    def put(self, chunk: Chunk) -> None:
        self._waiting[chunk.tp.partition][chunk.tp].append(chunk)
        self._position[chunk.tp] = chunk.end
        self.records += chunk.weight

    def take(self) -> Iterator[Chunk]:
        """What is in order: of a partition number the earliest, as long as no topic of it has something unread and nothing here."""
        for number, topics in list(self._waiting.items()):
            while (earliest := self._earliest(topics)) is not None:
                chunk = earliest.popleft()
                self.records -= chunk.weight
                self._reached[number] = max(self._reached[number], chunk.arrived)
                yield chunk

    def wanted(self) -> set[TP]:
        """What is to be fetched: what others wait for, however much is here; and while there is room, what there is little of."""
        missing = {tp for topics in self._waiting.values() if any(topics.values()) for tp in self._missing(topics)}
        if self.records >= self._limit:
            return missing
        return missing | {tp for tp in self._position if self._in_stock(tp) < self._enough()}

    def most(self) -> int:
        """Records that the next fetch may give."""
        return min(FETCHED_RECORDS, max(CHUNK_RECORDS, self._limit - self.records))

    def held_up(self) -> Counter[str]:
        """By topic, how many partitions are so far ahead of what their number has come to."""
        return Counter(
            tp.topic
            for number, topics in self._waiting.items()
            for tp, chunks in topics.items()
            if chunks and chunks[0].arrived > self._reached[number] + AHEAD
        )

    def _earliest(self, topics: Mapping[TP, deque[Chunk]]) -> deque[Chunk] | None:
        earliest, at = None, NEVER
        for tp, chunks in topics.items():
            if chunks:
                if chunks[0].arrived < at:
                    earliest, at = chunks, chunks[0].arrived
            elif self._unread(tp, self._position[tp]):
                return None
        return earliest

    def _missing(self, topics: Mapping[TP, deque[Chunk]]) -> Iterator[TP]:
        return (tp for tp, chunks in topics.items() if not chunks and self._unread(tp, self._position[tp]))

    def _in_stock(self, tp: TP) -> int:
        return sum(chunk.weight for chunk in self._waiting[tp.partition][tp])

    def _enough(self) -> int:
        return min(IN_STOCK, self._limit // len(self._position) + 1)
