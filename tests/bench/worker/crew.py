"""Workers as operators start them, each on a core of its own, and what is seen of them from outside."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self, TypeVar
from urllib.error import URLError
from urllib.request import urlopen

import msgspec
import psutil

from tests.bench.worker.ground import APPLICATION, Ground
from tests.bench.worker.inside import Inside
from tests.bench.worker.machine import Cost, cost, on_core

_Found = TypeVar("_Found")

COMMAND, WATCHED = ("-m", "streams.cli", "worker"), ("-m", "tests.bench.worker.watched_worker")
LOOK_S = 0.05
STOP_S = 30.0
LAST_LINES = 15


class Ended(Exception):
    """A worker that should be working is not, or does not come to it; the text has its last words."""


class Worker:
    """One process, as `throughline worker` starts it."""

    def __init__(self, ground: Ground, core: int = 0, *, watched: bool = False, **settings: str) -> None:
        """`watched`: it also tells what only it knows; `settings`: by the name of the variable without its prefix, in small letters."""
        self.log = ground.folder / f"worker-{time.monotonic_ns()}.log"
        self._inside = self.log.with_suffix(".inside")
        command = [*WATCHED, str(self._inside)] if watched else COMMAND
        self.born = time.monotonic()
        given = {
            "kafka": ground.kafka,
            "policy": str(ground.policy_file),
            "application": APPLICATION,
            "partitions": str(ground.partitions),
            "metrics_port": "0",
            "log_format": "json",
        } | settings
        with self.log.open("wb") as out:
            self.process = subprocess.Popen(
                on_core(core, [sys.executable, *command]),
                env=os.environ | {f"THROUGHLINE_{name.upper()}": value for name, value in given.items()},
                stdout=out,
                stderr=subprocess.STDOUT,
            )
        self.seen = psutil.Process(self.process.pid)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def cost(self) -> Cost:
        self.look()
        return cost(self.seen)

    def look(self) -> None:
        """Raises Ended where it has."""
        if (code := self.process.poll()) is not None:
            raise Ended(f"a worker ended with {code}; its last words:\n" + "\n".join(self.log.read_text().splitlines()[-LAST_LINES:]))

    def said(self) -> Iterator[Mapping[str, Any]]:
        """Line by line, what was meant for the log."""
        for line in self.log.read_text(errors="replace").splitlines():
            if line.startswith("{"):
                yield json.loads(line)

    def inside(self, most: int | None = None) -> list[Inside]:
        """What a watched one has told, or the latest of it; a line a second."""
        lines = self._inside.read_bytes().splitlines(keepends=True) if self._inside.exists() else []
        whole = [line for line in lines if line.endswith(b"\n")]
        return [msgspec.json.decode(line, type=Inside) for line in (whole if most is None else whole[-most:])]

    def troubles(self) -> list[Mapping[str, Any]]:
        """What it logged above `info`, without what it says of the topics at its start."""
        return [line for line in self.said() if line.get("level") not in {"info", "debug"} and "mend" not in line]

    def working(self, within_s: float) -> Mapping[str, Any]:
        """What it says once it has its journeys."""
        return self._awaited(lambda: next((line for line in self.said() if line["message"] == "working"), None), within_s)

    def ready(self, within_s: float) -> float:
        """Seconds from its birth until /readyz says so."""
        url = self._awaited(lambda: next((line["url"] for line in self.said() if "url" in line), None), within_s)
        self._awaited(lambda: _answers(f"{url}/readyz"), within_s)
        return time.monotonic() - self.born

    def stop(self) -> None:
        """With its last checkpoint. Raises Ended where it does not end well."""
        self.process.terminate()
        if self.process.wait(STOP_S) != 0:
            self.look()

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def _awaited(self, what: Callable[[], _Found | None], within_s: float) -> _Found:
        deadline = time.monotonic() + within_s
        while time.monotonic() < deadline:
            if found := what():
                return found
            self.look()
            time.sleep(LOOK_S)
        raise Ended(f"a worker did not come to it within {within_s:.0f} s: {self.log.read_text()[-2000:]}")


@contextmanager
def crew(ground: Ground, workers: int, *, watched: bool = False) -> Iterator[list[Worker]]:
    """So many, each on the next core; killed at the end of the block."""
    made: list[Worker] = []
    try:
        made.extend(Worker(ground, core, watched=watched) for core in range(workers))
        yield made
    finally:
        for worker in made:
            worker.kill()


def _answers(url: str) -> bool:
    try:
        with urlopen(url, timeout=1) as answer:  # noqa: S310 -- the worker's own address
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False


def log_of(worker: Worker, to: Path) -> None:
    """Kept where the ground's folder is not."""
    to.parent.mkdir(parents=True, exist_ok=True)
    to.write_bytes(worker.log.read_bytes())
