"""A worker that is slow to start its producers the first time: a rebalance overtakes its recovery."""

import asyncio
import runpy
from pathlib import Path

from streams.engine.producer import Producer

SLOW_S = 5.0

sound = Producer.start
started: list[Producer] = []


async def slow(producer: Producer) -> None:
    started.append(producer)
    if len(started) <= 4:
        await asyncio.sleep(SLOW_S)
    await sound(producer)


if __name__ == "__main__":
    Producer.start = slow  # type: ignore[assignment, method-assign]
    runpy.run_path(str(Path(__file__).with_name("worker_process.py")), run_name="__main__")
