from typing import TYPE_CHECKING, Annotated

import typer

from streams.cli.operating import Application
from streams.cli.options import Partitions, PolicyFile, Until
from streams.cli.trouble import Exit, Trouble

if TYPE_CHECKING:
    from pathlib import Path

    from streams.kafka.changelog import Stored
    from streams.kafka.journeys import Remembered
    from streams.replay.timeline import Timeline

MaybeLogs = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[LOG]...", help="Log files: JSON Lines, plain, gzip or Zstandard; [bold]-[/bold] is standard input.", show_default=False
    ),
]


def journey(
    context: typer.Context,
    logs: MaybeLogs = None,
    customer: Annotated[str | None, typer.Option(metavar="ID", help="The customer id.", show_default=False)] = None,
    anonymous: Annotated[str | None, typer.Option(metavar="ID", help="Or the anonymous id.", show_default=False)] = None,
    policy: PolicyFile = None,
    until: Until = None,
    partitions: Partitions = None,
    kafka: Annotated[
        str | None,
        typer.Option(
            envvar="THROUGHLINE_KAFKA", metavar="HOST:PORT", help="In place of LOG: Kafka's bootstrap servers.", show_default=False
        ),
    ] = None,
    application: Application = "throughline",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Show one customer's journey over all channels, with claims, clocks and alerts where they happened.

    From log files; or from Kafka: the customer's partition number of every channel, up to where the workers have settled it, and what
    the changelog holds. Ends with 1 if nothing is known of this customer.

    [dim]Examples:[/dim]

      throughline journey day.jsonl.zst --customer c-17 --policy policy.yaml

      throughline journey --kafka localhost:9092 --customer c-17 --policy deploy/policy.yaml

      throughline journey day.jsonl --anonymous 9f2c --json | jq .entries
    """
    if (customer is None) == (anonymous is None):
        raise typer.BadParameter("name one: --customer ID or --anonymous ID")
    source = context.get_parameter_source("kafka")
    if logs and source is not None and source.name == "COMMANDLINE":  # the environment's is for when there is no LOG
        raise typer.BadParameter("name one: LOG files or --kafka HOST:PORT")
    who = f"c:{customer}" if customer is not None else f"a:{anonymous}"
    if logs:
        _show(*_from_logs(logs, who, policy, partitions, until), as_json=as_json)
    elif kafka is not None:
        _show(*_from_kafka(kafka, application, who, policy, until), as_json=as_json)
    else:
        raise typer.BadParameter("name LOG files, or --kafka HOST:PORT")


def _from_logs(
    logs: list[str], who: str, policy: "Path | None", partitions: int | None, until: int | None
) -> "tuple[Timeline, None, None]":
    from streams.cli.inputs import policy_for, read
    from streams.replay.timeline import timeline

    log, count = read(logs, partitions)
    found = timeline(log, policy_for(policy, log), who, count, until)
    if not found.entries:
        raise _unknown("the log", who)
    return found, None, None


def _from_kafka(
    kafka: str, application: str, who: str, file: "Path | None", until: int | None
) -> "tuple[Timeline, Stored, Remembered | None]":
    from schemas.instant import NEVER
    from streams.cli.screen import bar
    from streams.kafka.journeys import default_policy, lying, remembered
    from streams.kafka.offsets import Topics
    from streams.policy_file import load_policy
    from streams.replay.timeline import timeline

    topics = Topics(kafka)
    policy = default_policy(topics) if file is None else load_policy(file)
    with bar("reading", None) as shown:
        found = lying(topics, application, who, policy.channels, shown.at)
    stored = found.stored
    if not found.records and stored.journey is None:
        raise _unknown(f"partition number {found.number} of {len(policy.channels)} channels at {kafka}", who)
    if until is None and stored.clock is not None and stored.clock.settled > -NEVER:
        until = stored.clock.settled
    shows = timeline(found.records, policy, who, found.partitions, until)
    return shows, stored, None if stored.journey is None else remembered(stored.journey, policy)


def _unknown(where: str, who: str) -> Trouble:
    from streams.cli.operating import printable

    kind = "customer" if who.startswith("c:") else "anonymous visitor"
    return Trouble(f"{where} knows nothing of {kind} {printable(who[2:])}", Exit.FAILED)


def _show(found: "Timeline", stored: "Stored | None", remembered: "Remembered | None", *, as_json: bool) -> None:
    from streams.cli.journey_shown import print_json, print_tables

    (print_json if as_json else print_tables)(found, stored, remembered)
