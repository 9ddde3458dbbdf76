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
        self._admissions: Counter[Admission] = Counter()
        self._types: Counter[str] = Counter()
        self._waited: list[int] = []
        self.refused: Counter[str] = Counter()
        self.misrouted = 0
        self.heartbeats = 0

    def admitted(self, touchpoint: Touchpoint, admission: Admission) -> None:
        self._admissions[admission] += 1
        if admission is Admission.NEW:
            self._types[touchpoint.data.TYPE] += 1
            self._waited.append(touchpoint.arrived - touchpoint.occurred)

    def count(self, metrics: Metrics) -> None:
        channel = self._channel
        for name, number in self._types.items():
            metrics.touchpoints.labels(channel=channel, type=name).inc(number)
        for error_class, number in self.refused.items():
            metrics.refused.labels(channel=channel, error_class=error_class).inc(number)
        lateness = metrics.lateness.labels(channel=channel)
        for waited in self._waited:
            lateness.observe(max(waited, 0) / SECOND)
        metrics.late.labels(channel=channel).inc(sum(waited > self._lateness for waited in self._waited))
        metrics.heartbeats.labels(channel=channel).inc(self.heartbeats)
        metrics.misrouted.labels(channel=channel).inc(self.misrouted)
        metrics.repeated.labels(channel=channel).inc(self._admissions[Admission.REPEATED])
        metrics.redelivered.labels(channel=channel).inc(self._admissions[Admission.REDELIVERED])
