"""What simulated traffic is like: repeatable, in order, readable, and shaped as customers are."""

from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal
from hashlib import sha256
from itertools import islice, pairwise
from typing import Any

import msgspec
import pytest

from schemas.decode import decode
from schemas.instant import DAY, HOUR, MINUTE
from schemas.partitioner import partition_for
from schemas.policy import TargetRule
from schemas.touchpoint import Heartbeat, Touchpoint
from schemas.touchpoints import TYPES
from streams.logs.file import LogRecord
from streams.simulate import Line, Plan, Planted, Targets, simulate
from streams.simulate.channels import FEEDS
from streams.simulate.truth import read, write

START = 1_788_220_800_000  # 2026-09-01T00:00Z, a Tuesday
WEEK = Plan(customers=1500, start=START, length=7 * DAY, seed=5, heartbeat=2 * HOUR)


@pytest.fixture(scope="module")
def week() -> list[Line | Planted]:
    return list(simulate(WEEK))


@pytest.fixture(scope="module")
def lines(week: list[Line | Planted]) -> list[Line]:
    return [item for item in week if isinstance(item, Line)]


@pytest.fixture(scope="module")
def touchpoints(lines: list[Line]) -> list[Touchpoint]:
    read = [_decoded(line, offset) for offset, line in enumerate(lines)]
    return [touchpoint for touchpoint in read if isinstance(touchpoint, Touchpoint)]


def _decoded(line: Line, offset: int) -> object:
    key = line.key.encode() if line.key else None
    partition = line.partition if key is None else partition_for(key, WEEK.partitions)
    assert partition is not None
    return decode(LogRecord(line.topic, partition, offset, line.timestamp, key, bytes(line.value)))


def _digest(plan: Plan) -> str:
    digest = sha256()
    for item in simulate(plan):
        digest.update(item.encode() if isinstance(item, Line) else write(item))
    return digest.hexdigest()


def test_the_same_plan_gives_the_same_bytes_and_another_seed_gives_others() -> None:
    plan = Plan.history(customers=60, days=2, start=START, seed=5)
    assert _digest(plan) == _digest(plan)
    assert _digest(plan) != _digest(msgspec.structs.replace(plan, seed=6))


def test_a_customer_lives_the_same_life_however_many_others_there_are() -> None:
    few, many = (Plan.history(customers=number, days=2, start=START, seed=5) for number in (20, 200))
    of_few = [item for item in simulate(few) if isinstance(item, Line) and item.key]
    known = {line.key for line in of_few}
    assert of_few == [item for item in simulate(many) if isinstance(item, Line) and item.key in known]


def test_lines_come_in_order_of_arrival_within_the_plan(lines: list[Line]) -> None:
    assert all(before.timestamp <= after.timestamp for before, after in pairwise(lines))
    assert lines[0].timestamp >= START
    assert lines[-1].timestamp < WEEK.end


def test_the_truth_of_a_story_comes_before_its_first_line(week: list[Line | Planted]) -> None:
    clock = START
    for item in week:
        clock = item.timestamp if isinstance(item, Line) else clock
        if isinstance(item, Planted):
            assert clock <= item.begins


def test_no_line_is_refused_and_every_one_lies_where_its_key_belongs(lines: list[Line]) -> None:
    for offset, line in enumerate(lines):
        read = _decoded(line, offset)
        assert isinstance(read, Touchpoint | Heartbeat), (line, read)
        assert (line.key is None) == isinstance(read, Heartbeat)


def test_all_channels_and_nearly_all_types_take_part(lines: list[Line], touchpoints: list[Touchpoint]) -> None:
    assert {line.topic for line in lines} == {f"touchpoints.{channel}" for channel in FEEDS}
    types = {event["type"] for event in (msgspec.json.decode(line.value) for line in lines)}
    unused = {name.removeprefix("io.throughline.").removesuffix(".v1") for name in set(TYPES) - types}
    assert unused == {"customer.erased", "identity.unlinked", "promise.withdrawn"}
    assert {touchpoint.journey[:2] for touchpoint in touchpoints} == {"c:", "a:"}


def test_the_truth_speaks_of_customers_whom_the_log_knows(week: list[Line | Planted], lines: list[Line]) -> None:
    keys = {line.key for line in lines}
    planted = [item for item in week if isinstance(item, Planted)]
    assert planted
    late = [one for one in planted if one.customer not in keys]
    assert all(one.begins > WEEK.settled - MINUTE for one in late), "only the last minute's may not have arrived"


