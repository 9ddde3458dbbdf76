"""py-spy looks at a worker from outside while it works: in a virtual environment of its own, as nobody else needs it."""

import signal
import subprocess
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from msgspec import Struct

from tests.bench.jobs.venvs import made_venv
from tests.bench.worker.machine import ends_with_us

A_SECOND = 100
LEAST, LEAST_OWN = 0.01, 0.015
"""The shares from which a function of ours is shown, and any other one."""
OURS = ("streams/", "schemas/")
END_S = 60.0


class Slice(Struct, frozen=True):
    function: str
    """With its file."""
    inclusive: float
    """Of the time in which Python runs (a thread holds the interpreter), the share in which it is on the stack."""
    own: float
    """The share in which it is what runs."""

    @property
    def ours(self) -> bool:
        return any(f"({package}" in self.function for package in OURS)


@contextmanager
def profiled(pid: int) -> Iterator[list[Slice]]:
    """What it gives is filled when the block ends."""
    slices: list[Slice] = []
    spy = made_venv("py-spy").with_name("py-spy")
    with tempfile.TemporaryDirectory() as folder:
        stacks = Path(folder) / "stacks"
        command = [str(spy), "record", "--pid", str(pid), "--gil", "--rate", str(A_SECOND), "--format", "raw", "--output", str(stacks)]
        recording = subprocess.Popen(ends_with_us(command), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            yield slices
        finally:
            recording.send_signal(signal.SIGINT)  # it writes what it has seen
            recording.wait(END_S)
        slices.extend(largest(stacks.read_text()))


def largest(stacks: str) -> list[Slice]:
    """`stacks`: a line each, the frames from the outside in with `;` between, and how often it was seen."""
    inclusive: Counter[str] = Counter()
    own: Counter[str] = Counter()
    for line in stacks.splitlines():
        frames, _, count = line.rpartition(" ")
        names = [_named(frame) for frame in frames.split(";")]
        inclusive.update(dict.fromkeys(names, int(count)))
        own[names[-1]] += int(count)
    seen = own.total()
    slices = [Slice(name, count / seen, own[name] / seen) for name, count in inclusive.most_common()]
    return [each for each in slices if each.own >= LEAST_OWN or (each.inclusive >= LEAST and each.ours)]


def _named(frame: str) -> str:
    """Without the line, which differs within a function."""
    return frame.rpartition(":")[0] + ")" if ":" in frame else frame
