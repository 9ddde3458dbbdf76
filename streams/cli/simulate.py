import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from streams.cli.options import instant
from streams.cli.trouble import Exit, Trouble

if TYPE_CHECKING:
    from streams.simulate.targets import Targets

_A_MONDAY = "2026-03-02T00:00:00Z"


def simulate(
    customers: Annotated[int, typer.Option(min=1, help="How many customers there are.")] = 1_000,
    days: Annotated[float | None, typer.Option(min=0.001, help="How long; 1 without --rate, for ever with it.", show_default=False)] = None,
    rate: Annotated[
        float | None,
        typer.Option(min=0.001, help="Live: about so many touchpoints a second from now on, as they happen.", show_default=False),
    ] = None,
    seed: Annotated[int, typer.Option(help="The same seed gives the same traffic.")] = 0,
    start: Annotated[
        int | None, typer.Option(metavar="TIME", parser=instant, help=f"Without --rate; {_A_MONDAY} if not given.", show_default=False)
    ] = None,
    out: Annotated[
        str, typer.Option("--out", metavar="FILE", help="Where to write; .gz and .zst are compressed, - is standard output.")
    ] = "-",
    truth: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write what was planted: which detector must say what about whom.", show_default=False),
    ] = None,
    policy: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="The policy file whose targets the company keeps or misses. Without it: the defaults.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Make believable customers, with faults planted among them.

    The last line names the instant until which the log tells all: replay and score until there.

    [dim]Examples:[/dim]

      throughline simulate --customers 500 --days 2 --out shop.jsonl.zst --truth truth.jsonl

      throughline simulate --policy deploy/policy.yaml --out shop.jsonl.zst --truth truth.jsonl

      throughline simulate --customers 200 --rate 50 | throughline produce - --kafka localhost:9092
    """
    from contextlib import ExitStack

    from schemas.instant import DAY, NEVER, format_instant
    from streams.cli.pace import milliseconds, paced
    from streams.logs.file import opened_for_writing
    from streams.simulate.plan import Plan
    from streams.simulate.story import Line
    from streams.simulate.traffic import simulate as traffic
    from streams.simulate.truth import write

    live = rate is not None
    if live and start is not None:
        raise typer.BadParameter("live traffic starts now: leave out --start or --rate")
    length = round(days * DAY) if days is not None else NEVER if live else DAY
    begins = milliseconds() if live else instant(_A_MONDAY) if start is None else start
    plan = Plan(customers=customers, start=begins, length=length, rate=rate, seed=seed, targets=_targets(policy))
    with ExitStack() as files:
        log = files.enter_context(opened_for_writing(out))
        told = files.enter_context(truth.open("wb")) if truth else None
        for item in paced(traffic(plan), log) if live else traffic(plan):
            if isinstance(item, Line):
                log.write(item.encode())
            elif told is not None:
                told.write(write(item))
    if not live:
        sys.stderr.write(f"{customers:,} customers simulated, {length / DAY:g} days from {format_instant(plan.start)}\n")
    if length < NEVER:
        sys.stderr.write(f"what was planted has been told by then: replay and score with --until {format_instant(plan.settled)}\n")


def _targets(policy: Path | None) -> "Targets":
    from streams.policy_file import load_policy
    from streams.simulate.targets import Targets

    if policy is None:
        return Targets()
    try:
        return Targets.of(load_policy(policy))
    except ValueError as misfit:
        raise Trouble(f"{policy}: {misfit}", Exit.USAGE) from None
