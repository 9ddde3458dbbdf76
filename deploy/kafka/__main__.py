"""`python -m deploy.kafka`: a real Kafka on this machine, without Docker."""

import sys
from enum import IntEnum
from pathlib import Path
from typing import Annotated

import typer

from deploy.kafka.configuration import HOST
from deploy.kafka.jars import KafkaUnavailable
from deploy.kafka.ready import NotReady
from deploy.kafka.standing import CONTROLLERS_ABOVE, down, found, up

FOLDER = Path(__file__).parents[2] / "build" / "kafka" / "cluster"


class Exit(IntEnum):
    DONE = 0
    FAILED = 1
    USAGE = 2


app = typer.Typer(
    help="A real Apache Kafka of one or three brokers on this machine's loopback, without Docker. Needs java 17 or later, and mvn once.",
    epilog="Exit codes: 0 done, or running; 1 it could not be done, or not all brokers run; 2 an option is wrong.",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Folder = Annotated[Path, typer.Option(metavar="DIR", help="Where data, logs and process numbers lie.")]


@app.command("up")
def start(
    brokers: Annotated[int, typer.Option(min=1, max=9, help="Three stand the loss of one.")] = 1,
    port: Annotated[
        int, typer.Option(min=1024, max=65_000, help=f"Of the first; the next ones follow it, controllers are {CONTROLLERS_ABOVE} above.")
    ] = 9092,
    folder: Folder = FOLDER,
) -> None:
    """Start it, and come back when it is ready.

    [dim]Examples:[/dim]

      python -m deploy.kafka up --brokers 3

      python -m deploy.kafka up --port 19092 --folder /tmp/other
    """
    running = [broker for broker in found(folder) if broker.pid]
    if len(running) == brokers == len(found(folder)):
        _say(f"Kafka runs already: {','.join(f'{HOST}:{broker.port}' for broker in running)}")
        return
    try:
        bootstrap = up(folder, brokers, port)
    except (KafkaUnavailable, NotReady) as trouble:
        sys.stderr.write(f"kafka: {trouble}\n")
        raise typer.Exit(Exit.FAILED) from None
    _say(f"Kafka is ready: {bootstrap}\n\nNext:  .venv/bin/throughline topics create --kafka {bootstrap}\nEnd:   {_to_end(folder)}")


@app.command("down")
def stop(
    remove: Annotated[bool, typer.Option("--remove", help="Remove its data and logs too.")] = False,  # noqa: FBT002 -- a flag of the command line
    folder: Folder = FOLDER,
) -> None:
    """Stop all brokers; their data stays for the next time.

    [dim]Examples:[/dim]

      python -m deploy.kafka down

      python -m deploy.kafka down --remove
    """
    stopped = down(folder, remove=remove)
    _say(f"{stopped or 'No'} broker{'s' * (stopped != 1)} stopped" if stopped else "No broker was running")
    if remove:
        _say(f"{folder} is removed")


@app.command("status")
def status(folder: Folder = FOLDER) -> None:
    """Say which brokers run; ends with 1 if not all do.

    [dim]Examples:[/dim]

      python -m deploy.kafka status
    """
    brokers = found(folder)
    for broker in brokers:
        state = f"runs (process {broker.pid})" if broker.pid else f"does not run; its log: {broker.folder / 'log'}"
        _say(f"broker {broker.number}  {HOST}:{broker.port}  {state}")
    if not brokers:
        _say("No Kafka here. Start one:  make kafka-up BROKERS=3")
    if not brokers or not all(broker.pid for broker in brokers):
        raise typer.Exit(Exit.FAILED)


def _to_end(folder: Path) -> str:
    return "make kafka-down" if folder == FOLDER else f"python -m deploy.kafka down --folder {folder}"


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")


if __name__ == "__main__":
    app(prog_name="python -m deploy.kafka")
