"""What one chunk held, counted while it is admitted and told to the metrics once."""

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
        for name, number in Counter([touchpoint.data.TYPE for touchpoint in self._joined]).items():
            metrics.touchpoints.labels(channel=channel, type=name).inc(number)
        for error_class, number in self.refused.items():
            metrics.refused.labels(channel=channel, error_class=error_class).inc(number)
        waited = [max(touchpoint.arrived - touchpoint.occurred, 0) for touchpoint in self._joined]
        metrics.lateness.labels(channel=channel).observe_all([each / SECOND for each in waited])
        metrics.late.labels(channel=channel).inc(sum([each > self._lateness for each in waited]))
        metrics.heartbeats.labels(channel=channel).inc(self.heartbeats)
        metrics.misrouted.labels(channel=channel).inc(self.misrouted)
        metrics.repeated.labels(channel=channel).inc(self._repeated)
        metrics.redelivered.labels(channel=channel).inc(self._redelivered)
