"""A score for people: what was planted against what was found, and each mistake so that it can be looked up."""

from collections.abc import Iterator

from rich.table import Table

from schemas.instant import format_instant
from streams.simulate.score import Mistake, Score
from streams.simulate.truth import Step

_COLUMNS = ("detector", "planted", "found", "missed", "invented", "near misses")
_SHOWN = 10


def table(score: Score) -> Table:
    shown = Table(title="planted faults", title_justify="left", header_style="dim")
    for name in _COLUMNS:
        shown.add_column(name, justify="left" if name == "detector" else "right")
    for detector, tally in score.detectors.items():
        numbers = (tally.planted, tally.found, tally.missed, tally.invented, tally.near_misses)
        style = "bold red" if tally.missed or tally.invented else "green"
        shown.add_row(detector, *(f"{number:,}" for number in numbers), style=style)
    return shown


def mistakes(score: Score, at_most: int = _SHOWN) -> Iterator[str]:
    """A line each; of the missed and of the invented no more than `at_most`, and then how many more."""
    for what, found in (("missed", score.missed), ("invented", score.invented)):
        for one in found[:at_most]:
            yield f"{what}: {_worded(one)}"
        if len(found) > at_most:
            yield f"{what}: {len(found) - at_most:,} more"


def _worded(one: Mistake) -> str:
    matter = one.matter
    return (
        f"{matter.detector} {matter.subject.kind} {matter.subject.id} of {matter.customer} ({', '.join(one.labels) or 'not planted'}): "
        f"expected {_steps(one.expected)}; told {_steps(one.told)}"
    )


def _steps(steps: tuple[Step, ...]) -> str:
    return ", ".join(f"{step.word} {f'{step.state} ' if step.state else ''}{format_instant(step.at)}" for step in steps) or "nothing"
