"""Simulated traffic replayed through the real detectors, and judged by what was planted."""

import json
from collections.abc import Iterator

from schemas.policy import Policy
from streams.logs.file import Found, LogRecord, placed
from streams.logs.line import read_line
from streams.replay import Replay
from streams.replay.outcome import Alert, Dead
from streams.simulate import Line, Plan, Planted, simulate
from streams.simulate.score import Score, score


def judged(plan: Plan, policy: Policy) -> tuple[Score, list[Planted]]:
    """The truth beside it. Every line must have been read as a log's, and none may have been refused."""
    truth: list[Planted] = []
    replay = Replay(_log(plan, truth), policy, plan.partitions, plan.settled)
    alerts = []
    for outcome in replay.run():
        assert not isinstance(outcome, Dead), outcome
        if isinstance(outcome, Alert):
            alerts.append(json.loads(outcome.value))
    return score(truth, alerts, plan.settled, slack=0), truth


def _log(plan: Plan, truth: list[Planted]) -> Iterator[LogRecord]:
    def found() -> Iterator[Found]:
        for number, item in enumerate(simulate(plan)):
            match item:
                case Planted():
                    truth.append(item)
                case Line():
                    yield Found(read_line(item.encode()), "simulated", number)

    return placed(found(), plan.partitions)
