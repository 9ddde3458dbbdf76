"""`python -m deploy.kafka` and `Cluster`: what is missing is named, what runs is known, and nothing outlives who started it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from confluent_kafka.admin import AdminClient
from typer.testing import CliRunner, Result

from deploy.kafka import jars
from deploy.kafka.__main__ import app
from deploy.kafka.cluster import Cluster
from deploy.kafka.jars import KafkaUnavailable
from deploy.kafka.ports import free_ports
from deploy.kafka.standing import CONTROLLERS_ABOVE
from tests.engine.live import until

ROOT = Path(__file__).parents[2]


def launcher(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments, catch_exceptions=False)


def as_its_user(*arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "deploy.kafka", *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)


def on_path(folder: Path, monkeypatch: pytest.MonkeyPatch, **programs: str) -> None:
    """Nothing but these shell scripts."""
    for name, script in programs.items():
        (folder / name).write_text(f"#!/bin/sh\n{script}\n")
        (folder / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))


def left_behind(folder: Path, pid: int) -> None:
    own = folder / "broker-0"
    own.mkdir()
    (own / "server.properties").write_text("listeners=PLAINTEXT://127.0.0.1:19092,CONTROLLER://127.0.0.1:19192\n")
    (own / "pid").write_text(f"{pid}\n")


def test_a_missing_java_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    on_path(tmp_path, monkeypatch)
    with pytest.raises(KafkaUnavailable, match="java is missing: install"):
        jars.java()


def test_a_java_that_is_too_old_is_named_with_its_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    on_path(tmp_path, monkeypatch, java="""echo 'openjdk version "11.0.2" 2019-01-15' >&2""")
    with pytest.raises(KafkaUnavailable, match="is Java 11 and Kafka 4 needs 17 or later"):
        jars.java()


def test_a_missing_mvn_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    on_path(tmp_path, monkeypatch)
    with pytest.raises(KafkaUnavailable, match="mvn is missing: install Maven"):
        jars.jars(tmp_path / "lib")


def test_what_maven_says_of_its_failure_is_passed_on_and_it_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    on_path(tmp_path, monkeypatch, mvn="echo 'no route to the repository'; exit 1")
    for _ in range(2):
        with pytest.raises(KafkaUnavailable, match="no route to the repository"):
            jars.jars(tmp_path / "lib")


def test_jars_are_fetched_once_and_anew_when_the_pom_has_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    on_path(tmp_path, monkeypatch, mvn=f"echo fetched >> {tmp_path}/calls; /bin/mkdir {tmp_path}/lib")
    lib, calls = tmp_path / "lib", tmp_path / "calls"
    for text, so_often in (("one", 1), ("one", 1), ("two", 2)):
        pom = tmp_path / "pom.xml"
        pom.write_text(text)
        monkeypatch.setattr(jars, "POM", pom)
        jars.jars(lib)
        assert len(calls.read_text().splitlines()) == so_often


def test_where_nothing_was_started_status_says_how_to_start_it(tmp_path: Path) -> None:
    said = launcher("status", "--folder", str(tmp_path / "none"))
    assert (said.exit_code, "make kafka-up" in said.output) == (1, True)


def test_a_stale_process_number_is_nobody_of_ours(tmp_path: Path) -> None:
    with subprocess.Popen(["sleep", "60"]) as somebody_else:
        left_behind(tmp_path, somebody_else.pid)
        said = launcher("status", "--folder", str(tmp_path))
        assert (said.exit_code, "broker 0  127.0.0.1:19092  does not run" in said.output) == (1, True)
        assert launcher("down", "--folder", str(tmp_path)).output == "No broker was running\n"
        assert somebody_else.poll() is None
        somebody_else.kill()


def test_data_of_another_number_of_brokers_is_not_mixed_in(tmp_path: Path) -> None:
    left_behind(tmp_path, os.getpid())
    said = launcher("up", "--brokers", "3", "--folder", str(tmp_path))
    assert (said.exit_code, "holds the data of 1 broker(s), not of 3" in said.output) == (1, True)


@pytest.mark.slow
@pytest.mark.kafka
def test_up_stands_until_down_and_says_so_if_asked_twice(tmp_path: Path) -> None:
    (port,) = free_ports(1)
    given = ["--folder", str(tmp_path / "kafka")]
    address = f"127.0.0.1:{port}"
    try:
        first = as_its_user("up", "--port", str(port), *given)
        assert (first.returncode, f"throughline topics create --kafka {address}" in first.stdout) == (0, True)
        assert as_its_user("up", "--port", str(port), *given).stdout == f"Kafka runs already: {address}\n"
        assert as_its_user("status", *given).returncode == 0
        taken = as_its_user("up", "--port", str(port), "--folder", str(tmp_path / "another"))
        assert (taken.returncode, f"port {port}, {port + CONTROLLERS_ABOVE} on 127.0.0.1 is taken" in taken.stderr) == (1, True)
    finally:
        last = as_its_user("down", "--remove", *given)
    assert last.stdout.startswith("1 broker stopped\n")
    assert not (tmp_path / "kafka").exists()


@pytest.mark.slow
@pytest.mark.kafka
def test_a_broker_that_ends_at_its_start_says_why(tmp_path: Path) -> None:
    with pytest.raises(KafkaUnavailable, match=r"num\.io\.threads"):
        Cluster(tmp_path, properties={"num.io.threads": "many"}).start()


@pytest.mark.slow
@pytest.mark.kafka
def test_no_broker_outlives_the_process_that_started_it(tmp_path: Path) -> None:
    program = (
        "import pathlib, signal, sys\n"
        "from deploy.kafka.cluster import Cluster\n"
        "with Cluster(pathlib.Path(sys.argv[1])) as kafka:\n"
        "    print(kafka.bootstrap, flush=True)\n"
        "    signal.pause()\n"
    )
    with subprocess.Popen([sys.executable, "-c", program, str(tmp_path)], stdout=subprocess.PIPE, text=True, cwd=ROOT) as starter:
        assert starter.stdout is not None
        address = starter.stdout.readline().strip()
        assert AdminClient({"bootstrap.servers": address, "log_level": 0}).list_topics(timeout=60).brokers
        starter.kill()
    command = ["pgrep", "-f", f"kafka.Kafka {tmp_path}/"]
    until(lambda: subprocess.run(command, stdout=subprocess.DEVNULL, check=False).returncode == 1, "its broker gone")
