"""A Kafka that stands until it is told to go, whoever started it: its processes are found again by what lies in its folder."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from deploy.kafka.cluster import PATIENCE_S, format_all, nodes
from deploy.kafka.configuration import CLIENTS, HOST
from deploy.kafka.jars import KafkaUnavailable
from deploy.kafka.ports import is_free
from deploy.kafka.ready import use_internal_topics, wait_until_ready

CONTROLLERS_ABOVE = 100
"""A node's controller listens so far above its broker."""

_LAST_WORDS_S = 20.0
"""For handing over what a broker leads; where nobody is left to take it, Kafka would wait for minutes."""


@dataclass(frozen=True)
class Standing:
    """One broker as its folder tells of it."""

    number: int
    folder: Path
    port: int
    pid: int | None
    """None where it does not run."""


def found(folder: Path) -> list[Standing]:
    own = sorted(folder.absolute().glob("broker-*/server.properties"))
    return [Standing(number, file.parent, _port(file), _running(file)) for number, file in enumerate(own)]


def up(folder: Path, brokers: int, port: int) -> str:
    """The address, once it is ready. Data of an earlier life is used again."""
    earlier = found(folder)
    if any(broker.pid for broker in earlier):
        raise KafkaUnavailable(f"some broker in {folder} runs already: see `make kafka-status`, then `make kafka-down`")
    if earlier and len(earlier) != brokers:
        raise KafkaUnavailable(
            f"{folder} holds the data of {len(earlier)} broker(s), not of {brokers}: ask for as many, or say down --remove to start anew"
        )
    ports = [port + number for number in range(brokers)]
    controllers = [number + CONTROLLERS_ABOVE for number in ports]
    taken = [str(number) for number in (*ports, *controllers) if not is_free(number)]
    if taken:
        raise KafkaUnavailable(f"port {', '.join(taken)} on {HOST} is taken: end what listens there, or choose others with --port")
    made = nodes(folder, {CLIENTS: ports}, {CLIENTS: "PLAINTEXT"}, {}, controllers)
    format_all(made, ())
    bootstrap = ",".join(f"{HOST}:{number}" for number in ports)
    started: list[subprocess.Popen[bytes]] = []

    def alive() -> None:
        for node, process in zip(made, started, strict=True):
            if process.poll() is not None:
                raise KafkaUnavailable(f"broker {node.number} ended by itself; its last words:\n{node.last_words()}")

    try:
        for node in made:
            started.append(node.start(start_new_session=True))
            _pid_file(node.settings).write_text(f"{started[-1].pid}\n")
        wait_until_ready(bootstrap, made, PATIENCE_S, alive)
        use_internal_topics(bootstrap, PATIENCE_S, alive)
        wait_until_ready(bootstrap, made, PATIENCE_S, alive)
    except BaseException:
        for process in started:
            process.kill()
            process.wait()
        raise
    return bootstrap


def down(folder: Path, *, remove: bool) -> int:
    """How many ran. SIGTERM for all, and SIGKILL for what takes too long."""
    brokers = found(folder)
    running = [broker.pid for broker in brokers if broker.pid]
    for pid in running:
        _send(pid, signal.SIGTERM)
    deadline = time.monotonic() + _LAST_WORDS_S
    while (left := list(_still(folder))) and time.monotonic() < deadline:
        time.sleep(0.05)
    for pid in left:
        _send(pid, signal.SIGKILL)
    while list(_still(folder)):  # a killed process is gone within an instant
        time.sleep(0.05)
    for broker in brokers:
        _pid_file(broker.folder / "server.properties").unlink(missing_ok=True)
    if remove:
        shutil.rmtree(folder, ignore_errors=True)
    return len(running)


def _still(folder: Path) -> Iterator[int]:
    return (broker.pid for broker in found(folder) if broker.pid)


def _send(pid: int, what: signal.Signals) -> None:
    try:
        os.kill(pid, what)
    except ProcessLookupError:
        return  # it was quicker


def _running(settings: Path) -> int | None:
    """The process of the pid file, if it is the broker of these settings still: a machine that crashed has given the number away."""
    try:
        pid = int(_pid_file(settings).read_text())
    except (FileNotFoundError, ValueError):
        return None
    ask = ["ps", "-ww", "-o", "stat=,command=", "-p", str(pid)]
    said = subprocess.run(ask, capture_output=True, text=True, check=False).stdout  # noqa: S603 -- a number is all that is given
    state, _, command = said.strip().partition(" ")
    return pid if not state.startswith("Z") and command.strip().endswith(f"kafka.Kafka {settings}") else None


def _port(settings: Path) -> int:
    (listeners,) = (line for line in settings.read_text().splitlines() if line.startswith("listeners="))
    return int(listeners.partition(f"{CLIENTS}://{HOST}:")[2].partition(",")[0])


def _pid_file(settings: Path) -> Path:
    return settings.with_name("pid")
