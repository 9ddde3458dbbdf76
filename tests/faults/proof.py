"""Rounds with workers that are broken on purpose: each must be noticed, and as what it is."""

from collections.abc import Sequence
from typing import NamedTuple

from rich.box import SIMPLE_HEAD
from rich.table import Table

from tests.faults.report import SHOWN
from tests.faults.round import Played
from tests.faults.sabotage import SABOTAGE


class Proof(NamedTuple):
    sabotage: str
    played: Played

    @property
    def noticed(self) -> bool:
        return bool(SABOTAGE[self.sabotage].noticed & self.played.verdict.wrong.keys())


def table(proofs: Sequence[Proof]) -> Table:
    shown = Table("broken on purpose", "must be noticed as", "noticed", "all that was wrong", title="sabotage", box=SIMPLE_HEAD)
    for proof in proofs:
        wanted = " or ".join(sorted(SHOWN[name] for name in SABOTAGE[proof.sabotage].noticed))
        wrong = ", ".join(f"{count} {SHOWN[name]}" for name, count in proof.played.verdict.wrong.items())
        shown.add_row(proof.sabotage, wanted, "yes" if proof.noticed else "[red]NO[/red]", wrong or proof.played.failed or "nothing")
    return shown
