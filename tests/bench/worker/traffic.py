"""Simulated customers' touchpoints as a backlog: made once, kept compressed under build/, loaded into Kafka with their own timestamps."""

import sys
from collections.abc import Callable, Iterable, Iterator
from itertools import islice, takewhile
from pathlib import Path

from schemas.instant import NEVER, parse_instant
from streams.kafka.produce import produce
from streams.logs.file import Found, opened_for_writing, read_lines
from streams.simulate.plan import Plan
from streams.simulate.story import Line
from streams.simulate.traffic import simulate
from tests.bench.worker.ground import BUILD, Ground

MONDAY = parse_instant("2026-03-02T00:00:00Z")
_INTRODUCTION = b"customer.updated"


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


def loaded(ground: Ground, file: Path, seen: Callable[[Iterable[Found]], Iterable[Found]] = lambda lines: lines) -> int:
    """How many records of the file, as `seen`, are on the broker now."""
    produced = produce(seen(read_lines([file])), ground.kafka)
    if not produced.complete:
        sys.exit(f"the broker did not take all: {produced.failed}")
    return produced.acknowledged
