"""The chunks that are on their way to the agents: one that vanishes is missed within seconds, also where nothing comes after it.

That each chunk begins where the last one ended finds a lost one only by its successor. Here is the other half: what has been put
and not been received must lie in its queue.
"""

from collections import defaultdict, deque
from typing import Any


class Queued:
    def __init__(self) -> None:
        self._put: defaultdict[str, deque[Any]] = defaultdict(deque)
        self._queues: dict[str, Any] = {}
        self._suspected: dict[str, Any] = {}

    def put(self, topic: str, queue: Any, chunk: Any) -> None:
        """`queue` is about to get it; each topic has one, and one agent that takes from it."""
        self._queues[topic] = queue
        self._put[topic].append(chunk)

    def received(self, topic: str) -> None:
        """The agent has the oldest one. That it is this one, its positions say."""
        if self._put[topic]:
            self._put[topic].popleft()

    def clear(self) -> None:
        """What is on its way is dropped on purpose."""
        self._put.clear()
        self._suspected.clear()

    def lost(self) -> Any | None:
        """A chunk that is in no queue. One may be in Faust's hands for a moment, so it is lost when it is found so twice in a row: ask
        at intervals that are long for an event loop."""
        missing = {topic: put[0] for topic, put in self._put.items() if len(put) > self._queues[topic].qsize()}
        before, self._suspected = self._suspected, missing
        return next((chunk for topic, chunk in missing.items() if before.get(topic) is chunk), None)
