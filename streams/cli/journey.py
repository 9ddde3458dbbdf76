from typing import TYPE_CHECKING, Annotated

import typer

from streams.cli.options import Logs, Partitions, PolicyFile, Until
from streams.cli.trouble import Exit, Trouble

if TYPE_CHECKING:
    from streams.replay.timeline import Timeline


def journey(
    logs: Logs,
    customer: Annotated[str | None, typer.Option(metavar="ID", help="The customer id.", show_default=False)] = None,
    anonymous: Annotated[str | None, typer.Option(metavar="ID", help="Or the anonymous id.", show_default=False)] = None,
    policy: PolicyFile = None,
    until: Until = None,
    partitions: Partitions = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Show one customer's journey over all channels, with claims, clocks and alerts where they happened.

    Ends with 1 if the log knows nothing of this customer.

    [dim]Examples:[/dim]

      throughline journey day.jsonl.zst --customer c-17 --policy policy.yaml

      throughline journey day.jsonl --anonymous 9f2c --json | jq .entries
    """
    from streams.cli.inputs import policy_for, read
    from streams.replay.timeline import timeline

    if (customer is None) == (anonymous is None):
        raise typer.BadParameter("name one: --customer ID or --anonymous ID")
    who = f"c:{customer}" if customer is not None else f"a:{anonymous}"
    log, count = read(logs, partitions)
    found = timeline(log, policy_for(policy, log), who, count, until)
    if not found.entries:
        kind = "customer" if customer is not None else "anonymous visitor"
        raise Trouble(f"the log knows nothing of {kind} {customer or anonymous}", Exit.FAILED)
    if as_json:
        _print_json(found)
    else:
        _print_table(found)


def _print_json(found: "Timeline") -> None:
    import json
    import sys

    from msgspec import to_builtins

    from schemas.instant import format_instant

    content = to_builtins(found)
    content["until"] = format_instant(found.until)
    for entry in content["entries"]:
        entry["at"] = format_instant(entry["at"])
        if entry["arrived"] is None:
            del entry["arrived"], entry["repeated"]
        else:
            entry["arrived"] = format_instant(entry["arrived"])
    json.dump(content, sys.stdout, indent=2)
    sys.stdout.write("\n")


def _print_table(found: "Timeline") -> None:
    from rich.table import Table
    from rich.text import Text

    from schemas.instant import format_instant
    from streams.cli.screen import out
    from streams.cli.summary_table import lasting

    styles = {"critical": "bold red", "warning": "yellow", "info": "cyan"}
    table = Table("when (UTC)", "channel", "what", "", title=f"Journey of {found.journey[2:]}, until {format_instant(found.until)}")
    for entry in found.entries:
        style = styles[entry.content["severity"]["level"]] if entry.kind == "alert" else "magenta" if entry.kind == "claim" else ""
        lag = entry.arrived - entry.at if entry.arrived is not None else 0
        notes = [" [sent again: does not count]"] if entry.repeated else [f" [arrived {lasting(lag / 1000)} later]"] if lag > 60_000 else []
        mark = "! " if entry.kind == "alert" else ""
        when = format_instant(entry.at).replace("T", " ").removesuffix("Z")
        table.add_row(when, ", ".join(entry.channels), Text(mark + entry.what, style), Text(entry.detail + "".join(notes), style))
    out.print(table)
    if found.clocks:
        clocks = Table("clock", "channel", "waited", "to spare", title="Clocks that have ended")
        for clock in found.clocks:
            spare = "" if clock.margin is None else lasting(clock.margin / 1000)
            clocks.add_row(clock.clock, clock.channel, lasting(clock.took / 1000), spare)
        out.print(clocks)
