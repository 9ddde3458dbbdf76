"""What a channel's records were, counted while they are admitted and told to the metrics now and then: in a live stream a chunk holds
two or three, and telling it cost as much as admitting them."""

from bisect import bisect_right
from collections import Counter

from schemas.instant import SECOND
from schemas.touchpoint import Refused, Touchpoint, TouchpointData
from streams.detection.partition import Admission
from streams.metrics import Metrics


class Tally:
    def __init__(self, channel: str, lateness: int) -> None:
        """`lateness` of the channel, in milliseconds."""
        self._channel = channel
        self._lateness = lateness
        self._begin()

    def _begin(self) -> None:
        self._joined: list[type[TouchpointData]] = []
        self._waits: list[int] = []
        """From occurrence to arrival, of those that joined."""
        self._left_out: Counter[Admission] = Counter()
        self._refused: Counter[str] = Counter()
        self.misrouted = 0
        self.heartbeats = 0

    def admitted(self, touchpoint: Touchpoint, admission: Admission) -> None:
        if admission == "new":
            self._joined.append(type(touchpoint.data))
            self._waits.append(touchpoint.arrived - touchpoint.occurred)
        else:
            self._left_out[admission] += 1

    def refused(self, refused: Refused) -> None:
        self._refused[refused.error_class] += 1

    def tell(self, metrics: Metrics) -> None:
        """What has been counted since the last time."""
        channel = self._channel
        for kind, number in Counter(self._joined).items():
            metrics.touchpoints.labels(channel=channel, type=kind.TYPE).inc(number)
        for error_class, number in self._refused.items():
            metrics.refused.labels(channel=channel, error_class=error_class).inc(number)
        if waits := sorted(self._waits):
            metrics.lateness.labels(channel=channel).observe_all([wait / SECOND if wait > 0 else 0 for wait in waits])
            metrics.late.labels(channel=channel).inc(len(waits) - bisect_right(waits, self._lateness))
        metrics.heartbeats.labels(channel=channel).inc(self.heartbeats)
        metrics.misrouted.labels(channel=channel).inc(self.misrouted)
        metrics.repeated.labels(channel=channel).inc(self._left_out["repeated"])
        metrics.redelivered.labels(channel=channel).inc(self._left_out["redelivered"])
        self._begin()
