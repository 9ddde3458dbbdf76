"""`make bench`: the reference job side by side with what a user would pick instead, on a real Kafka."""

import os
import shutil
import signal
import sys
import tempfile
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from deploy.kafka.cluster import Cluster
from deploy.kafka.jars import KafkaUnavailable
from deploy.kafka.ready import NotReady
from tests.bench.jobs import table
from tests.bench.jobs.catalogue import ENGINES
from tests.bench.jobs.engine import BUILD, Engine
from tests.bench.jobs.measuring import Surroundings
from tests.bench.jobs.playing import Play
from tests.bench.jobs.process import REST_CORE
from tests.bench.jobs.records import Topics

BAD, NO_KAFKA = 1, 2
RESULT = BUILD.parent / "bench.json"
QUICK_EVENTS, QUICK_LATENCY_S = 96_000, 10.0
out = Console(width=None if sys.stdout.isatty() else 160, highlight=False)


def main(
    engines: Annotated[str, typer.Option(metavar="NAME,...", help="Which, in which order.")] = ",".join(ENGINES),
    rounds: Annotated[int, typer.Option(min=1, help="Each engine so often, in turns.")] = 3,
    count: Annotated[int, typer.Option("--events", min=16_000, help="Of the whole log; slower engines read only its beginning.")] = 960_000,
    quick: Annotated[
        bool, typer.Option("--quick", help="One round of a tenth of the log: does everything work? The figures mean little.")
    ] = False,
    result: Annotated[Path, typer.Option(metavar="FILE", help="Where the figures go.")] = RESULT,
) -> None:
    """Run the reference job on each engine, check its alerts, and write down how fast it was and what it cost.

    The full run takes about twenty minutes; nothing else should run meanwhile. Ends with 1 if an engine failed or told wrong alerts.

    [dim]Examples:[/dim]

      python -m tests.bench.jobs

      python -m tests.bench.jobs --quick --engines throughline,stock-faust
    """
    chosen = _chosen(engines)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # which cleans up, as Ctrl-C does
    if (os.cpu_count() or 1) > REST_CORE:
        os.sched_setaffinity(0, {REST_CORE})  # the broker inherits it
    folder = Path(tempfile.mkdtemp(prefix="bench-"))
    try:
        for engine in chosen:
            engine.build()
        with Cluster(folder / "kafka") as cluster:
            play = Play(Surroundings(cluster.bootstrap, folder, Topics(cluster.bootstrap)), chosen, out.print)
            found = play.all(1, min(count, QUICK_EVENTS), QUICK_LATENCY_S) if quick else play.all(rounds, count)
    except (KafkaUnavailable, NotReady) as trouble:
        out.print(f"the bench cannot begin: {trouble}", style="red", markup=False)
        raise typer.Exit(NO_KAFKA) from None
    finally:
        shutil.rmtree(folder / "kafka", ignore_errors=True)
    found.write(result)
    out.print(table.speed(found), table.behaviour(found))
    out.print(f"all of it: {result}")
    if play.failed:
        out.print(f"logs of {', '.join(sorted(play.failed))}: {folder}", style="red")
        raise typer.Exit(BAD)
    shutil.rmtree(folder)


def _chosen(names: str) -> list[Engine]:
    wanted = [name.strip() for name in names.split(",")]
    if unknown := [name for name in wanted if name not in ENGINES]:
        raise typer.BadParameter(f"there is no engine {unknown[0]}; there are {', '.join(ENGINES)}")
    return [ENGINES[name] for name in wanted]


if __name__ == "__main__":
    typer.run(main)
