"""How far the workers are, for people and for programs."""

import json

from rich.console import Group
from rich.table import Table
from rich.text import Text

from schemas.instant import format_instant
from streams.cli.operating import clock, printable
from streams.cli.summary_table import lasting
from streams.kafka.lag import Feed, Lag, Number

MANY = 16
"""Partition numbers; of more than these only those that do not keep up are shown."""


def tables(lag: Lag, *, every: bool) -> Group:
    notes = [] if lag.begun else [f"No worker of {lag.application} has made a checkpoint yet."]
    notes += ["Workers come or go: the partition numbers are being given out."] if lag.moving else []
    notes += [f"Not read by the workers of {lag.application}: {', '.join(lag.unwatched)}."] if lag.unwatched else []
    shown = [number for number in lag.numbers if every or len(lag.numbers) <= MANY or number.held_back()]
    if len(shown) < len(lag.numbers):
        notes.append(f"{len(lag.numbers) - len(shown):,} more partition numbers keep up (--all shows them).")
    return Group(_channels(lag), _numbers(lag, shown), *(Text(printable(note)) for note in notes))


def _channels(lag: Lag) -> Table:
    table = Table("channel", title=f"{printable(lag.application)} at {clock(lag.at)} UTC")
    for column in ("unread", "seconds behind", "of backlog", "partition numbers"):
        table.add_column(column, justify="right")
    for channel, feeds in by_channel(lag).items():
        waiting = [feed for feed in feeds if feed.since is not None]
        behind = max((lag.at - feed.since for feed in waiting if feed.since is not None), default=0)
        table.add_row(
            Text(printable(channel)),
            f"{sum(feed.unread for feed in feeds):,}",
            f"{max(0, behind) / 1000:,.1f}" if waiting else "",
            _backlog(waiting),
            f"{len(waiting)} of {len(feeds)}" if waiting else "",
        )
    return table


def by_channel(lag: Lag) -> dict[str, list[Feed]]:
    found: dict[str, list[Feed]] = {}
    for number in lag.numbers:
        for feed in number.feeds:
            found.setdefault(feed.channel, []).append(feed)
    return found


def _backlog(waiting: list[Feed]) -> str:
    """From the first unread record to the latest, by arrival: how long it took to pile up."""
    lengths = [feed.latest - feed.since for feed in waiting if feed.latest is not None and feed.since is not None]
    return lasting(max(0, *lengths) / 1000) if lengths else ""


def _numbers(lag: Lag, shown: list[Number]) -> Table:
    table = Table()
    table.add_column("number", justify="right")
    table.add_column("settled until (UTC)", no_wrap=True)
    for column in ("unread", "seconds behind"):
        table.add_column(column, justify="right")
    table.add_column("waits for")
    table.add_column("read by")
    for number in shown:
        behind = number.behind(lag.at)
        table.add_row(
            str(number.number),
            clock(number.settled) if number.settled is not None else "never",
            f"{number.unread():,}",
            f"{behind / 1000:,.1f}" if behind else "",
            Text(printable("; ".join(number.held_back()))),
            Text(printable(number.worker or "")),
        )
    return table


def as_json(lag: Lag) -> str:
    return json.dumps(
        {
            "at": format_instant(lag.at),
            "application": lag.application,
            "behind_seconds": lag.behind() / 1000,
            "rebalancing": lag.moving,
            "begun": lag.begun,
            "unwatched": list(lag.unwatched),
            "numbers": [
                {
                    "number": number.number,
                    "settled": None if number.settled is None else format_instant(number.settled),
                    "behind_seconds": number.behind(lag.at) / 1000,
                    "worker": number.worker,
                    "waits_for": number.held_back(),
                    "channels": {feed.channel: _feed(feed, lag.at) for feed in number.feeds},
                }
                for number in lag.numbers
            ],
        }
    )


def _feed(feed: Feed, at: int) -> dict[str, object]:
    return {
        "unread": feed.unread,
        "behind_seconds": 0 if feed.since is None else max(0, at - feed.since) / 1000,
        "first_unread_arrived": None if feed.since is None else format_instant(feed.since),
        "latest_arrived": None if feed.latest is None else format_instant(feed.latest),
        "deleted_unread": feed.lost,
        "waits_for_producer": feed.waits_for_producer,
    }
