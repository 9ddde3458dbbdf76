"""`make bench-worker`: what one worker does on a real Kafka: speed, growth, recovery, latency, a long soak, a backlog."""

import signal
import sys
from collections.abc import Callable
from typing import Annotated

import typer

from deploy.kafka.jars import KafkaUnavailable
from deploy.kafka.ready import NotReady
from streams.kafka.client import KafkaTrouble
from tests.bench.worker import backlog as _backlog
from tests.bench.worker import growth as _growth
from tests.bench.worker import latency as _latency
from tests.bench.worker import recovery as _recovery
from tests.bench.worker import soak as _soak
from tests.bench.worker import speed as _speed
from tests.bench.worker import start as _start
from tests.bench.worker.crew import Ended
from tests.bench.worker.drain import NotMeasured
from tests.bench.worker.machine import stand_aside

app = typer.Typer(add_completion=False, no_args_is_help=True, rich_markup_mode="rich", pretty_exceptions_enable=False)

Touchpoints = Annotated[int, typer.Option(min=1_000, help="How many touchpoints wait when the worker starts.")]
Limit = Annotated[float, typer.Option("--limit", metavar="SECONDS", min=10, help="How long one backlog may take at most.")]

Capacity = Annotated[
    float | None, typer.Option(metavar="TOUCHPOINTS/S", min=100, help="What a worker takes; else as measured last.", show_default=False)
]


@app.callback()
def main() -> None:
    """Measure workers on a real Kafka of one broker, each on a core of its own."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # which cleans up, as Ctrl-C does
    stand_aside()


@app.command()
def speed(
    touchpoints: Touchpoints = 600_000,
    customers: Annotated[int, typer.Option(min=1, help="How many customers they come from.")] = 100_000,
    runs: Annotated[int, typer.Option(min=1, help="How often, each time on a new Kafka.")] = 3,
    limit: Limit = 240,
    profile: Annotated[bool, typer.Option("--profile", help="Look where the worker's time goes meanwhile, which costs a little.")] = False,
) -> None:
    """Work off a backlog with all detectors."""
    _speed.run(customers, touchpoints, runs, limit, profile=profile)


@app.command()
def growth(
    touchpoints: Touchpoints = 200_000,
    axes: Annotated[
        list[str] | None, typer.Option("--axis", help="Only this one, or these, of journeys, quiet, workers, partitions, channels.")
    ] = None,
    most: Annotated[int, typer.Option(min=1_000, help="The most journeys of any cell.")] = 1_000_000,
    rounds: Annotated[int, typer.Option(min=1, help="How often each cell, in turns; the median is told.")] = 1,
    limit: Limit = 240,
) -> None:
    """Work off a backlog with more customers who come, or who are merely known, and more workers, partition numbers, channels."""
    axes = axes or list(_growth.AXES)
    if unknown := set(axes) - set(_growth.AXES):
        raise typer.BadParameter(f"there is no axis {', '.join(sorted(unknown))}; there are {', '.join(_growth.AXES)}")
    _growth.run(axes, touchpoints, most, rounds, limit)


@app.command()
def start(
    rounds: Annotated[int, typer.Option(min=1, help="How often it is killed, and how often it is stopped.")] = 3,
) -> None:
    """How long until a worker with a name of its own and few journeys is ready again."""
    _start.run(rounds)


@app.command()
def recovery(
    journeys: Annotated[int, typer.Option(min=1_000, help="How many there are.")] = 1_000_000,
    runs: Annotated[int, typer.Option(min=1, help="How many workers recover them, one after the other.")] = 6,
) -> None:
    """How long a worker takes to have its journeys back."""
    _recovery.run(journeys, runs)


@app.command()
def latency(
    capacity: Capacity = None,
    seconds: Annotated[float, typer.Option(min=10, help="How long alerts are looked at, after the warm-up of 45 s.")] = 60,
) -> None:
    """From a touchpoint's appending to its alert's, at two low loads, a tenth and two fifths of the speed at which `speed` works off a
    backlog, and at 80 percent of what a live worker takes."""
    _latency.run(capacity or _measured(_latency.backlogs), seconds)


@app.command()
def soak(
    capacity: Capacity = None,
    minutes: Annotated[float, typer.Option(min=1, help="How long.")] = 40,
    draw: Annotated[bool, typer.Option("--draw", help="Only draw the last one anew.")] = False,
) -> None:
    """A third of what a live worker takes, as `latency` finds it, for a long while: what grows, what slows, what goes wrong."""
    if draw:
        _soak.draw()
    else:
        _soak.run(capacity or _measured(_latency.live), minutes)


@app.command()
def backlog(
    touchpoints: Touchpoints = 3_000_000,
    ahead: Annotated[str, typer.Option(help="The channel that is an hour ahead of the others.")] = "web",
    compare: Annotated[bool, typer.Option("--compare", help="Replay the same log, and compare the alerts.")] = False,
    limit: Limit = 900,
) -> None:
    """Work off a backlog in which one channel is an hour ahead of the others."""
    _backlog.run(touchpoints, ahead, limit, compare=compare)


@app.command("all")
def everything() -> None:
    """One after the other, as they are without options: about half an hour, without the soak."""
    speed()
    start()
    recovery()
    growth()
    latency()
    backlog()


def _measured(capacity: Callable[[], float]) -> float:
    try:
        return capacity()
    except LookupError as unknown:
        raise typer.BadParameter(str(unknown)) from None


if __name__ == "__main__":
    try:
        app()
    except (Ended, NotMeasured, KafkaTrouble, KafkaUnavailable, NotReady) as trouble:
        sys.exit(str(trouble))
