"""Keeps the topics of one partition number abreast while there is a backlog, so that its memory stays bounded.

What is read ahead of the slowest topic can only wait: settled time is the least of all.
"""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet

from faust.types import TP

from schemas.instant import MINUTE
from schemas.touchpoint import TOPIC_PREFIX
from streams.engine.held import Held

AHEAD = MINUTE
"""Of arrival."""


def paused(held: Held) -> frozenset[str]:
    """The channels that wait for the slowest lagging one of this partition number."""
    slowest = min((held.progress.read(channel) for channel in held.lagging()), default=None)
    if slowest is None:
        return frozenset()
    return frozenset(channel for channel in held.admitted if held.progress.read(channel) > slowest + AHEAD)


def fetchable(assigned: AbstractSet[TP], held: Mapping[int, Held]) -> set[TP]:
    """Without those that are paused."""
    waiting = {number: paused(mine) for number, mine in held.items()}
    return {tp for tp in assigned if tp.partition in waiting and tp.topic.removeprefix(TOPIC_PREFIX) not in waiting[tp.partition]}
