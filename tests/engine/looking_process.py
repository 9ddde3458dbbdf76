"""A worker that brings its gauges up to date all the time, for tests that look on."""

import runpy
from pathlib import Path

from streams.engine import run

if __name__ == "__main__":
    run.LOOK_S = 0.02
    runpy.run_path(str(Path(__file__).with_name("worker_process.py")), run_name="__main__")
