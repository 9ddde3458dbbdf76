from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.instant import HOUR
from streams.simulate.rhythm import EVEN, WEEK, WEEKLY, Rhythm

INSTANTS = st.integers(946_684_800_000, 4_102_444_799_999)


@pytest.mark.parametrize("rhythm", [WEEKLY, EVEN])
@given(instant=INSTANTS)
def test_an_instant_comes_back_from_busy_time(rhythm: Rhythm, instant: int) -> None:
    assert abs(rhythm.instant(rhythm.busy(instant)) - instant) <= 1


@given(st.lists(INSTANTS, min_size=2))
def test_busy_time_runs_forward_only(instants: list[int]) -> None:
    busy = [WEEKLY.busy(instant) for instant in sorted(instants)]
    assert busy == sorted(busy)


@given(INSTANTS)
def test_a_week_of_the_calendar_holds_a_week_of_busy_time(instant: int) -> None:
    assert WEEKLY.busy(instant + WEEK) - WEEKLY.busy(instant) == pytest.approx(WEEK, abs=1)


def test_the_week_begins_on_monday_at_midnight_utc() -> None:
    monday = int(datetime(2026, 8, 31, tzinfo=UTC).timestamp()) * 1000
    assert WEEKLY.busy(monday) % WEEK == 0
    sunday_night, monday_evening = (WEEKLY.busy(at + HOUR) - WEEKLY.busy(at) for at in (monday - 23 * HOUR, monday + 19 * HOUR))
    assert monday_evening > 20 * sunday_night
