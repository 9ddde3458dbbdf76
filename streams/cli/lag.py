import sys
from typing import TYPE_CHECKING, Annotated

import typer

from streams.cli.operating import Application, AsFormat, Format, now, printable, say
from streams.cli.options import Kafka
from streams.cli.trouble import Exit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from streams.kafka.lag import Lag


EVERY_S = 2.0


def lag(
    kafka: Kafka = "localhost:9092",
    application: Application = "throughline",
    max_seconds: Annotated[
        float | None,
        typer.Option(
            min=0, metavar="N", help="End with 1 if a partition number is further behind than this, or nobody reads it.", show_default=False
        ),
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Also the partition numbers that keep up, where there are many.")] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Show it anew every 2 s until Ctrl-C.")] = False,
    form: AsFormat = Format.TABLE,
) -> None:
    """Say how far behind the workers are, and what holds them back.

    By channel what is unread, in records and in seconds since the first of them arrived; by partition number how far its journeys are
    settled, what that waits for, and who reads it. All of it comes from Kafka: it works while the workers do not.

    [dim]Examples:[/dim]

      throughline lag --kafka localhost:9092 --watch

      throughline lag --max-seconds 60 || echo "behind"

      throughline lag --format json | jq '.numbers[] | select(.worker == null)'
    """
    from streams.kafka.lag import lag as ask

    if watch:
        _watch(kafka, application, form, every=every)
        return
    found = ask(kafka, application, now())
    _show(found, form, every=every)
    if max_seconds is not None and (mistakes := list(_too_far(found, max_seconds))):
        for mistake in mistakes:
            say(mistake)
        raise typer.Exit(Exit.FAILED)


def _too_far(found: "Lag", seconds: float) -> "Iterator[str]":
    if orphans := [str(number.number) for number in found.numbers if number.orphaned]:
        yield f"nobody reads partition number {', '.join(orphans)}: is a worker of {printable(found.application)} running?"
    worst = max(found.numbers, key=lambda number: number.behind(found.at))
    if found.behind() > seconds * 1000:
        yield f"partition number {worst.number} is {found.behind() / 1000:,.0f} s behind: more than {seconds:g}"


def _show(found: "Lag", form: Format, *, every: bool) -> None:
    from streams.cli.lag_shown import as_json, tables
    from streams.cli.screen import out

    if form is Format.JSON:
        sys.stdout.write(as_json(found) + "\n")
        sys.stdout.flush()
    else:
        out.print(tables(found, every=every))


def _watch(kafka: str, application: str, form: Format, *, every: bool) -> None:
    import time
    from contextlib import nullcontext, suppress

    from rich.live import Live

    from streams.cli.interrupt import interruptible
    from streams.cli.lag_shown import tables
    from streams.cli.screen import out
    from streams.kafka.client import KafkaTrouble
    from streams.kafka.lag import lag as ask

    with (
        suppress(KeyboardInterrupt),
        interruptible() as interrupted,
        Live(console=out, screen=out.is_terminal) if form is Format.TABLE else nullcontext() as live,
    ):
        found = ask(kafka, application, now())
        while not interrupted():
            if live is None:
                _show(found, form, every=every)
            else:
                live.update(tables(found, every=every), refresh=True)
            time.sleep(EVERY_S)
            try:
                found = ask(kafka, application, now())
            except KafkaTrouble as trouble:  # which somebody watches to see the end of: what was seen last stays
                say(str(trouble))
