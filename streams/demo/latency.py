"""How soon a subscriber hears."""

from collections.abc import Sequence
from math import ceil


def nearest_rank(ordered: Sequence[float], percent: int) -> float:
    """The least value that so many percent of all do not exceed; `ordered` is not empty."""
    return ordered[max(ceil(len(ordered) * percent / 100), 1) - 1]


def latency(seconds: Sequence[float]) -> str:
    if not seconds:
        return "no alert was received"
    ordered = sorted(seconds)
    median, worst = nearest_rank(ordered, 50), nearest_rank(ordered, 99)
    return f"from complete evidence to the subscriber: p50 {median:.2f} s, p99 {worst:.2f} s, over {len(ordered):,} alert events"
