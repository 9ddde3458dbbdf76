"""What the demo needs around it: a broker and a worker, each a process of its own, both gone when the demo is."""

import json
import os
import signal
import subprocess
import sys
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
        names = [*topics.partitioned(policy, APPLICATION), *topics.written()]
        self._broker = EmbeddedBroker(dict.fromkeys(names, PARTITIONS))
        self._policy_file = policy_file
        self._folder = TemporaryDirectory(prefix="throughline-demo-")
        self._log = Path(self._folder.name) / "worker.log"
        self.kafka = ""

    def __enter__(self) -> Self:
        self.kafka = self._broker.__enter__().address
        settings = {
            "KAFKA": self.kafka,
            "POLICY": str(self._policy_file),
            "APPLICATION": APPLICATION,
            "METRICS_PORT": "0",
            "CHECKPOINT_MS": "250",
            "PROBE_MS": "250",
            "LOG_FORMAT": "json",
        }
        self._worker = subprocess.Popen(
            [sys.executable, "-m", "streams.cli", "worker"],
            env=os.environ | {f"THROUGHLINE_{name}": value for name, value in settings.items()},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=self._log.open("wb"),
            start_new_session=True,  # Ctrl-C is for the demo, which then ends its worker in good order
        )
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._worker.send_signal(signal.SIGTERM)
        try:
            self._worker.wait(_PATIENCE_S)
        except subprocess.TimeoutExpired:
            self._worker.kill()
            self._worker.wait()
        self._broker.__exit__(kind, error, trace)
        self._folder.cleanup()

    def check(self) -> None:
        """StageBroken if the worker has ended."""
        if (code := self._worker.poll()) is not None:
            raise StageBroken(f"the worker ended with exit code {code}; its last words:\n{self.last_words()}")

    def last_words(self, lines: int = 8) -> str:
        return "\n".join(self._log.read_text().splitlines()[-lines:])

    def metrics_url(self) -> str | None:
        """Where the worker serves its metrics; None until it has said so."""
        for line in self._log.read_text().splitlines():
            if line.startswith("{") and "url" in (said := json.loads(line)):
                return f"{said['url']}/metrics".replace("//metrics", "/metrics")
        return None
