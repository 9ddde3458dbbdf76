"""What was planted against what was found, and how soon."""

from collections.abc import Sequence

from rich.console import Group
from rich.table import Table
from rich.text import Text

from schemas.instant import format_instant
from streams.simulate.score import Mistake, Score

_SHOWN = 10


def table(score: Score) -> Table:
    columns = ("detector", "planted", "found", "missed", "invented", "near misses")
    shown = Table(title="planted faults", title_justify="left", header_style="dim")
    for name in columns:
        shown.add_column(name, justify="left" if name == "detector" else "right")
    for detector, tally in score.detectors.items():
        wrong = "bold red" if tally.missed or tally.invented else "green"
        shown.add_row(
            detector, str(tally.planted), str(tally.found), str(tally.missed), str(tally.invented), str(tally.near_misses), style=wrong
        )
    return shown


def latency(seconds: Sequence[float]) -> str:
    """p50 and p99 by nearest rank."""
    if not seconds:
        return "no alert was received"
    ordered = sorted(seconds)
    median, worst = ordered[(len(ordered) - 1) // 2], ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]
    return f"from complete evidence to the subscriber: p50 {median:.2f} s, p99 {worst:.2f} s, over {len(ordered)} alert events"


def mistakes(score: Score) -> Group:
    lines = [Text(_worded("missed", one), style="red") for one in score.missed[:_SHOWN]]
    lines += [Text(_worded("invented", one), style="red") for one in score.invented[:_SHOWN]]
    return Group(*lines)


def _worded(what: str, one: Mistake) -> str:
    matter = one.matter
    expected = ", ".join(f"{step.word} {step.state or ''} {format_instant(step.at)}" for step in one.expected) or "nothing"
    told = ", ".join(f"{step.word} {step.state or ''} {format_instant(step.at)}" for step in one.told) or "nothing"
    return (
        f"{what}: {matter.detector} {matter.subject.kind} {matter.subject.id} of {matter.customer}"
        f" ({', '.join(one.labels) or 'not planted'}): expected {expected}; told {told}"
    )
