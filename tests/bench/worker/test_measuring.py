"""What is made of what was seen: the sums of the measurements, on examples."""

import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from schemas.instant import DAY, MINUTE, SECOND
from schemas.touchpoint import TOPIC_PREFIX
from streams.logs.file import Found, read_lines
from streams.logs.line import Line
from streams.policy_file import load_policy
from streams.simulate.plan import Plan
from tests.bench.worker import shops, traffic
from tests.bench.worker.drain import Moment, NotMeasured, over
from tests.bench.worker.latency import Loaded, whole_core
from tests.bench.worker.profile import largest
from tests.bench.worker.traffic import MONDAY, kept, moved, until_now


def moments(*done: int) -> Sequence[Moment]:
    """A second apart; half of each the workers ran, a quarter they had no core."""
    return [Moment(at, touchpoints, at / 2, 1_000 - at, at / 2, at / 4) for at, touchpoints in enumerate(done)]


def test_a_drain_is_counted_from_the_first_checkpoint_on() -> None:
    drain = over(moments(0, 0, 100, 300, 500), workers=1)
    assert (drain.touchpoints, drain.seconds, drain.a_second) == (400, 2, 200)
    assert (drain.cpu_s, drain.a_cpu_second, drain.cpu_us) == (1, 400, 2_500)
    assert (drain.loop_busy, drain.loop_waited, drain.rss) == (0.5, 0.25, 1_000)


def test_what_one_checkpoint_holds_is_no_measurement() -> None:
    with pytest.raises(NotMeasured, match="500 touchpoints are too few"):
        over(moments(0, 500), workers=1)


def loaded(rate: float, busy: float) -> Loaded:
    return Loaded(rate, 0, busy, 0, 0, 0, 0, 0, 0.0, 0, 0)


def test_what_a_live_worker_takes_is_read_off_the_line_through_two_loads() -> None:
    # a tenth of the core goes to no touchpoint, and 50 us to each
    assert whole_core(loaded(4_000, 0.3), loaded(8_000, 0.5)) == pytest.approx(18_000)


def test_a_profile_counts_a_function_once_a_stack_however_deep_it_calls_itself() -> None:
    stacks = (
        "run (streams/run.py:3);take (streams/take.py:7);take (streams/take.py:9);loads (json/decoder.py:2) 3\nrun (streams/run.py:4) 1\n"
    )
    found = {each.function: (each.inclusive, each.own) for each in largest(stacks)}
    assert found == {
        "run (streams/run.py)": (1, 0.25),
        "take (streams/take.py)": (0.75, 0),
        "loads (json/decoder.py)": (0.75, 0.75),
    }


def test_a_backlog_is_moved_with_all_that_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(traffic, "BUILD", tmp_path)
    file = kept(Plan(customers=20, start=MONDAY, seed=1), 200)
    lines = list(read_lines([file]))
    later = list(moved(lines, DAY + 1))
    assert [found.says.timestamp for found in later] == [found.says.timestamp + DAY + 1 for found in lines]
    assert [moment.says.value for moment in moved(later, -DAY - 1)] == [found.says.value for found in lines]
    assert not any(b"2026-03-02T" in (found.says.value or b"") for found in later)
    assert time.time() * SECOND - until_now(file) == pytest.approx(lines[-1].says.timestamp, abs=MINUTE)


@pytest.mark.parametrize("channels", shops.SHOPS)
def test_every_touchpoint_comes_through_a_channel_of_its_companys_policy(channels: int, tmp_path: Path) -> None:
    watched = load_policy(shops.policy(channels, tmp_path)).channels
    assert len(watched) == channels
    names = load_policy(shops.POLICY).channels
    sent = [Found(Line(TOPIC_PREFIX + name, None, None, 0, f"c-{n}".encode(), b""), "", 0) for name in names for n in range(20)]
    assert {found.says.topic.removeprefix(TOPIC_PREFIX) for found in shops.through(channels)(sent)} == set(watched)
