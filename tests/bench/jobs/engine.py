"""What the bench must know of an engine: how it is built and started, where it tells its alerts, and how they read."""

import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import msgspec

from deploy.kafka.jars import java
from streams.detection.progress import SKEW
from streams.policy_file import load_policy
from streams.version import VERSION
from tests.bench.jobs.log import Told
from tests.bench.jobs.rule import CONFLICT, LATE_ANSWER

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
BUILD = ROOT / "build" / "bench"

_decode = msgspec.json.Decoder().decode


class Run(NamedTuple):
    name: str
    kafka: str
    folder: Path
    """For the engine's state and log; empty at the start."""

    @property
    def alerts(self) -> str:
        return f"{self.name}.alerts"

    @property
    def journeys(self) -> str:
        return f"{self.name}.journeys"


class Engine(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def segments(self) -> int:
        """Up to which milestone it is measured: each engine for about as long."""

    @property
    def cores(self) -> int | None:
        """1: pinned to one; None: it has threads that are not its own choice."""

    @property
    def waits_ms(self) -> int:
        """For events that are out of order, because it is told to."""

    @property
    def only_on_disk(self) -> bool:
        """Whether a machine that is lost takes the state along."""

    @property
    def version(self) -> str: ...
    def build(self) -> None:
        """Once; does nothing where it has been done."""

    def prepare(self, run: Run) -> None:
        """Whatever its documentation has a person do before the first start."""

    def command(self, run: Run) -> list[str]: ...
    def environment(self, run: Run) -> dict[str, str]: ...
    def own_alerts(self, run: Run) -> tuple[str, ...]:
        """Topics that the bench must make for it, beside its journeys."""

    def alerts(self, run: Run) -> tuple[str, ...]:
        """Topics in which its alerts appear."""

    def told(self, value: bytes) -> Told | None:
        """None for what is no alert of the reference job's."""


@dataclass(frozen=True)
class Reference:
    """An engine that runs rule.py, or the same in its own language."""

    name: str
    title: str
    segments: int
    package: str
    cores: int | None = 1
    waits_ms: int = 0
    only_on_disk: bool = False

    def prepare(self, run: Run) -> None:
        pass

    def environment(self, run: Run) -> dict[str, str]:
        return {"BENCH_KAFKA": run.kafka, "BENCH_RUN": run.name, "BENCH_FOLDER": str(run.folder)}

    def own_alerts(self, run: Run) -> tuple[str, ...]:
        return (run.alerts,)

    def alerts(self, run: Run) -> tuple[str, ...]:
        return (run.alerts,)

    def told(self, value: bytes) -> Told:
        return Told(**_decode(value))


@dataclass(frozen=True)
class InVenv(Reference):
    """A Python engine in a virtual environment of its own."""

    venv: str = ""
    arguments: tuple[str, ...] = ()
    first: tuple[str, ...] = ()
    """Arguments of Python before the first start. {folder} is put in, here and above."""

    @property
    def version(self) -> str:
        pins = (HERE / "requirements" / f"{self.venv}.txt").read_text()
        found = re.search(rf"^{re.escape(self.package)}==(\S+)$", pins, re.MULTILINE)
        if found is None:
            raise AssertionError(f"{self.package} is not pinned")
        return f"{self.package} {found[1]}"

    def build(self) -> None:
        made_venv(self.venv)

    def prepare(self, run: Run) -> None:
        if self.first:
            subprocess.run(self._python(run, self.first), check=True, cwd=ROOT)

    def command(self, run: Run) -> list[str]:
        return self._python(run, self.arguments)

    def _python(self, run: Run, arguments: tuple[str, ...]) -> list[str]:
        return [str(made_venv(self.venv)), *(argument.format(folder=run.folder) for argument in arguments)]


@dataclass(frozen=True)
class OnJvm(Reference):
    """Built by Maven; not pinned: its compiler and its collector have threads beside the one that does the job."""

    @property
    def version(self) -> str:
        found = re.search(r"<kafka\.version>(.+)<", (self._project / "pom.xml").read_text())
        if found is None:
            raise AssertionError("the pom pins no Kafka")
        return f"{self.package} {found[1]}"

    def build(self) -> None:
        command = ["mvn", "--batch-mode", "--quiet", "--file", str(self._project / "pom.xml"), f"-Dbuilt={self._built}", "process-classes"]
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL)

    def command(self, run: Run) -> list[str]:  # noqa: ARG002 -- as every engine
        return [java(), "-Xmx1g", "-cp", f"{self._built}/target/classes:{self._built}/lib/*", "bench.ReferenceJob"]

    @property
    def _project(self) -> Path:
        return HERE / "engines" / self.name.replace("-", "_")

    @property
    def _built(self) -> Path:
        return BUILD / self.name


@dataclass(frozen=True)
class Throughline:
    """The worker as anybody starts it."""

    name: str
    title: str
    segments: int
    policy: str
    cores: int | None = 1
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
        event = _decode(value)
        return told_by_throughline(event["type"], event["data"])


def told_by_throughline(kind: str, data: dict[str, Any]) -> Told | None:
    match data["detector"], data["state"]:
        case "conflicting_claims", "conflict" if ".opened." in kind:
            return Told(CONFLICT, data["customer"], data["subject"]["id"].split("/")[1])
        case "first_response", "breached":
            return Told(LATE_ANSWER, data["customer"], data["subject"]["id"])
    return None


def made_venv(name: str) -> Path:
    """Its Python; made when it is first used, and anew when its pins have changed."""
    folder, pins = BUILD / "venvs" / name, HERE / "requirements" / f"{name}.txt"
    python, marker = folder / "bin" / "python", folder / "pins.txt"
    if not (marker.exists() and marker.read_text() == pins.read_text()):
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)
        install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "-r", str(pins)]
        subprocess.run(install, check=True)
        marker.write_text(pins.read_text())
    return python


_THROUGHLINE = str(Path(sys.executable).with_name("throughline"))
