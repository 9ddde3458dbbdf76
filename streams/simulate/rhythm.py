"""When people are active: a week of 168 hours, each with its share, used as a clock that runs faster in busy hours."""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

from schemas.instant import DAY

WEEK = 7 * DAY
_MONDAY = 4 * DAY
"""1970-01-05T00:00Z, in milliseconds: the epoch was a Thursday."""

_HOURS = (2, 1, 1, 1, 1, 2, 4, 8, 14, 18, 20, 21, 22, 20, 19, 19, 20, 23, 27, 30, 28, 21, 12, 5)
_DAYS = (11, 10, 10, 10, 11, 8, 7)
"""From Monday: service and online shopping are weekday affairs, most of all on Mondays and Fridays."""


class Rhythm:
    """Activity is even in *busy time*, of which a week of calendar time holds exactly `WEEK`."""

    def __init__(self, shares: Sequence[float]) -> None:
        self._hour = WEEK // len(shares)
        scale = WEEK / sum(shares)
        self._shares = [share * scale for share in shares]
        self._before = [0.0, *accumulate(self._shares)]

    def busy(self, instant: int) -> float:
        """The busy time at a calendar instant."""
        weeks, within = divmod(instant - _MONDAY, WEEK)
        hour, rest = divmod(within, self._hour)
        return weeks * WEEK + self._before[hour] + self._shares[hour] * rest / self._hour

    def instant(self, busy: float) -> int:
        """The calendar instant of a busy time: the inverse of `busy`."""
        weeks, within = divmod(busy, WEEK)
        hour = min(bisect_right(self._before, within) - 1, len(self._shares) - 1)
        rest = (within - self._before[hour]) / self._shares[hour]
        return _MONDAY + int(weeks) * WEEK + hour * self._hour + int(rest * self._hour)


WEEKLY = Rhythm([day * hour for day in _DAYS for hour in _HOURS])
"""Busy in the evening, quiet at night, quieter at weekends; UTC."""

EVEN = Rhythm([1.0])
"""The same at every hour, for live traffic that lasts a minute."""
