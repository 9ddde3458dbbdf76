"""`make faults`: rounds of faults on three brokers, each judged by a replay of its own log."""

import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from deploy.kafka.cluster import Cluster
from deploy.kafka.jars import KafkaUnavailable
from deploy.kafka.ready import NotReady
from streams.detection.detectors import DETECTORS
from tests.engine.fragile import Fragile
from tests.faults import proof, report
from tests.faults.kafka import REPLICAS
from tests.faults.plan import Round, lethal, rounds
from tests.faults.round import Played, play
from tests.faults.sabotage import SABOTAGE

GOOD, BAD, NO_KAFKA = 0, 1, 2
BUILD = Path(__file__).parents[2] / "build"
out = Console(width=None if sys.stdout.isatty() else 240)


def main(
    seed: Annotated[int, typer.Option(help="Which faults strike when and whom, and what the customers do, follows from it.")] = 1,
    rounds_: Annotated[int, typer.Option("--rounds", min=1, help="How many rounds, of about a minute and a half each.")] = 5,
    only: Annotated[int | None, typer.Option("--round", min=1, help="Only this one of them.", show_default=False)] = None,
    short: Annotated[bool, typer.Option("--short", help="Each kind of fault once, whatever --rounds says.")] = False,
    keep: Annotated[bool, typer.Option("--keep", help="Keep the logs and dumps of good rounds too.")] = False,
    prove: Annotated[bool, typer.Option("--prove", help="Break the workers themselves, in every way: each must be noticed.")] = False,
    sabotage: Annotated[
        str | None,
        typer.Option(metavar="NAME", help=f"With --prove: only this one of {', '.join(SABOTAGE)}.", show_default=False),
    ] = None,
) -> None:
    """Break three brokers and their workers at random, and compare what was told with a replay of the log.

    Ends with 1 if anything was lost, different, invented or doubled; with --prove if a sabotage was not noticed.

    [dim]Examples:[/dim]

      python -m tests.faults --seed 7 --rounds 30

      python -m tests.faults --seed 7 --round 3 --keep    # the third round of that run, again

      python -m tests.faults --prove --sabotage alerts-twice
    """
    if sabotage not in {None, *SABOTAGE}:
        raise typer.BadParameter(f"there is no sabotage {sabotage}; there are {', '.join(SABOTAGE)}")
    if sabotage and not prove:
        raise typer.BadParameter("--sabotage is for --prove")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # which cleans up, as Ctrl-C does
    DETECTORS["fragile"] = Fragile  # as the workers have it
    with _brokers() as (cluster, folder):
        if prove:
            names = [sabotage] if sabotage else list(SABOTAGE)
            proofs = [
                proof.Proof(name, _play(lethal(seed, number), cluster, folder, keep=keep, sabotage=name))
                for number, name in enumerate(names, start=1)
            ]
            good = all(one.noticed for one in proofs)
            out.print(proof.table(proofs))
        else:
            planned = rounds(seed, short=True) if short else islice(rounds(seed), max(only or 1, rounds_))
            chosen = [plan for plan in planned if only in {None, plan.number}]
            played = [_play(plan, cluster, folder, keep=keep) for plan in chosen]
            good = all(one.good for one in played)
            report.write(BUILD / "faults.json", seed, played)
            out.print(report.tables(played))
    if good and not keep:
        shutil.rmtree(folder)
    raise typer.Exit(GOOD if good else BAD)


@contextmanager
def _brokers() -> Iterator[tuple[Cluster, Path]]:
    folder = Path(tempfile.mkdtemp(prefix="faults-"))
    began = time.monotonic()
    try:
        with Cluster(folder / "kafka", brokers=REPLICAS) as cluster:
            out.print(f"three brokers after {time.monotonic() - began:.0f} s; logs in {folder}")
            yield cluster, folder
    except (KafkaUnavailable, NotReady) as trouble:
        out.print(f"no Kafka to break: {trouble}", style="red", markup=False, highlight=False)
        raise typer.Exit(NO_KAFKA) from None


def _play(plan: Round, cluster: Cluster, folder: Path, *, keep: bool, sabotage: str | None = None) -> Played:
    own = folder / f"round-{plan.number}"
    own.mkdir()
    kinds = ", ".join(fault.kind for fault in plan.faults)
    broken = f", {sabotage}" if sabotage else ""
    out.print(f"[bold]round {plan.number}[/bold]{broken}: {plan.workers} workers{', named' if plan.static else ''}: {kinds}")
    found = play(plan, cluster, own, lambda text: out.print(f"  {text}", highlight=False), sabotage=sabotage)
    out.print(
        f"  {found.touchpoints:,} touchpoints, {found.alerts:,} alerts, {found.letters:,} dead letters, {found.seconds:.0f} s",
        highlight=False,
    )
    if found.good:
        out.print("  as the replay says")
        if not keep:
            shutil.rmtree(own)  # a long run would fill the disk
    else:
        _tell_what_is_wrong(found, own, sabotage)
    return found


def _tell_what_is_wrong(found: Played, folder: Path, sabotage: str | None) -> None:
    if found.failed is not None:
        out.print(f"  [red]not judged:[/red] {escape(found.failed)}", highlight=False)
    for name, count in found.verdict.wrong.items():
        out.print(f"  [red]{count} {report.SHOWN[name]}[/red]", highlight=False)
        for example in found.verdict.examples.get(name, []):
            out.print(f"    {escape(example)}", highlight=False)
    out.print(f"  logs and dumps: {folder}", highlight=False)
    out.print(f"  again: {_again(found.plan, sabotage)}", highlight=False)


def _again(plan: Round, sabotage: str | None) -> str:
    if sabotage is not None:
        return f"python -m tests.faults --seed {plan.seed} --prove --sabotage {sabotage} --keep"
    short = " --short" if "--short" in sys.argv else ""
    return f"python -m tests.faults --seed {plan.seed}{short} --round {plan.number} --keep"


if __name__ == "__main__":
    typer.run(main)
