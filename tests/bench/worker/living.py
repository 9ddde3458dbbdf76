"""The feed as the measurements see it: started, awaited, and then whether all of it was worked off."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

import msgspec
from msgspec import Struct

from tests.bench.worker.crew import Worker
from tests.bench.worker.feed import Begun, Sent
from tests.bench.worker.ground import Committed, Ground
from tests.bench.worker.machine import ends_with_us

_Said = TypeVar("_Said", bound=Struct)

CATCH_UP_S = 60.0
LAST_ALERTS_S = 6.0
"""Lateness, skew, a probe and a checkpoint, and time to spare: what was complete by then has been told."""


class Feed:
    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self._process = process
        self.begun = self._said(Begun)

    def sent(self) -> Sent:
        """Once all is."""
        return self._said(Sent)

    @property
    def running(self) -> bool:
        return self._process.poll() is None

    def _said(self, kind: type[_Said]) -> _Said:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"the feed ended with {self._process.wait()}")
        return msgspec.json.decode(line, type=kind)


@contextmanager
def feeding(on: Ground, rate: float, seconds: float, customers: int, *, ahead: bool) -> Iterator[Feed]:
    command = [sys.executable, "-m", "tests.bench.worker.feed", on.kafka, str(on.policy_file), str(rate), str(seconds), str(customers)]
    process = subprocess.Popen(ends_with_us([*command, "ahead" if ahead else "live"]), stdout=subprocess.PIPE)
    try:
        yield Feed(process)
    finally:
        process.kill()
        process.wait()


def caught_up(on: Ground, worker: Worker, sent: Sent) -> None:
    """Returns when all touchpoints are committed, and all alerts told that they complete."""
    committed, deadline = Committed(on), time.monotonic() + CATCH_UP_S
    while committed.count() < sent.touchpoints:
        worker.look()
        if time.monotonic() > deadline:
            raise TimeoutError(f"the worker has not caught up {CATCH_UP_S:.0f} s after the last touchpoint")
        time.sleep(0.5)
    time.sleep(LAST_ALERTS_S)
