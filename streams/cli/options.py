"""Arguments that several commands share."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

Logs = Annotated[
    list[str],
    typer.Argument(
        metavar="LOG", help="Log files: JSON Lines, plain, gzip or Zstandard; [bold]-[/bold] is standard input.", show_default=False
    ),
]
PolicyFile = Annotated[
    Path | None,
    typer.Option(
        "--policy", metavar="FILE", help="The policy file. Without it: every channel of the log, with the defaults.", show_default=False
    ),
]
Partitions = Annotated[
    int | None,
    typer.Option(
        "--partitions",
        min=1,
        metavar="N",
        help="How many partitions the topics have. Without it: what the log tells, else 12.",
        show_default=False,
    ),
]
Kafka = Annotated[str, typer.Option("--kafka", envvar="THROUGHLINE_KAFKA", metavar="HOST:PORT", help="Kafka's bootstrap servers.")]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def instant(text: str) -> int:
    """Milliseconds since the epoch of `2026-03-01T09:00:00Z`, of `2026-03-01` (UTC) or of milliseconds."""
    if text.isdecimal():
        return int(text)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no time: write 2026-03-01T09:00:00Z, or milliseconds since 1970") from None
    if moment.tzinfo is None:
        if len(text) > len("2026-03-01"):
            raise typer.BadParameter(f"{text!r} has no time zone: write an offset or Z")
        moment = moment.replace(tzinfo=UTC)
    return int((moment - _EPOCH).total_seconds() * 1000)


Until = Annotated[
    int | None,
    typer.Option(
        "--until",
        metavar="TIME",
        parser=instant,
        help="Settle everything before this instant. Without it: up to just past the last touchpoint.",
        show_default=False,
    ),
]
