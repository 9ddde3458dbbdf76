import signal
from typing import Annotated, NoReturn

import typer

SHORTEST_S = 20
"""Something of everything must have been planted by then, or nothing would be proven."""


def demo(
    seconds: Annotated[int, typer.Option(min=SHORTEST_S, help="How long customers come.")] = 45,
    short: Annotated[bool, typer.Option("--short", help="As short as it can be: 20 seconds.")] = False,
    seed: Annotated[int, typer.Option(help="The same seed gives the same customers.")] = 1,
) -> None:
    """See it work, with nothing installed: a broker in memory, a worker, and simulated customers with planted faults.

    Takes about a minute and ends with what was planted, found, missed and invented; 1 if anything was missed or invented.

    [dim]Examples:[/dim]

      throughline demo

      throughline demo --short

      throughline demo --seconds 30 --seed 7
    """
    from streams.demo.play import run

    signal.signal(signal.SIGTERM, _unwind)  # by itself it would leave the worker behind
    raise typer.Exit(run(seconds=SHORTEST_S if short else seconds, seed=seed))


def _unwind(number: int, _frame: object) -> NoReturn:
    raise SystemExit(128 + number)
