"""A replay's figures for people."""

from rich.console import Console
from rich.table import Table

from streams.replay import Replay
from streams.replay.summary import Summary, nested

_WORDS = ("opened", "updated", "resolved", "retracted")
_RARELY = {
    "repeated": "sent again by their producer",
    "redelivered": "held by the log twice",
    "late": "late: placed after they occurred",
    "misrouted": "on another partition than their customer's",
    "forwarded": "counted through their forwarded copy",
    "unread": "arrived after the end and were not read",
}


def show(told: Summary, replay: Replay, console: Console) -> None:
    figures = told.figures(replay)
    console.print(_channels(replay))
    console.print(_alerts(replay))
    if clocks := told.clocks():
        console.print(_clocks(clocks))
    notes = [f"{figures[name]:,} {meaning}" for name, meaning in _RARELY.items() if figures[name]]
    notes += [f"{number:,} of {topic}, which the policy does not watch" for topic, number in figures["unwatched"].items()]
    notes += [f"{number:,} that {detector} could not bear: a bug; see the dead letters" for detector, number in figures["failed"].items()]
    if notes:
        console.print("Of the records: " + "; ".join(notes) + ".", highlight=False)
    console.print(f"Settled until {figures['until']}; {figures['journeys']:,} journeys.", highlight=False)


def _channels(replay: Replay) -> Table:
    counts = replay.counts
    table = Table("channel", title="What came")
    table.add_column("touchpoints", justify="right")
    table.add_column("refused", justify="right")
    table.add_column("why")
    touchpoints, refused = nested(counts.touchpoints), nested(counts.refused)
    for channel in sorted(touchpoints.keys() | refused.keys()):
        classes = refused.get(channel, {})
        why = ", ".join(f"{name} {number:,}" for name, number in classes.items())
        table.add_row(channel, f"{sum(touchpoints.get(channel, {}).values()):,}", f"{sum(classes.values()):,}" if classes else "", why)
    return table


def _alerts(replay: Replay) -> Table:
    table = Table("detector", title="What was found")
    for word in (*_WORDS, "still open"):
        table.add_column(word, justify="right")
    still = nested(replay.counts.open)
    for detector, words in nested(replay.counts.alerts).items():
        numbers = [*(words.get(word, 0) for word in _WORDS), sum(still.get(detector, {}).values())]
        table.add_row(detector, *(f"{number:,}" if number else "" for number in numbers))
    if not table.rows:
        table.add_row("nothing", *[""] * (len(_WORDS) + 1))
    return table


def _clocks(clocks: dict[str, dict[str, dict[str, float]]]) -> Table:
    table = Table("clock", "channel", title="How long customers waited")
    for column in ("finished", "in time", "late", "median", "9 of 10 within"):
        table.add_column(column, justify="right")
    for clock, channels in clocks.items():
        for channel, figures in channels.items():
            numbers = (f"{figures[name]:,.0f}" for name in ("finished", "in_time", "late"))
            table.add_row(clock, channel, *numbers, lasting(figures["median_s"]), lasting(figures["p90_s"]))
    return table


def lasting(seconds: float) -> str:
    """In the two largest units that matter: `1 d 3 h`, `4 min 10 s`."""
    parts: list[str] = []
    rest = abs(seconds)
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60)):
        whole, rest = divmod(rest, size)
        if whole or parts:
            parts.append(f"{whole:.0f} {unit}")
    parts.append(f"{rest:.3g} s" if not parts else f"{rest:.0f} s")
    return ("-" if seconds < 0 else "") + " ".join(parts[:2])
