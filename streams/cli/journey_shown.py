"""One customer's journey, for people and for programs."""

import json
import sys
from typing import Any

from msgspec import to_builtins
from rich.table import Table
from rich.text import Text

from schemas.instant import NEVER, format_instant
from streams.cli.operating import clock, printable
from streams.cli.screen import out
from streams.cli.summary_table import lasting
from streams.kafka.changelog import Stored
from streams.kafka.journeys import Remembered
from streams.replay.timeline import Timeline

_STYLES = {"critical": "bold red", "warning": "yellow", "info": "cyan"}


def print_json(found: Timeline, stored: Stored | None, remembered: Remembered | None) -> None:
    content = to_builtins(found)
    content["until"] = format_instant(found.until)
    for entry in content["entries"]:
        entry["at"] = format_instant(entry["at"])
        if entry["arrived"] is None:
            del entry["arrived"], entry["repeated"]
        else:
            entry["arrived"] = format_instant(entry["arrived"])
    if stored is not None:
        content["changelog"] = _changelog(stored, remembered)
    json.dump(content, sys.stdout, indent=2)
    sys.stdout.write("\n")


def _changelog(stored: Stored, remembered: Remembered | None) -> dict[str, Any]:
    content: dict[str, Any] = {"settled": _instant(settled(stored)), "known": remembered is not None}
    if remembered is not None:
        content |= to_builtins(remembered)
        content["next_deadline"] = _instant(remembered.next_deadline)
        for alert in content["alerts"]:
            alert["opened_at"], alert["due_at"] = _instant(alert["opened_at"]), _instant(alert["due_at"])
    return content


def settled(stored: Stored) -> int | None:
    return stored.clock.settled if stored.clock is not None and stored.clock.settled > -NEVER else None


def _instant(at: int | None) -> str | None:
    return None if at is None else format_instant(at)


def print_tables(found: Timeline, stored: Stored | None, remembered: Remembered | None) -> None:
    out.print(_entries(found))
    if found.clocks:
        out.print(_clocks(found))
    if stored is not None:
        _print_changelog(stored, remembered)


def _entries(found: Timeline) -> Table:
    title = f"Journey of {printable(found.journey[2:])}, until {format_instant(found.until)}"
    table = Table("when (UTC)", "channel", "what", "", title=Text(title))
    for entry in found.entries:
        style = _STYLES[entry.content["severity"]["level"]] if entry.kind == "alert" else "magenta" if entry.kind == "claim" else ""
        lag = entry.arrived - entry.at if entry.arrived is not None else 0
        notes = [" [sent again: does not count]"] if entry.repeated else [f" [arrived {lasting(lag / 1000)} later]"] if lag > 60_000 else []
        mark = "! " if entry.kind == "alert" else ""
        when = format_instant(entry.at).replace("T", " ").removesuffix("Z")
        detail = printable(entry.detail + "".join(notes))
        table.add_row(when, ", ".join(entry.channels), Text(mark + entry.what, style), Text(detail, style))
    return table


def _clocks(found: Timeline) -> Table:
    clocks = Table("clock", "channel", "waited", "to spare", title="Clocks that have ended")
    for one in found.clocks:
        spare = "" if one.margin is None else lasting(one.margin / 1000)
        clocks.add_row(one.clock, one.channel, lasting(one.took / 1000), spare)
    return clocks


def _print_changelog(stored: Stored, remembered: Remembered | None) -> None:
    if remembered is not None and remembered.alerts:
        table = Table("open alert", title="Told, and not over: the changelog")
        table.add_column("severity", justify="right")
        for column in ("opened (UTC)", "due (UTC)"):
            table.add_column(column, no_wrap=True)
        for alert in remembered.alerts:
            name = f"{alert.detector}/{alert.scope}" if alert.scope else alert.detector
            due = "" if alert.due_at is None else clock(alert.due_at)
            what = Text(printable(f"{name} {alert.state}: {alert.subject}"))
            table.add_row(what, str(alert.severity), clock(alert.opened_at), due)
        out.print(table)
    at = settled(stored)
    until = "has not been settled by any worker yet" if at is None else f"is settled until {format_instant(at)}"
    out.print(Text(f"Its partition number {until}. " + _known(remembered)), soft_wrap=True)


def _known(remembered: Remembered | None) -> str:
    if remembered is None:
        return "The changelog holds nothing of this journey any more."
    due = "nothing is due" if remembered.next_deadline is None else f"the next deadline is {format_instant(remembered.next_deadline)}"
    return (
        f"The changelog holds {len(remembered.alerts):,} open alerts and {remembered.history:,} touchpoints; "
        f"{remembered.waiting:,} are not settled yet; {due}."
    )
