"""Which core is whose, and what a process has cost so far."""

import os
import time
from collections.abc import Sequence
from pathlib import Path

import psutil
from msgspec import Struct

CORES = tuple(sorted(os.sched_getaffinity(0)))
"""The machine's, as this process found them."""
_NANO = 1e9


def stand_aside() -> None:
    """This process and the broker that it starts take the last core; workers are put on the first ones."""
    os.sched_setaffinity(0, {CORES[-1]})


def on_core(number: int, command: Sequence[str]) -> list[str]:
    """The command as it runs on one core alone; where there are fewer cores, several share one."""
    return ends_with_us(["taskset", "--cpu-list", str(CORES[number % len(CORES)]), *command])


def ends_with_us(command: Sequence[str]) -> list[str]:
    """The command as a process that is killed when this one ends, however that ends."""
    return ["setpriv", "--pdeathsig", "KILL", *command]


class Cost(Struct, frozen=True):
    at: float
    """Seconds, of a clock that never steps."""
    cpu_s: float
    rss: int
    """Bytes."""
    descriptors: int
    threads: int
    loop: "Loop"


class Loop(Struct, frozen=True):
    """Of the main thread, in which a worker's event loop is."""

    ran_s: float
    waited_s: float
    """It could have run and had no core: others had it."""


def loop(pid: int) -> Loop:
    ran, waited, _ = Path(f"/proc/{pid}/schedstat").read_text().split()
    return Loop(int(ran) / _NANO, int(waited) / _NANO)


def cost(process: psutil.Process) -> Cost:
    with process.oneshot():
        times = process.cpu_times()
        return Cost(
            time.monotonic(),
            times.user + times.system,
            process.memory_info().rss,
            process.num_fds(),
            process.num_threads(),
            loop(process.pid),
        )
