"""One engine's process, watched from outside: its processor time and memory, fifty milliseconds apart."""

import os
import signal
import subprocess
import threading
import time
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

import psutil

EVERY_S = 0.05
STOP_S = 10.0
ENGINE_CORE, REST_CORE = 0, 1
"""The broker, the subscriber and whoever sends share a core of their own."""


class EngineFailed(Exception):
    """An engine ended, or did not do the job; the text says which, and its last words."""


class Sample(NamedTuple):
    at: float
    """Seconds of the clock that the broker stamps by."""
    cpu_s: float
    resident: int


class Process:
    def __init__(self, command: Sequence[str], environment: Mapping[str, str], folder: Path, log: Path, core: int | None) -> None:
        """`core`: the only one that it may use; None for all."""
        self._log = log
        self._samples: list[Sample] = []
        self._over = threading.Event()
        self.begun = time.time()
        with _on(core), log.open("ab") as out:
            self._running = subprocess.Popen(
                command, env=dict(environment), cwd=folder, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT, process_group=0
            )
        self._sampling = threading.Thread(target=self._sample, name="samples", daemon=True)
        self._sampling.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def stop(self) -> None:
        """SIGTERM first: what a killed engine leaves open on topics that others write to, too, holds up who reads them."""
        with suppress(ProcessLookupError, subprocess.TimeoutExpired):
            os.killpg(self._running.pid, signal.SIGTERM)
            self._running.wait(STOP_S)
        self.kill()

    def kill(self) -> None:
        """SIGKILL, for whatever it started too."""
        with suppress(ProcessLookupError):
            os.killpg(self._running.pid, signal.SIGKILL)
        self._running.wait()
        self._over.set()
        self._sampling.join()

    def check(self) -> None:
        """EngineFailed if it has ended."""
        if self._running.poll() is not None:
            raise EngineFailed(f"it ended with {self._running.returncode}; its last words:\n{self.last_words()}")

    def last_words(self, lines: int = 15) -> str:
        return "\n".join(f"  {line}" for line in self._log.read_text(errors="replace").splitlines()[-lines:])

    def cpu_s(self, instant: float) -> float:
        """Processor time until an instant, interpolated: it is counted in hundredths of a second."""
        deadline = time.monotonic() + 10 * EVERY_S
        while not (self._samples and self._samples[-1].at > instant) and time.monotonic() < deadline:
            time.sleep(EVERY_S)
        after = bisect_left(self._samples, instant, key=lambda sample: sample.at)
        if not 0 < after < len(self._samples):
            raise EngineFailed("it was not running at an instant in question")
        one, other = self._samples[after - 1], self._samples[after]
        return one.cpu_s + (other.cpu_s - one.cpu_s) * (instant - one.at) / (other.at - one.at)

    def resident(self) -> int:
        """The most bytes so far."""
        return max(sample.resident for sample in self._samples)

    def _sample(self) -> None:
        seen = psutil.Process(self._running.pid)
        while not self._over.wait(EVERY_S):
            before = time.time()
            try:
                with seen.oneshot():
                    spent, resident = seen.cpu_times(), seen.memory_info().rss
            except psutil.NoSuchProcess:
                return
            after = time.time()
            if after - before < EVERY_S:  # else this thread was held up, and nobody knows of when the figures are
                self._samples.append(Sample((before + after) / 2, spent.user + spent.system, resident))


@contextmanager
def _on(core: int | None) -> Iterator[None]:
    """What is started meanwhile inherits where this thread may run."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, range(os.cpu_count() or 1) if core is None else {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
