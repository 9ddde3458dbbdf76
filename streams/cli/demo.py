from typing import Annotated

import typer


def demo(
    seconds: Annotated[int, typer.Option(min=20, help="How long customers come.")] = 45,
    seed: Annotated[int, typer.Option(help="The same seed gives the same customers.")] = 1,
) -> None:
    """See it work, with nothing installed: a broker in memory, a worker, and simulated customers with planted faults.

    Takes about a minute and ends with what was planted, found, missed and invented; 1 if anything was missed or invented.

    [dim]Examples:[/dim]

      throughline demo

      throughline demo --seconds 30 --seed 7
    """
    from streams.demo.play import run

    raise typer.Exit(run(seconds=seconds, seed=seed))
