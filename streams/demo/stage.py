"""What the demo needs around it: a broker and a worker, each a process of its own, both gone when the demo is."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Self

from schemas.policy import Policy
from streams.broker import EmbeddedBroker
from streams.engine import topics

PARTITIONS = 4
APPLICATION = "throughline-demo"
_PATIENCE_S = 15


class StageBroken(Exception):
    """The worker ended or never began; the text holds its last words."""


class Stage:
    def __init__(self, policy: Policy, policy_file: Path) -> None:
        self._topics = dict.fromkeys((*topics.partitioned(policy, APPLICATION), *topics.written()), PARTITIONS)
        self._policy_file = policy_file
        self.kafka = ""

    def __enter__(self) -> Self:
        with ExitStack() as raised:
            folder = raised.enter_context(TemporaryDirectory(prefix="throughline-demo-"))
            self._log = Path(folder) / "worker.log"
            self.kafka = raised.enter_context(EmbeddedBroker(self._topics)).address
            self._worker = self._start()
            raised.callback(self._end)
            self._raised = raised.pop_all()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._raised.__exit__(kind, error, trace)

    def _start(self) -> subprocess.Popen[bytes]:
        settings = {
            "KAFKA": self.kafka,
            "POLICY": str(self._policy_file),
            "APPLICATION": APPLICATION,
            "METRICS_PORT": "0",
            "CHECKPOINT_MS": "250",
            "PROBE_MS": "250",
            "LOG_FORMAT": "json",
        }
        with self._log.open("wb") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "streams.cli", "worker"],
                env=_without_ours(os.environ) | {f"THROUGHLINE_{name}": value for name, value in settings.items()},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=log,
                start_new_session=True,  # Ctrl-C is for the demo, which then ends its worker in good order
            )

    def _end(self) -> None:
        self._worker.terminate()
        try:
            with suppress(subprocess.TimeoutExpired):
                self._worker.wait(_PATIENCE_S)
        finally:  # also where somebody has lost patience and pressed Ctrl-C again
            self._worker.kill()
            self._worker.wait()

    def end_worker(self) -> None:
        """In good order, so that everything it has found is told. StageBroken if it cannot."""
        self._worker.terminate()
        try:
            code = self._worker.wait(_PATIENCE_S)
        except subprocess.TimeoutExpired:
            raise StageBroken(f"the worker did not stop within {_PATIENCE_S} s; its last words:\n{self.last_words()}") from None
        if code != 0:
            raise self._ended(code)

    def check(self) -> None:
        """StageBroken if the worker has ended."""
        if (code := self._worker.poll()) is not None:
            raise self._ended(code)

    def _ended(self, code: int) -> StageBroken:
        return StageBroken(f"the worker ended with exit code {code}; its last words:\n{self.last_words()}")

    def last_words(self, lines: int = 8) -> str:
        return "\n".join(self._log.read_text().splitlines()[-lines:])

    def metrics_url(self) -> str | None:
        """Where the worker serves its metrics; None until it has said so."""
        for line in self._log.read_text().splitlines():
            if line.startswith("{") and "url" in (said := json.loads(line)):
                return f"{said['url']}/metrics".replace("//metrics", "/metrics")
        return None


def _without_ours(environment: Mapping[str, str]) -> dict[str, str]:
    """Settings that are meant for another worker do not disturb this one."""
    return {name: value for name, value in environment.items() if not name.startswith("THROUGHLINE_")}