def test_a_truth_file_reads_as_it_was_written(week: list[Line | Planted]) -> None:
    planted = [item for item in week if isinstance(item, Planted)]
    assert list(read(map(write, planted))) == planted


def test_a_few_customers_do_most_of_it(touchpoints: list[Touchpoint]) -> None:
    counts = sorted(Counter(touchpoint.journey for touchpoint in touchpoints).values(), reverse=True)
    assert sum(counts[: len(counts) // 5]) > 0.55 * sum(counts)
    assert counts[0] > 100 * counts[-1]


def test_evenings_are_busier_than_nights_and_weekdays_than_weekends(touchpoints: list[Touchpoint]) -> None:
    moments = [datetime.fromtimestamp(one.occurred / 1000, UTC) for one in touchpoints if one.channel in ("web", "app", "chat")]
    hours = Counter(moment.hour for moment in moments)
    days = Counter(moment.weekday() for moment in moments)
    assert sum(hours[hour] for hour in (18, 19, 20)) > 8 * sum(hours[hour] for hour in (2, 3, 4))
    assert days[0] > 1.15 * days[6]


def test_delivery_is_out_of_order_but_almost_always_within_what_is_allowed(touchpoints: list[Touchpoint]) -> None:
    delays = [one.arrived - one.occurred for one in touchpoints]
    assert min(delays) >= 0
    late = sum(delay > WEEK.targets.lateness["web"] for delay in delays)
    assert 0 < late < 0.02 * len(delays)
    overtaken = sum(before.occurred > after.occurred for before, after in pairwise(touchpoints))
    assert overtaken > 0.001 * len(delays)


def test_customers_use_several_channels(touchpoints: list[Touchpoint]) -> None:
    channels: dict[str, set[str]] = {}
    for touchpoint in touchpoints:
        channels.setdefault(touchpoint.journey, set()).add(touchpoint.channel)
    active = [used for journey, used in channels.items() if journey.startswith("c:") and len(used) > 0]
    assert sum(len(used) >= 3 for used in active) > len(active) / 2


def test_every_channel_says_on_every_partition_that_it_lives(lines: list[Line]) -> None:
    beats = Counter((line.topic, line.partition) for line in lines if line.key is None)
    assert set(beats) == {(f"touchpoints.{channel}", partition) for channel in FEEDS for partition in range(WEEK.partitions)}
    assert set(beats.values()) == {7 * DAY // WEEK.heartbeat}


@pytest.mark.parametrize("rate", [20.0, 150.0])
def test_live_traffic_has_about_the_rate_that_was_asked_for(rate: float) -> None:
    answers = (TargetRule.model_validate({"within": "PT5S"}),)
    targets = Targets(first_response=answers, cart=12_000, checkout=8_000, payment=6_000)
    plan = Plan(customers=1500, start=START, rate=rate, targets=targets)
    minutes = 2
    arrived = (item for item in simulate(plan) if isinstance(item, Line) and item.key)
    within = list(islice(arrived, round(rate * 60 * minutes)))
    took = within[-1].timestamp - START
    assert minutes * MINUTE * 0.8 < took < minutes * MINUTE * 1.2


@pytest.mark.parametrize(
    ("mistake", "says"),
    [
        ({"customers": 0}, "customers must be at least 1"),
        ({"rate": 0.0}, "rate must be above 0"),
        ({"planted": 1.5}, "planted is a share"),
        ({"heartbeat": 0}, "heartbeat must be above 0"),
        ({"length": 0}, "length must be above 0"),
    ],
)
def test_a_plan_that_makes_no_sense_is_refused(mistake: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        Plan(**({"customers": 1, "start": START} | mistake))


def test_a_policy_in_which_the_simulated_world_cannot_live_is_refused() -> None:
    with pytest.raises(ValueError, match="channels that the policy does not have: app, billing"):
        Targets(lateness={channel: HOUR for channel in FEEDS if channel not in ("app", "billing")})
    with pytest.raises(ValueError, match="promises no first response in email"):
        Targets(first_response=(TargetRule.model_validate({"channel": "chat", "within": "PT5M"}),))
    with pytest.raises(ValueError, match=r"at_risk 0\.95 leaves less"):
        Targets(purchase_at_risk=Decimal("0.95"))
