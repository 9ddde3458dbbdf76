"""A worker whose transport loses one chunk on purpose, once a chunk has been admitted: what the invariant must catch."""

import os
import runpy
from pathlib import Path

from streams.engine import transport

SOUND = transport.Consumer._deliver
ONLY_OF = os.environ.get("LOSES_OF")
"""`<topic>/<partition>`; without it, whichever the second chunk is of."""

seen: list[int] = []


def losing(consumer: transport.Consumer, chunk: transport.Chunk) -> None:
    if not chunk.records or ONLY_OF not in {None, f"{chunk.tp.topic}/{chunk.tp.partition}"}:
        return SOUND(consumer, chunk)
    seen.append(len(chunk.records))
    if len(seen) == 2:
        consumer._next[chunk.tp] = chunk.end  # the transport itself believes that it delivered it
        return None
    return SOUND(consumer, chunk)


if __name__ == "__main__":
    transport.Consumer._deliver = losing  # type: ignore[assignment, method-assign]
    runpy.run_path(str(Path(__file__).with_name("worker_process.py")), run_name="__main__")
