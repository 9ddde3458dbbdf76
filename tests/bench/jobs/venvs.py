"""A virtual environment for each engine and tool of the benchmarks, from its own pinned requirements: none of them is the project's."""

import subprocess
import sys
from pathlib import Path

from tests.bench.jobs.engine import BUILD, HERE

PINS = HERE / "requirements"


def made_venv(name: str) -> Path:
    """Its Python; made when it is first used, and anew when its pins have changed."""
    folder, pins = BUILD / "venvs" / name, PINS / f"{name}.txt"
    python, marker = folder / "bin" / "python", folder / "pins.txt"
    if not (marker.exists() and marker.read_text() == pins.read_text()):
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)
        install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "-r", str(pins)]
        subprocess.run(install, check=True)
        marker.write_text(pins.read_text())
    return python
