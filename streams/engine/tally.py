"""What one chunk held, counted while it is admitted and told to the metrics once."""

from bisect import bisect_right
from collections import Counter

from schemas.instant import SECOND
from schemas.touchpoint import Touchpoint
from streams.detection.partition import Admission
from streams.metrics import Metrics


class Tally:
    def __init__(self, channel: str, lateness: int) -> None:
        """`lateness` of the channel, in milliseconds."""
        self._channel = channel
        self._lateness = lateness
        self._joined: list[Touchpoint] = []
        self._repeated = self._redelivered = 0
        self.refused: Counter[str] = Counter()
        self.misrouted = 0
        self.heartbeats = 0

    def admitted(self, touchpoint: Touchpoint, admission: Admission) -> None:
        if admission == "new":
            self._joined.append(touchpoint)
        elif admission == "repeated":
            self._repeated += 1
        else:
            self._redelivered += 1

    def count(self, metrics: Metrics) -> None:
        channel = self._channel
        for kind, number in Counter([type(touchpoint.data) for touchpoint in self._joined]).items():
            metrics.touchpoints.labels(channel=channel, type=kind.TYPE).inc(number)
        for error_class, number in self.refused.items():
            metrics.refused.labels(channel=channel, error_class=error_class).inc(number)
        waited = sorted([touchpoint.arrived - touchpoint.occurred for touchpoint in self._joined])
        metrics.lateness.labels(channel=channel).observe_all([each / SECOND if each > 0 else 0 for each in waited])
        metrics.late.labels(channel=channel).inc(len(waited) - bisect_right(waited, self._lateness))
        metrics.heartbeats.labels(channel=channel).inc(self.heartbeats)
        metrics.misrouted.labels(channel=channel).inc(self.misrouted)
        metrics.repeated.labels(channel=channel).inc(self._repeated)
        metrics.redelivered.labels(channel=channel).inc(self._redelivered)
