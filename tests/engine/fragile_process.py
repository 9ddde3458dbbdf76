"""A worker with a detector that fails at some touchpoints."""

import runpy
from pathlib import Path

from streams.detection.detectors import DETECTORS
from tests.engine.fragile import Fragile

if __name__ == "__main__":
    DETECTORS["fragile"] = Fragile
    runpy.run_path(str(Path(__file__).with_name("worker_process.py")), run_name="__main__")
