"""The engines that run the reference job as it stands in rule.py, or the same in their own language."""

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import msgspec

from deploy.kafka.jars import KafkaUnavailable, java
from tests.bench.jobs.engine import BUILD, HERE, ROOT, Run
from tests.bench.jobs.log import Told
from tests.bench.jobs.venvs import PINS, made_venv


@dataclass(frozen=True)
class Reference:
    name: str
    title: str
    segments: int
    package: str
    pinned: bool = True
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
        return Told(**msgspec.json.decode(value))


@dataclass(frozen=True)
class InVenv(Reference):
    """A Python engine in a virtual environment of its own."""

    venv: str = ""
    arguments: tuple[str, ...] = ()
    first: tuple[str, ...] = ()
    """Arguments of Python before the first start. {folder} is put in, here and above."""

    @property
    def version(self) -> str:
        pins = (PINS / f"{self.venv}.txt").read_text()
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
        maven = shutil.which("mvn")
        if maven is None:
            raise KafkaUnavailable("mvn is missing: it builds the engine on the JVM; or leave that one out with --engines")
        command = [maven, "--batch-mode", "--quiet", "--file", str(self._project / "pom.xml"), f"-Dbuilt={self._built}", "process-classes"]
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL)

    def command(self, run: Run) -> list[str]:  # noqa: ARG002 -- as every engine
        return [java(), "-Xmx1g", "-cp", f"{self._built}/target/classes:{self._built}/lib/*", "bench.ReferenceJob"]

    @property
    def _project(self) -> Path:
        return HERE / "engines" / self.name.replace("-", "_")

    @property
    def _built(self) -> Path:
        return BUILD / self.name
