"""Options and words that the commands for operating a running Throughline share."""

import re
import sys
import time
from enum import StrEnum
from typing import Annotated

import typer

from streams.cli.options import instant

Application = Annotated[
    str,
    typer.Option(
        "--application",
        envvar="THROUGHLINE_APPLICATION",
        metavar="NAME",
        help="The workers' consumer group, and the beginning of the changelog's name.",
    ),
]


class Format(StrEnum):
    TABLE = "table"
    JSON = "json"


AsFormat = Annotated[Format, typer.Option("--format", help="A table for people, or JSON lines for programs.")]

_AGO = re.compile(r"([0-9]{1,6})(s|m|h|d)")
_UNITS = {"s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}


def now() -> int:
    """Milliseconds since the epoch."""
    return time.time_ns() // 1_000_000


def moment(text: str) -> int:
    """Milliseconds since the epoch of an instant, or of so long ago: `15m`, `2h`, `1d`."""
    if found := _AGO.fullmatch(text):
        return now() - int(found[1]) * _UNITS[found[2]]
    return instant(text)


def printable(text: str) -> str:
    """What came from outside, without what would steer the terminal."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def clock(at: int) -> str:
    """An instant in a table: UTC, to the second."""
    from schemas.instant import format_instant

    return format_instant(at)[:19].replace("T", " ")


def say(text: str) -> None:
    """On standard error, where it is in nobody's way."""
    sys.stderr.write(text + "\n")
