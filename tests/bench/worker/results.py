"""What was measured, for machines: `build/bench-worker.json`, a section a command, each with the moment and the machine."""

import os
import platform
import sys
from datetime import UTC, datetime
from typing import Any

import msgspec
from rich.console import Console
from rich.table import Table

from tests.bench.worker.ground import BUILD

FILE = BUILD.with_name("bench-worker.json")
out = Console(width=None if sys.stdout.isatty() else 200)
LOOP = ("loop runs", "waits for the core")
"""Columns of Drain's `loop_busy` and `loop_waited`."""


def keep(name: str, measured: Any) -> None:
    """In place of what the same command measured before."""
    known = earlier()
    known[name] = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "processors": os.cpu_count(),
        "measured": msgspec.to_builtins(measured),
    }
    FILE.parent.mkdir(parents=True, exist_ok=True)
    FILE.write_bytes(msgspec.json.format(msgspec.json.encode(known), indent=1))


def earlier() -> dict[str, Any]:
    return msgspec.json.decode(FILE.read_bytes(), type=dict[str, Any]) if FILE.exists() else {}


def table(title: str, columns: list[str], rows: list[list[str]]) -> None:
    shown = Table(title=title, title_justify="left")
    for number, column in enumerate(columns):
        shown.add_column(column, justify="left" if number == 0 else "right")
    for row in rows:
        shown.add_row(*row)
    out.print(shown)
