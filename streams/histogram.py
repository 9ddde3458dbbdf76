"""A histogram that takes many observations at once: one by one, they cost a tenth of what becomes of a touchpoint."""

from bisect import bisect_right
from collections.abc import Iterable

import prometheus_client


class Histogram(prometheus_client.Histogram):
    def observe_all(self, amounts: Iterable[float]) -> None:
        """As `observe` for each."""
        ordered = sorted(amounts)
        self._sum.inc(sum(ordered))
        counted = 0
        for bound, bucket in zip(self._upper_bounds, self._buckets, strict=True):
            within = bisect_right(ordered, bound)
            if within > counted:
                bucket.inc(within - counted)
            counted = within
