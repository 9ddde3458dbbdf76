"""The picture of the dashboard: numbers as Grafana writes them, and lines where they belong."""

import pytest

from tests.deploy.picture.answers import STEP_S, Series
from tests.deploy.picture.graph import graph
from tests.deploy.picture.units import written


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0, "s", "0 s"),
        (0.0714, "s", "71.4 ms"),
        (1.5, "s", "1.5 s"),
        (-90, "s", "-1.5 mins"),
        (7_200, "s", "2 hours"),
        (0.056, "percentunit", "5.6%"),
        (414, "short", "414"),
        (23_100, "short", "23.1 K"),
        (100 * 2**20, "bytes", "100 MiB"),
    ],
)
def test_a_number_is_short_and_has_its_unit(value: float, unit: str, text: str) -> None:
    assert written(value, unit) == text


def drawn(
    *values: float | None, limits: tuple[float, ...] = (), lowest: float | None = 0, unit: str = "short"
) -> tuple[list[str], int, list[str]]:
    """The axis's marks, how many limits are in sight, and the line's unbroken parts; None is a scrape that failed."""
    points = [(float(STEP_S * number), value) for number, value in enumerate(values) if value is not None]
    one = graph([(Series("a", points), "red")], [(limit, "red") for limit in limits], (400, 200), (0, STEP_S * len(values)), unit, lowest)
    return [mark.text for mark in one.values], len(one.limits), one.lines[0].paths


def test_the_axis_has_round_numbers_from_its_lowest_to_past_the_highest() -> None:
    assert drawn(3, 7)[0] == ["0", "2", "4", "6", "8"]
    assert drawn(-3, 7, lowest=None)[0] == ["-5", "0", "5", "10"]
    assert drawn(0, 0)[0] == ["0", "0.5", "1"]
    assert drawn(90 * 2**20, unit="bytes")[0] == ["0 B", "50 MiB", "100 MiB"]


def test_a_limit_that_is_far_away_does_not_flatten_what_there_is() -> None:
    assert drawn(1, 2, limits=(1.5, 300))[1] == 1


def test_where_nothing_was_scraped_there_is_a_gap() -> None:
    assert [len(path.split()) for path in drawn(1, 2, None, None, 3)[2]] == [2, 1]
