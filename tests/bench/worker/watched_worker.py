"""A worker that also tells what cannot be seen from outside: `python -m tests.bench.worker.watched_worker FILE`, settings as a worker's.

Every second a line in FILE: how many tasks its event loop has, how long at most the loop kept a timer waiting meanwhile, and how long
it had no core: others had it.
"""

import asyncio
import os
import sys
import time
from pathlib import Path

import msgspec

from schemas.policy import Policy
from streams import log
from streams.engine import run
from streams.policy_file import load_policy
from streams.settings import Settings, load_settings
from tests.bench.worker.inside import Inside
from tests.bench.worker.machine import loop

TICK_S = 0.02
LINE_S = 1.0


async def _watched(settings: Settings, policy: Policy, file: Path) -> int:
    watching = asyncio.create_task(_watch(file))
    try:
        return await run._run(settings, policy)
    finally:
        watching.cancel()


async def _watch(file: Path) -> None:
    pid = os.getpid()
    with file.open("wb", buffering=0) as out:
        while True:
            began, starved_before, longest = time.monotonic(), loop(pid).waited_s, 0.0
            while time.monotonic() - began < LINE_S:
                asked, starved = time.monotonic(), loop(pid).waited_s
                await asyncio.sleep(TICK_S)
                late = time.monotonic() - asked - TICK_S
                longest = max(longest, late - (loop(pid).waited_s - starved))
            starved = loop(pid).waited_s - starved_before
            line = Inside(time.time_ns() // 1_000_000, len(asyncio.all_tasks()), longest * 1000, starved * 1000)
            out.write(msgspec.json.encode(line) + b"\n")


if __name__ == "__main__":
    given = load_settings()
    log.configure(given)
    with asyncio.Runner() as runner:
        sys.exit(runner.run(_watched(given, load_policy(given.policy), Path(sys.argv[1]))))
