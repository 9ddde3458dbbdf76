"""Waiting with a deadline."""

import time
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")
LOOK_EVERY_S = 0.1


def now() -> int:
    """Milliseconds since the epoch."""
    return time.time_ns() // 1_000_000


class InVain(AssertionError):
    """What was waited for has not come."""


def until(found: Callable[[], Found], what: Callable[[], str] | str, patience: float) -> Found:
    """What `found` gives as soon as it is true; after `patience` seconds InVain, which says `what` was waited for."""
    deadline = time.monotonic() + patience
    while not (result := found()):
        if time.monotonic() > deadline:
            raise InVain(f"waited {patience:.0f} s in vain for {what if isinstance(what, str) else what()}")
        time.sleep(LOOK_EVERY_S)
    return result
