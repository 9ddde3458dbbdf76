"""Apache Kafka's own jars, fetched by Maven as pom.xml pins them: once, and anew when the pom has changed."""

import fcntl
import hashlib
import re
import shutil
import subprocess
from pathlib import Path

OLDEST_JAVA = 17
"""What the brokers of Kafka 4 ask for."""

POM = Path(__file__).with_name("pom.xml")
LIB = Path(__file__).parents[2] / "build" / "kafka" / "lib"


class KafkaUnavailable(Exception):
    """Something that a person must mend stands between this machine and a running Kafka; the text says what."""


def java() -> str:
    """Where a Java is that runs Kafka."""
    found = shutil.which("java")
    if found is None:
        raise KafkaUnavailable(
            f"java is missing: install a JRE of version {OLDEST_JAVA} or later (Debian: apt install default-jre-headless)"
        )
    said = subprocess.run([found, "-version"], capture_output=True, text=True, check=False).stderr  # noqa: S603 -- the Java of this PATH
    version = re.search(r'version "(\d+)', said)
    if version is None:
        raise KafkaUnavailable(f"{found} -version does not name a version but says: {said.strip()}")
    if int(version[1]) < OLDEST_JAVA:
        raise KafkaUnavailable(f"{found} is Java {version[1]} and Kafka 4 needs {OLDEST_JAVA} or later: put a newer one first in PATH")
    return found


def jars(lib: Path = LIB) -> Path:
    """The folder of the jars; they are fetched if need be, by one process at a time."""
    pinned = hashlib.sha256(POM.read_bytes()).hexdigest()
    lib.parent.mkdir(parents=True, exist_ok=True)
    with lib.with_name("lib.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        marker = lib / "of-pom.sha256"
        if not (marker.exists() and marker.read_text() == pinned):
            _fetch(lib)
            marker.write_text(pinned)
    return lib


def _fetch(lib: Path) -> None:
    maven = shutil.which("mvn")
    if maven is None:
        raise KafkaUnavailable("mvn is missing: install Maven, which fetches Kafka's jars (Debian: apt install maven)")
    shutil.rmtree(lib, ignore_errors=True)  # jars of another version beside ours would be loaded too
    copy = [maven, "--batch-mode", "--quiet", "--file", str(POM), "dependency:copy-dependencies"]
    done = subprocess.run(  # noqa: S603 -- Maven, on our own pom
        [*copy, "-DincludeScope=runtime", f"-DoutputDirectory={lib}"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise KafkaUnavailable(f"Maven could not fetch Kafka's jars:\n{_last(done.stdout, 12)}")


def _last(text: str, lines: int) -> str:
    return "\n".join(f"  {line}" for line in text.strip().splitlines()[-lines:])
