"""Throughline's worker as anybody starts it, and how its alerts compare with the others'."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from streams.detection.progress import SKEW
from streams.policy_file import load_policy
from streams.version import VERSION
from tests.bench.jobs.engine import HERE, Run
from tests.bench.jobs.log import Told
from tests.bench.jobs.rule import CONFLICT, LATE_ANSWER

_THROUGHLINE = str(Path(sys.executable).with_name("throughline"))


@dataclass(frozen=True)
class Throughline:
    """The worker as anybody starts it."""

    name: str
    title: str
    segments: int
    policy: str
    pinned: bool = True
    only_on_disk: bool = False

    @property
    def waits_ms(self) -> int:
        return max(load_policy(HERE / self.policy).lateness.values()) + SKEW

    @property
    def version(self) -> str:
        return f"throughline {VERSION}"

    def build(self) -> None:
        pass

    def prepare(self, run: Run) -> None:
        options = ["--kafka", run.kafka, "--policy", str(HERE / self.policy), "--application", run.name, "--retention", "forever"]
        subprocess.run([_THROUGHLINE, "topics", "create", *options, "--partitions", "4"], check=True, capture_output=True)

    def command(self, run: Run) -> list[str]:
        return [_THROUGHLINE, "worker", "--kafka", run.kafka, "--policy", str(HERE / self.policy)]

    def environment(self, run: Run) -> dict[str, str]:
        return {"THROUGHLINE_APPLICATION": run.name, "THROUGHLINE_METRICS_PORT": "0", "THROUGHLINE_CHECKPOINT_MS": "1000"}

    def own_alerts(self, run: Run) -> tuple[str, ...]:  # noqa: ARG002 -- `topics create` makes them
        return ()

    def alerts(self, run: Run) -> tuple[str, ...]:  # noqa: ARG002 -- every application's are the same
        return ("alerts.inconsistency", "alerts.slow-response")

    def told(self, value: bytes) -> Told | None:
        """A conflict when it opens, and a late answer when the target is missed."""
        event = msgspec.json.decode(value)
        return told_by_throughline(event["type"], event["data"])


def told_by_throughline(kind: str, data: dict[str, Any]) -> Told | None:
    match data["detector"], data["state"]:
        case "conflicting_claims", "conflict" if ".opened." in kind:
            return Told(CONFLICT, data["customer"], data["subject"]["id"].split("/")[1])
        case "first_response", "breached":
            return Told(LATE_ANSWER, data["customer"], data["subject"]["id"])
    return None
