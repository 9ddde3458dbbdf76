"""Breaks a copy of the source in one way after another; each must be noticed by the test that is named for it. Exit 1 if one is not.

`python -m tests.mutate [WORD...]` tries those whose names hold one of the words.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from shutil import copy2, copytree, ignore_patterns
from time import monotonic
from typing import NamedTuple

from rich.console import Console
from rich.table import Table

from tests.mutate.detectors import DETECTORS
from tests.mutate.memory import MEMORY
from tests.mutate.mutant import Mutant, NoLongerApplies, broken
from tests.mutate.order import ORDER

_ROOT = Path(__file__).parents[2]
_AT_ONCE = 2
_LONGEST = 120
"""Seconds; a test that hangs has noticed something too."""

PASSED, FAILED = 0, 1  # of pytest's exit codes the only ones that say something of a test


class Verdict(NamedTuple):
    mutant: Mutant
    outcome: str
    seconds: float

    @property
    def caught(self) -> bool:
        return self.outcome == "caught"


def _copy(to: Path) -> Path:
    for folder in ("deploy", "schemas", "streams", "tests"):
        copytree(_ROOT / folder, to / folder, ignore=ignore_patterns(".hypothesis"))
    copy2(_ROOT / "pyproject.toml", to)
    return to


def _run(tree: Path, tests: Sequence[str]) -> tuple[int, str]:
    """The tests of a tree on the sources of that tree: its folder comes first on the path."""
    flags = ["-q", "-x", "--no-header", "-p", "no:randomly", "-p", "no:cacheprovider"]
    environment = os.environ | {"LAWS_EXAMPLES": "200", "LAWS_SHRINK": "0", "CI": "true"}  # hypothesis tries the same everywhere then
    command = [sys.executable, "-m", "pytest", *flags, *tests]
    try:
        done = subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True, timeout=_LONGEST, check=False)
    except subprocess.TimeoutExpired:
        return FAILED, "it did not end"
    return done.returncode, done.stdout + done.stderr


def _try(mutant: Mutant) -> Verdict:
    began = monotonic()
    with tempfile.TemporaryDirectory(prefix="mutant-") as folder:
        tree = _copy(Path(folder))
        path = tree / mutant.path
        try:
            path.write_text(broken(path.read_text(), mutant))
        except NoLongerApplies as changed:
            return Verdict(mutant, str(changed), 0)
        code, output = _run(tree, [mutant.caught_by])
    outcome = {FAILED: "caught", PASSED: "SURVIVED"}.get(code, f"pytest ended with {code}: {output[-300:]}")
    return Verdict(mutant, outcome, monotonic() - began)


def _without_breakage(mutants: Sequence[Mutant]) -> str | None:
    """A test that fails anyway catches nothing."""
    with tempfile.TemporaryDirectory(prefix="unbroken-") as folder:
        code, output = _run(_copy(Path(folder)), sorted({mutant.caught_by for mutant in mutants}))
    return None if code == PASSED else output


def main(words: Sequence[str]) -> int:
    console = Console()
    mutants = [mutant for mutant in (*ORDER, *MEMORY, *DETECTORS) if not words or any(word in mutant.name for word in words)]
    if not mutants:
        console.print("No mutant's name holds any of these words.")
        return 1
    if (output := _without_breakage(mutants)) is not None:
        console.print(output, markup=False, highlight=False)
        console.print("The tests fail without any breakage: nothing can be said of mutants.")
        return 1
    table = Table("broken on purpose", "caught by", "outcome", "seconds", title=f"{len(mutants)} mutants")
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        verdicts = list(pool.map(_try, mutants))
    for mutant, outcome, seconds in verdicts:
        table.add_row(mutant.name, mutant.caught_by.partition("::")[2].replace("[", "\\["), outcome, f"{seconds:.1f}")
    console.print(table)
    survivors = [verdict for verdict in verdicts if not verdict.caught]
    console.print(f"{len(mutants) - len(survivors)} of {len(mutants)} caught")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
