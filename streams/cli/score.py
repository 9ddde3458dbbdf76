from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from streams.cli.options import instant
from streams.cli.trouble import Exit, Trouble

if TYPE_CHECKING:
    from collections.abc import Iterator

    from streams.simulate.truth import Planted


def score(
    truth: Annotated[Path, typer.Argument(metavar="TRUTH", help="What simulate planted (its --truth).", show_default=False)],
    alerts: Annotated[
        list[str],
        typer.Argument(
            metavar="ALERTS",
            help="What was told: log files as replay and dump write them; [bold]-[/bold] is standard input.",
            show_default=False,
        ),
    ],
    until: Annotated[
        int | None,
        typer.Option(
            "--until",
            metavar="TIME",
            parser=instant,
            help="Judge what had to be told before this instant, which simulate names. Without it: everything.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Judge alerts by what was planted: found, missed, invented, by detector.

    Each mistake is listed. Ends with 1 if anything was missed or invented.

    [dim]Examples:[/dim]

      throughline score truth.jsonl alerts.jsonl --until 2026-03-03T23:59:58Z

      throughline dump alerts.slow-response alerts.inconsistency alerts.abandonment-risk | throughline score truth.jsonl -
    """
    from schemas.instant import NEVER
    from streams.cli.screen import out
    from streams.simulate.score import score as judge
    from streams.simulate.verdict import mistakes, table

    result = judge(_planted(truth), _told(alerts), until=NEVER if until is None else until)
    out.print(table(result))
    for mistake in mistakes(result):
        out.print(mistake, style="red", soft_wrap=True, markup=False, highlight=False)
    if not result.perfect:
        raise typer.Exit(Exit.FAILED)


def _planted(file: Path) -> "Iterator[Planted]":
    from msgspec import DecodeError

    from streams.simulate.truth import read

    with file.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            try:
                yield from read([line])
            except DecodeError as error:
                raise Trouble(f"{file}:{number}: is no line of a truth file: {error}", Exit.USAGE) from None


def _told(files: list[str]) -> "Iterator[dict[str, Any]]":
    """The alert events; what else a log holds is passed over: alerts.active tells nothing that these topics do not."""
    from pydantic import ValidationError

    from schemas.alert import AlertEvent, Family
    from streams.logs.file import LogBroken, read_lines

    topics = {family.topic for family in Family}
    for found in read_lines(files):
        says = found.says
        if says.topic not in topics or says.value is None:
            continue
        try:
            event = AlertEvent.model_validate_json(says.value)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(map(str, first["loc"]))
            raise LogBroken(found.file, found.line, f"is no alert event: {where}: {first['msg']}") from None
        yield event.model_dump(mode="json")
