"""The reference log leads to the alerts that it was written for, whoever reads it in whatever order."""

import json
from collections import Counter
from itertools import groupby
from random import Random

import msgspec
import pytest

from schemas.instant import DAY, MINUTE
from streams.logs.file import LogRecord
from streams.policy_file import load_policy
from streams.replay.outcome import Alert
from streams.replay.replaying import Replay
from tests.bench.jobs.engine import HERE
from tests.bench.jobs.log import SEGMENTS, START, Event, Told, events, mark_of, start_of
from tests.bench.jobs.records import Written
from tests.bench.jobs.rule import CHANNELS, CONFLICT, LATE_ANSWER, PARTITIONS, Journey, new_journey, observe
from tests.bench.jobs.throughline import told_by_throughline

COUNT = 24_000


@pytest.fixture(scope="module")
def log() -> list[Event]:
    return list(events(COUNT))


@pytest.fixture(scope="module")
def due(log: list[Event]) -> set[Told]:
    return {event.completes for event in log if event.completes}


def test_one_event_in_a_hundred_completes_an_alert_and_both_kinds_are_there(log: list[Event]) -> None:
    kinds = Counter(event.completes.kind for event in log if event.completes and event.milestone is None)
    assert 0.008 < sum(kinds.values()) / COUNT < 0.012
    assert min(kinds[CONFLICT], kinds[LATE_ANSWER]) > COUNT / 300


def test_events_are_of_the_size_that_was_promised(log: list[Event]) -> None:
    assert 250 < sum(len(event.value(event.at)) for event in log) / len(log) < 300


def test_no_channel_has_much_more_to_read_than_another(log: list[Event]) -> None:
    found = Counter(event.channel for event in log)
    assert max(found.values()) < 1.1 * min(found.values())


def test_the_same_seed_gives_the_same_log(log: list[Event]) -> None:
    assert list(events(COUNT)) == log
    assert list(events(COUNT, seed=2)) != log


def test_a_log_is_over_when_it_is_asked_to_be(log: list[Event]) -> None:
    over = START + DAY
    late = list(events(COUNT, start=start_of(COUNT, over)))
    assert over - MINUTE < max(event.at for event in late) <= over
    moved = start_of(COUNT, over) - START
    assert [event._replace(at=event.at + moved) for event in log] == late


def test_each_milestone_is_marked_in_every_partition_and_needs_every_channel(log: list[Event]) -> None:
    marking = [event for event in log if event.milestone is not None]
    for number in range(SEGMENTS + 1):
        own = [event for event in marking if event.milestone == number]
        assert {(event.partition, event.channel) for event in own} == {(p, c) for p in range(PARTITIONS) for c in CHANNELS}
        marked = [mark_of(event.completes) for event in own if event.completes]
        assert sorted(filter(None, marked)) == [(number, p) for p in range(PARTITIONS) for _ in "ab"]


def test_what_is_due_at_a_milestone_is_what_is_complete_before_it(log: list[Event]) -> None:
    written = Written()
    for event in log:
        written.add(event)
    before = log[: written.milestones[3]]
    assert written.due(3) == {event.completes for event in before if event.completes}
    assert written.due(3) < written.due()


@pytest.mark.parametrize("seed", range(3))
def test_the_rule_tells_the_same_in_whatever_order_topics_are_polled(log: list[Event], due: set[Told], seed: int) -> None:
    """Each topic partition in its own order; which is polled next, and how much of it, is chance."""
    rng = Random(seed)
    by_place = {
        place: list(own)
        for place, own in groupby(sorted(log, key=lambda event: (event.channel, event.partition)), lambda e: (e.channel, e.partition))
    }
    journeys: dict[str, Journey] = {}
    told: list[Told] = []
    while by_place:
        place = rng.choice(sorted(by_place))
        polled, by_place[place] = by_place[place][:500], by_place[place][500:]
        if not by_place[place]:
            del by_place[place]
        for event in polled:
            journey = journeys.setdefault(event.customer, new_journey())
            if alert := observe(journey, event.channel, json.loads(event.value(event.at))):
                told.append(Told(**alert))
    assert len(told) == len(due)
    assert set(told) == due
    assert not any(journey[kept] for journey in journeys.values() for kept in ("told", "asked", "answered"))


@pytest.mark.parametrize("policy", ["policy.yaml", "policy-all.yaml"])
def test_throughline_tells_just_what_is_due(log: list[Event], due: set[Told], policy: str) -> None:
    ends: Counter[tuple[str, int]] = Counter()
    records = []
    for event in log:
        place = (f"touchpoints.{event.channel}", event.partition)
        records.append(LogRecord(*place, ends[place], event.at, event.key, event.value(event.at)))
        ends[place] += 1
    replay = Replay(records, load_policy(HERE / policy), PARTITIONS)
    told = set()
    for outcome in replay.run():
        if isinstance(outcome, Alert):
            value = msgspec.json.decode(outcome.value)
            told.add(told_by_throughline(value["type"], value["data"]))
    assert told - {None} == due
    assert not replay.counts.refused
    assert not replay.counts.misrouted
