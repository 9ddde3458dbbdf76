"""What a run of rounds has come to: a table by kind of fault, how workers ended, and the same as JSON."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from msgspec import to_builtins
from rich.box import SIMPLE_HEAD
from rich.console import Group
from rich.markup import escape
from rich.table import Table

from tests.faults.fault import Kind
from tests.faults.judging import COUNTED
from tests.faults.round import Played

SHOWN = {
    "lost": "lost",
    "different": "different",
    "invented": "invented",
    "letters_lost": "dead letters lost",
    "letters_wrong": "dead letters wrong",
    "journeys": "journeys different",
    "active": "active wrong",
    "doubled": "doubled",
    "redelivered": "redelivered",
    "repaired": "order repaired",
    "input_lost": "input lost",
    "exits": "wrong exits",
}
ALL = "all rounds"


def by_kind(played: Sequence[Played]) -> dict[str, dict[str, Any]]:
    """What is wrong with a round counts for every kind that struck in it: which of them it was, its logs must tell."""
    rows: dict[str, dict[str, Any]] = {}
    for kind in Kind:
        within = [one for one in played if any(struck.fault.kind is kind for struck in one.struck)]
        if within:
            rows[kind] = _row(within, [struck.progress for one in within for struck in one.struck if struck.fault.kind is kind])
    rows[ALL] = _row(played, [struck.progress for one in played for struck in one.struck])
    return rows


def _row(within: Sequence[Played], progress: Sequence[float]) -> dict[str, Any]:
    counts = {name: sum(getattr(one.verdict, name) for one in within) for name in COUNTED}
    unjudged = sum(one.failed is not None for one in within)
    times = {"progress_p50_s": round(median(progress), 1), "progress_max_s": round(max(progress), 1)} if progress else {}
    return {"faults": len(progress), "unjudged": unjudged} | counts | times


def exits(played: Iterable[Played]) -> Counter[str]:
    return Counter(one.reason for each in played for one in each.exits)


def frames(played: Iterable[Played]) -> Counter[str]:
    return Counter(line for each in played for one in each.exits for line in one.frames)


def tables(played: Sequence[Played]) -> Group:
    faults = Table(
        box=SIMPLE_HEAD,
        title=f"{sum(len(one.struck) for one in played)} faults in {len(played)} rounds, each judged by a replay of its log",
    )
    faults.add_column("fault", no_wrap=True)
    for heading in ("number", *SHOWN.values(), "not judged", "progress p50", "max"):
        faults.add_column(heading, justify="right", overflow="fold")
    rows = by_kind(played)
    for name, row in rows.items():
        times = [f"{row[at]:.1f} s" if at in row else "" for at in ("progress_p50_s", "progress_max_s")]
        if name == ALL:
            faults.add_section()
        faults.add_row(name, str(row["faults"]), *(_shown(row[column]) for column in (*SHOWN, "unjudged")), *times)
    ends = Table("how a worker's life ended", "times", title="exits by reason", box=SIMPLE_HEAD)
    for reason, count in exits(played).most_common():
        ends.add_row(escape(reason), str(count))
    logged = Table("logger and exception", "times", title="lines of the workers' logs that carry an exception's frames", box=SIMPLE_HEAD)
    for line, count in frames(played).most_common():
        logged.add_row(escape(line), str(count))
    return Group(faults, ends, *([logged] if logged.rows else []))


def _shown(count: int) -> str:
    return f"[red]{count}[/red]" if count else "0"


def write(file: Path, seed: int, played: Sequence[Played]) -> None:
    file.parent.mkdir(exist_ok=True)
    content = {
        "seed": seed,
        "faults": sum(len(one.struck) for one in played),
        "by_kind": by_kind(played),
        "exits": dict(exits(played).most_common()),
        "frames": dict(frames(played).most_common()),
        "rounds": [to_builtins(one, enc_hook=str) for one in played],
    }
    file.write_text(json.dumps(content, indent=2) + "\n")
