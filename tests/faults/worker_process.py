"""A worker with a detector that fails at some touchpoints: `worker_process SETTINGS POLICY [SABOTAGE]`, the first two in JSON."""

import json
import os
import signal
import sys
import threading

from schemas.policy import Policy
from streams import log
from streams.detection.detectors import DETECTORS
from streams.engine.run import run
from streams.settings import load_settings
from tests.engine.fragile import Fragile


def main(settings_json: str, policy_json: str, sabotage: str | None = None) -> int:
    threading.Thread(target=_end_with_the_rounds, daemon=True).start()
    settings = load_settings(log_format="json", **json.loads(settings_json))
    log.configure(settings)
    DETECTORS["fragile"] = Fragile
    if sabotage is not None:
        from tests.faults.sabotage import SABOTAGE  # noqa: PLC0415 -- a sound worker knows nothing of it

        SABOTAGE[sabotage].done()
    return run(settings, Policy.model_validate(json.loads(policy_json)))


def _end_with_the_rounds() -> None:
    """However they end: standard input is a pipe of theirs, which nobody writes to."""
    os.read(sys.stdin.fileno(), 1)  # not through the buffer, whose lock a dying interpreter wants
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
