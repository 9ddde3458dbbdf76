"""One node, broker and controller at once, with its folder: what it is told, what it stores, what it says."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from deploy.kafka.jars import jars, java

QUICK = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
"""Starts with two thirds of the processor time and runs well enough for a few thousand records a second a core."""

LOGGING = Path(__file__).with_name("log4j2.properties")

STARTED = b"Kafka Server started"

FEATURES = ("--feature", "eligible.leader.replicas.version=0")
"""Kafka 4.1.2 counts a deleted topic among its eligible leaders: when a broker that was killed comes back, one controller after the other
fails at it ("Topic ID ... existed in isrMembers, but not in the topics map"), and nobody leads any more. What is tried here deletes topics
and kills brokers all day."""


class Node:
    def __init__(self, number: int, folder: Path, settings: Mapping[str, str]) -> None:
        self.number = number
        self.log = folder / "log"
        self.settings = folder / "server.properties"
        self._formatted = Path(settings["log.dirs"]) / "meta.properties"
        self._earlier_lives = 0
        folder.mkdir(parents=True, exist_ok=True)
        self.settings.write_text("".join(f"{name}={value}\n" for name, value in settings.items()))

    def format(self, cluster: str, arguments: Sequence[str]) -> "subprocess.Popen[bytes] | None":
        """The process that does it; None where it has been done."""
        if self._formatted.exists():
            return None
        return self._run("kafka.tools.StorageTool", "format", "-t", cluster, "-c", str(self.settings), *FEATURES, *arguments)

    def start(self, **process: Any) -> "subprocess.Popen[bytes]":
        """`process`: as Popen knows it."""
        self._earlier_lives = self.log.stat().st_size if self.log.exists() else 0
        return self._run("kafka.Kafka", str(self.settings), **process)

    def has_started(self) -> bool:
        """Since the last `start`: Kafka says so once the broker is registered and no longer fenced."""
        with self.log.open("rb") as log:
            log.seek(self._earlier_lives)
            return STARTED in log.read()

    def last_words(self, lines: int = 12) -> str:
        """Without the frames of Java's stacks, among which the reason is lost."""
        all_said = self.log.read_text(errors="replace").splitlines() if self.log.exists() else []
        said = [line for line in all_said if line.strip() and not line.startswith("\tat ")]
        return "\n".join(f"  {line}" for line in said[-lines:])

    def _run(self, *command: str, **process: Any) -> "subprocess.Popen[bytes]":
        options = (*QUICK, "-Xms128m", "-Xmx384m", f"-Dlog4j2.configurationFile={LOGGING}")
        with self.log.open("ab") as log:
            return subprocess.Popen(  # noqa: S603 -- Kafka's own classes
                [java(), *options, "-cp", f"{jars()}{os.sep}*", *command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self.log.parent,
                **process,
            )
