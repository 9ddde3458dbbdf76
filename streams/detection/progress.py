"""How far one partition number has truly been read: what a backlog, a restart or an outage cannot fool."""

from collections.abc import Mapping

from schemas.instant import NEVER, SECOND

SKEW = SECOND
"""How far the clocks of two brokers, and of a broker and a worker, may disagree."""


class Progress:
    """By channel, over the topic partitions of one partition number; never goes back."""

    def __init__(self, lateness: Mapping[str, int]) -> None:
        self._lateness = dict(lateness)
        self._read = dict.fromkeys(lateness, -NEVER)

    def delivered(self, channel: str, arrived: int) -> None:
        """A record of this channel that arrived at `arrived` has been admitted, and so have all before it."""
        self._read[channel] = max(self._read[channel], arrived - SKEW)

    def caught_up(self, channel: str, probed: int) -> None:
        """A probe sent at `probed` found that everything the topic partition held had been admitted."""
        self._read[channel] = max(self._read[channel], probed - SKEW)

    def read(self, channel: str) -> int:
        return self._read[channel]

    def settled(self) -> int:
        """Touchpoints and deadlines placed before this instant are final."""
        return min(read - self._lateness[channel] for channel, read in self._read.items())

    def holding_back(self) -> str:
        """The channel that settled time waits for."""
        return min(self._read, key=lambda channel: self._read[channel] - self._lateness[channel])
