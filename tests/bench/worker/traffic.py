"""Simulated customers' touchpoints as a backlog: made once, kept compressed under build/, loaded into Kafka as if they ended now.

A worker that has read all of a partition number takes the clock on the wall for its time. Were its touchpoints months old, all that is
to be forgotten or told of these months would be due at once, while other partition numbers are still worked off.
"""

import re
import sys
from collections.abc import Callable, Iterable, Iterator
from itertools import islice, takewhile
from pathlib import Path

import msgspec

from schemas.instant import NEVER, format_instant, parse_instant
from streams.kafka.produce import produce
from streams.logs.file import Found, opened_for_writing, read_lines
from streams.simulate.plan import Plan
from streams.simulate.story import Line
from streams.simulate.traffic import simulate
from tests.bench.worker.ground import BUILD, Ground
from tests.faults.watch import now

MONDAY = parse_instant("2026-03-02T00:00:00Z")
_INTRODUCTION = b"customer.updated"
_INSTANT = re.compile(rb"\d{4}-\d\d-\d\dT[\d:]+\.\d{3}Z")
"""As the simulator writes it."""


def touchpoints(plan: Plan, *, until: int = NEVER) -> Iterator[Line]:
    """Without heartbeats, which would flatter the figures."""
    lines = (item for item in simulate(plan) if isinstance(item, Line) and item.key is not None)
    return takewhile(lambda line: line.timestamp < until, lines)


def kept(plan: Plan, most: int, *, since: int | None = None) -> Path:
    """The file with the first so many touchpoints of a plan; they are simulated where there is none yet.

    `since`: those before are left out, and so is what is told of a customer who is met for the first time: he is known already.
    """
    name = f"{plan.customers}-{plan.rate or 'history'}-{most}-{plan.seed}"
    file = BUILD / "traffic" / f"{name}.jsonl.zst"
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        draft = file.with_name(f"draft-{file.name}")
        with opened_for_writing(draft) as out:
            for line in islice(_of(plan, since), most):
                out.write(line.encode())
        draft.rename(file)
    return file


def _of(plan: Plan, since: int | None) -> Iterator[Line]:
    lines = touchpoints(plan)
    if since is None:
        return lines
    return (line for line in lines if line.timestamp >= since and _INTRODUCTION not in bytes(line.value))


def until_now(file: Path) -> int:
    """Milliseconds from the last touchpoint of a file until now."""
    return now() - max(found.says.timestamp for found in read_lines([file]))


def moved(lines: Iterable[Found], by: int) -> Iterator[Found]:
    """As if all had happened `by` milliseconds later."""

    def later(instant: re.Match[bytes]) -> bytes:
        return format_instant(parse_instant(instant[0].decode()) + by).encode()

    for found in lines:
        says = found.says
        value = says.value and _INSTANT.sub(later, says.value)
        yield msgspec.structs.replace(found, says=msgspec.structs.replace(says, timestamp=says.timestamp + by, value=value))


def loaded(ground: Ground, file: Path, later: int, seen: Callable[[Iterable[Found]], Iterable[Found]] = lambda lines: lines) -> int:
    """How many records of the file, as `seen` and then moved by `later`, are on the broker now."""
    produced = produce(moved(seen(read_lines([file])), later), ground.kafka)
    if not produced.complete:
        sys.exit(f"the broker did not take all: {produced.failed}")
    return produced.acknowledged
