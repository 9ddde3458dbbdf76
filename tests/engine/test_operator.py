"""What an operator sees of `throughline worker` that cannot work: what to mend, by name, and no traceback."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from streams.cli.trouble import Exit
from streams.exits import MISCONFIGURED
from tests.engine.live import PATIENCE_S, until

pytestmark = pytest.mark.slow

POLICY = """\
version: "1"
channels:
  chat: {lateness: PT2S}
"""
NOBODY = "127.0.0.1:1"
QUICK_S = 5.0


class Command:
    """`throughline worker` as an operator types it; what it says goes to a file."""

    def __init__(self, folder: Path, policy: str, **settings: object) -> None:
        file = folder / "policy.yaml"
        file.write_text(policy)
        self.policy = str(file)
        self._said = folder / "said.log"
        ours = {"KAFKA": NOBODY, "POLICY": self.policy, "METRICS_PORT": 0, "LOG_FORMAT": "json"} | settings
        environment = {name: value for name, value in os.environ.items() if not name.startswith("THROUGHLINE_")}
        with self._said.open("w") as said:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "streams.cli", "worker"],
                env=environment | {f"THROUGHLINE_{name}": str(value) for name, value in ours.items()},
                stdout=said,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
            )

    @property
    def said(self) -> str:
        return self._said.read_text()

    def url(self) -> str:
        """Where its health is to be asked for, once it listens."""
        return str(
            until(lambda: next((json.loads(line)["url"] for line in self.said.splitlines() if '"url"' in line), None), "its address")
        )


@contextmanager
def running(folder: Path, policy: str = POLICY, **settings: object) -> Iterator[Command]:
    command = Command(folder, policy, **settings)
    try:
        yield command
        assert "Traceback" not in command.said
    finally:
        command.process.kill()
        command.process.wait()
        sys.stdout.write(command.said)


def health(url: str) -> tuple[int, dict[str, object]]:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 -- the worker's own address
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, json.load(refused)


@pytest.mark.parametrize(
    ("policy", "where", "field"),
    [
        pytest.param(POLICY.replace("PT2S", "2 s"), "3:20", "channels.chat.lateness", id="a duration that is none"),
        pytest.param(POLICY + "chanels: {}\n", "4:1", "chanels", id="a key that nothing reads"),
        pytest.param(POLICY + "detectors:\n  resolution: {at_risk: 2}\n", "5:25", "detectors.resolution.at_risk", id="a detector's"),
        pytest.param(POLICY + "detectors:\n  resolutoin: {}\n", "5:3", "detectors.resolutoin", id="a detector that there is not"),
        pytest.param(POLICY + "tiers: [", "4", "", id="no YAML"),
    ],
)
def test_a_mistake_in_the_policy_is_told_with_its_place(tmp_path: Path, policy: str, where: str, field: str) -> None:
    with running(tmp_path, policy) as command:
        assert command.process.wait(PATIENCE_S) == Exit.USAGE
        assert f"{command.policy}:{where}" in command.said
        assert field in command.said


def test_a_setting_that_is_wrong_is_told_by_its_variable(tmp_path: Path) -> None:
    with running(tmp_path, STUCK_MS="soon") as command:
        assert command.process.wait(PATIENCE_S) == Exit.USAGE
        assert command.said.startswith("throughline: THROUGHLINE_STUCK_MS: ")


def test_a_port_in_use_is_told_with_what_to_set(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with running(tmp_path, METRICS_PORT=port) as command:
            assert command.process.wait(PATIENCE_S) == MISCONFIGURED
            assert f"cannot serve metrics at 127.0.0.1:{port}: " in command.said
            assert "THROUGHLINE_METRICS_PORT" in command.said


def ends_soon(command: Command) -> None:
    began = time.monotonic()
    command.process.send_signal(signal.SIGTERM)
    assert command.process.wait(PATIENCE_S) == 0
    assert time.monotonic() - began < QUICK_S


def test_without_a_broker_it_is_alive_and_not_ready_says_why_and_ends_when_told(tmp_path: Path) -> None:
    with running(tmp_path) as command:
        url = command.url()
        assert health(f"{url}/healthz") == (200, {"alive": True})
        assert health(f"{url}/readyz") == (503, {"ready": False, "phase": "starting", "why": f"waits for Kafka at {NOBODY}"})
        until(lambda: command.said.count("Kafka does not answer; trying again") >= 2, "two attempts")
        assert f'"kafka": "{NOBODY}"' in command.said
        ends_soon(command)


def test_an_address_that_swallows_everything_does_not_keep_it_from_ending(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"127.0.0.1:{silent.getsockname()[1]}"
        with running(tmp_path, KAFKA=address) as command:
            url = command.url()
            until(lambda: health(f"{url}/readyz")[0] == 503, "readiness")
            silent.settimeout(PATIENCE_S)
            asked, _ = silent.accept()
            with asked:
                ends_soon(command)
