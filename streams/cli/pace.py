"""Simulated time as it passes."""

import time
from collections.abc import Iterator
from typing import Protocol, TypeVar

from streams.simulate.story import Line

T = TypeVar("T")


class Out(Protocol):
    def flush(self) -> object: ...


def milliseconds() -> int:
    return time.time_ns() // 1_000_000


def paced(items: Iterator[T], out: Out) -> Iterator[T]:
    """Each line when its time has come; what is written so far is flushed before a wait, so that a pipe's reader is not kept waiting."""
    for item in items:
        if isinstance(item, Line) and (ahead := item.timestamp - milliseconds()) > 0:
            out.flush()
            time.sleep(ahead / 1000)
        yield item
