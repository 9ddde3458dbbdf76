"""A real city's half year through Kafka's protocol and two workers, one killed half-way: what is told is what a replay tells."""

import re
import sys
from pathlib import Path

import pytest

from schemas.policy import Policy
from streams.logs.file import LogRecord, read_log, write_log
from streams.replay import Replay
from streams.replay.outcome import Alert
from tests.engine.killed_half_way import Told, tell
from tests.engine.live import live
from tests.replay import boston

CSV = boston.csv_file()
PARTITIONS = 64
"""The embedded broker keeps 5 MB of each: 12 would not hold all that is written of half a year."""
OVER = re.compile(rb'"type":"io\.throughline\.alert\.(resolved|retracted)\.v1"')

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CSV is None, reason=f"{boston.FILE} is neither in THROUGHLINE_DATA nor beside the checkout"),
]


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    assert CSV is not None
    written = tmp_path_factory.mktemp("log") / "boston.jsonl.zst"
    write_log(written, boston.log(boston.cases(CSV)), placed=False)
    return written


@pytest.fixture(scope="module")
def policy() -> Policy:
    """Nothing is given up: what the city has not closed when the data ends is open still when the workers stop."""
    assert CSV is not None
    return boston.policy(
        boston.cases(CSV), resolution={"keep_open": "P36500D"}, first_response={"enabled": False}
    )  # the city tells of no reply


@pytest.fixture(scope="module")
def told(file: Path, policy: Policy, tmp_path_factory: pytest.TempPathFactory) -> Told:
    with live(tmp_path_factory.mktemp("workers"), policy.model_dump(mode="json"), partitions=PARTITIONS, history=True) as running:
        found = tell(running, file)
    twice = len(found.alerts) - len({alert.value for alert in found.alerts})
    sys.stdout.write(f"{found.figures}; {len(found.alerts):,} alert events, {twice:,} of them repetitions\n")
    return found


@pytest.fixture(scope="module")
def replayed(told: Told, policy: Policy) -> dict[str, bytes]:
    """By alert id and revision, until the moment up to which the workers had settled."""
    run = Replay(told.log, policy, PARTITIONS, told.settled)
    return {outcome.event.id: outcome.value for outcome in run.run() if isinstance(outcome, Alert)}


def test_the_workers_end_in_good_order_and_refuse_nothing(told: Told) -> None:
    assert told.exits == [0, 0]
    assert told.dead == []


def test_what_the_workers_read_is_the_citys_log(told: Told, file: Path) -> None:
    assert {facts(record) for record in told.log} == {facts(record) for record in read_log([file], PARTITIONS)}


def test_the_alerts_are_those_of_a_replay_until_the_same_time_to_the_byte(told: Told, replayed: dict[str, bytes]) -> None:
    found, wanted = {alert.value or b"" for alert in told.alerts}, set(replayed.values())
    assert (some(wanted - found), some(found - wanted)) == ([], [])


def test_alerts_active_holds_in_the_end_exactly_what_is_open(told: Told, replayed: dict[str, bytes]) -> None:
    last = {name.partition(":")[0].encode(): value for name, value in replayed.items()}
    open_still = {(name, value) for name, value in last.items() if not OVER.search(value)}
    held = {record.key: record.value for record in told.active}
    assert open_still
    assert held.keys() == last.keys()
    assert {(name, value) for name, value in held.items() if value is not None} == open_still


def facts(record: LogRecord) -> tuple[object, ...]:
    return record.topic, record.partition, record.offset, record.timestamp, record.key, record.value


def some(values: set[bytes]) -> list[bytes]:
    """Enough to see what is wrong, of a hundred thousand."""
    return sorted(values)[:10]
