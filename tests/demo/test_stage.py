"""The demo's processes: what happens when one of them, or the one who watches, has enough."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from importlib.resources import as_file, files
from pathlib import Path

import pytest

from streams.demo.stage import Stage, StageBroken
from streams.policy_file import load_policy

pytestmark = pytest.mark.slow
PATIENCE_S = 40.0


def awaited(what: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not what():
        assert time.monotonic() < deadline, "it has not come true in time"
        time.sleep(0.05)


def gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


class Demo:
    """`throughline demo`, in a process group of its own as a terminal would run it."""

    def __init__(self, folder: Path) -> None:
        self._said = folder / "said"
        with self._said.open("wb") as said:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "streams.cli", "demo", "--short"],
                stdout=said, stderr=said, start_new_session=True,
                env=os.environ | {"THROUGHLINE_PARTITIONS": "7"},  # somebody else's settings: they must not matter
            )  # fmt: skip

    def said(self) -> str:
        return self._said.read_text()

    def child(self, module: str) -> int | None:
        found = subprocess.run(["pgrep", "-P", str(self.process.pid), "-f", module], capture_output=True, text=True, check=False).stdout
        return int(found) if found.strip() else None

    def children(self) -> tuple[int, int] | None:
        broker, worker = self.child("streams.broker"), self.child("streams.cli worker")
        return (broker, worker) if broker and worker else None


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    started = Demo(tmp_path)
    yield started
    children = started.children() or ()
    started.process.kill()
    started.process.wait()
    for child in children:
        if not gone(child):
            os.kill(child, signal.SIGKILL)


@pytest.mark.parametrize("moment", ["while the worker starts", "while customers come"])
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_who_stops_it_leaves_no_process_behind(demo: Demo, number: signal.Signals, code: int, moment: str) -> None:
    awaited(demo.children)
    children = demo.children()
    assert children
    if moment == "while customers come":
        awaited(lambda: " opened " in demo.said())
    os.killpg(demo.process.pid, number)
    assert demo.process.wait(PATIENCE_S) == code
    awaited(lambda: all(map(gone, children)))
    assert "Traceback" not in demo.said()
    assert ("broker and worker are gone" in demo.said()) == (number is signal.SIGINT)


def test_a_worker_that_dies_ends_it_with_1_and_its_last_words(demo: Demo) -> None:
    awaited(lambda: " opened " in demo.said())
    worker = demo.child("streams.cli worker")
    assert worker
    os.kill(worker, signal.SIGKILL)
    assert demo.process.wait(PATIENCE_S) == 1
    assert f"the worker ended with exit code -{signal.SIGKILL:d}; its last words:" in demo.said()
    assert "Traceback" not in demo.said()


def test_a_worker_that_cannot_begin_says_why(tmp_path: Path) -> None:
    with as_file(files("streams.demo") / "policy.yaml") as file:
        policy, text = load_policy(file), file.read_text()
    (tmp_path / "policy.yaml").write_text(text.replace("PT5S", "soon"))
    with Stage(policy, tmp_path / "policy.yaml") as stage:
        with pytest.raises(StageBroken, match=r"exit code 2; its last words:\n(.*\n)*.*policy.yaml:\d+"):
            awaited(stage.check)  # it returns nothing until it raises
        with pytest.raises(StageBroken, match="exit code 2"):
            stage.end_worker()
