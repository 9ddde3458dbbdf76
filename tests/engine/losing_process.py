"""A worker that loses one chunk on purpose, once another has been admitted: what the invariants must catch."""

import os
import runpy
from pathlib import Path

from streams.engine import transport
from streams.engine.chunk import Chunk

SOUND = transport.Consumer._deliver
ONLY_OF = os.environ.get("LOSES_OF")
"""`<topic>/<partition>`; without it, whichever the second chunk is of."""
FROM_THE_QUEUE = "LOSES_FROM_THE_QUEUE" in os.environ
"""As when Faust clears its queues; without it, on the way there."""

seen: list[int] = []


def losing(consumer: transport.Consumer, chunk: Chunk) -> None:
    if not chunk.records or ONLY_OF not in {None, f"{chunk.tp.topic}/{chunk.tp.partition}"}:
        return SOUND(consumer, chunk)
    seen.append(len(chunk.records))
    if len(seen) != 2:
        return SOUND(consumer, chunk)
    if FROM_THE_QUEUE:
        SOUND(consumer, chunk)
        for channel in consumer.app.topics._tp_index[chunk.tp]:  # type: ignore[attr-defined]
            channel.queue._queue.pop()
    consumer._next[chunk.tp] = chunk.end  # the transport itself believes that it delivered it
    return None


if __name__ == "__main__":
    transport.Consumer._deliver = losing  # type: ignore[assignment, method-assign]
    runpy.run_path(str(Path(__file__).with_name("worker_process.py")), run_name="__main__")
