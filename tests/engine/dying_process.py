"""A worker that is killed between the last record of a transaction that tells an alert and its end."""

import os
import runpy
import signal
from pathlib import Path

from streams.engine import delivery
from streams.engine.producer import Producer

sound = delivery.ExactlyOnce._transact


async def dying(delivered: delivery.ExactlyOnce, content: delivery.Content) -> None:
    if any(record.topic.startswith("alerts.") for record in content.told):
        Producer.commit_transaction = killed  # type: ignore[assignment, method-assign]
    await sound(delivered, content)


async def killed(_: Producer) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    delivery.ExactlyOnce._transact = dying  # type: ignore[assignment, method-assign]
    runpy.run_path(str(Path(__file__).with_name("worker_process.py")), run_name="__main__")
