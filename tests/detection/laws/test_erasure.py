"""`customer.erased`: nothing of the customer stays, and what is still under way from before it is not learned again."""

from itertools import pairwise

import pytest

from schemas.instant import DAY, HOUR, MINUTE, SECOND
from tests.detection.laws.agreement import finish, lived, stepwise
from tests.detection.laws.log import Event, log_of
from tests.detection.laws.policy import AT_LAST
from tests.detection.laws.spoken import ask, erased, price, reply, tier, viewed
from tests.detection.laws.touchpoints import ORIGIN

RISK, LIMIT = 225 * SECOND, 5 * MINUTE


def test_live_alerts_are_retracted_and_nothing_more_is_said() -> None:
    world = lived([Event("chat", ask()), Event("web", erased(), HOUR)])
    assert world.words("first_response") == [
        ("opened", "at_risk", RISK),
        ("updated", "breached", LIMIT),
        ("retracted", "breached", HOUR),
    ]
    last = list(world.told.values())[-1]
    assert (last.reason, last.ended_at) == ("customer_erased", ORIGIN + HOUR)


def test_within_three_days_not_a_byte_of_the_journey_is_left() -> None:
    log = log_of([Event("chat", ask()), Event("web", tier("gold"), SECOND), Event("web", erased(), HOUR)])
    world = stepwise(log, 6 * HOUR, 4 * DAY)
    assert world.changelog == {}
    assert len(world.partition) == 0


def test_what_is_stored_at_once_holds_no_touchpoint_any_more() -> None:
    log = log_of([Event("chat", ask("a-secret")), Event("web", erased(), HOUR)])
    world = stepwise(log, 10 * MINUTE, 2 * HOUR)
    assert b"a-secret" not in world.changelog["c:x"]


def test_late_touchpoints_from_before_it_are_dropped_and_counted() -> None:
    log = log_of([Event("web", erased(), HOUR), Event("chat", ask(), 30 * MINUTE, delay=2 * HOUR)])
    world = lived(log)
    assert world.told == {}
    assert world.partition.counts["erased"] == 1


def test_one_of_the_very_instant_is_dropped_and_one_a_millisecond_later_begins_a_new_journey() -> None:
    assert lived([Event("chat", erased(), HOUR), Event("web", ask(), HOUR)]).told == {}
    assert lived([Event("chat", erased(), HOUR), Event("web", ask(), HOUR + 1)]).told != {}


@pytest.mark.parametrize("delay", [DAY, DAY + 1, 2 * DAY, 3 * DAY, 9 * DAY])
def test_how_long_the_erasure_is_remembered_is_not_seen(delay: int) -> None:
    """One that is later than the window counts as occurring one window before its place: perhaps after the erasure."""
    log = log_of([Event("web", erased(), HOUR), Event("chat", ask(), 30 * MINUTE, delay)])
    live = stepwise(log, 6 * HOUR, 30 * DAY)
    finish(live)
    assert live.told == lived(log).told


@pytest.mark.parametrize("after", [2 * HOUR, 30 * HOUR, 60 * HOUR, 10 * DAY])
def test_an_alert_that_is_over_stays_as_it_was_whenever_it_is_forgotten(after: int) -> None:
    log = log_of([Event("chat", ask()), Event("chat", reply(), HOUR), Event("web", erased(), after)])
    live = stepwise(log, 6 * HOUR, 30 * DAY)
    finish(live)
    assert live.told == lived(log).told
    assert [word for word, _, _ in live.words("first_response")] == ["opened", "updated", "resolved"]


def test_another_customer_and_a_visitor_of_the_same_name_are_not_touched() -> None:
    log = log_of([Event("chat", ask(), customer="a:x"), Event("chat", ask(), customer="c:y"), Event("web", erased(), HOUR)])
    assert not any(alert.word == "retracted" for alert in lived(log).told.values())


def test_a_customer_who_comes_back_is_a_new_one() -> None:
    """Twice erased: the second erasure knows nothing of before the first."""
    events = [Event("chat", ask()), Event("web", erased(), HOUR), Event("chat", price("100"), 2 * HOUR), Event("web", erased(), 3 * HOUR)]
    world = lived([*events, Event("chat", ask(), 4 * HOUR), Event("web", viewed(), 5 * HOUR)], last=AT_LAST)
    ids = [alert.id for alert in world.told.values() if alert.detector == "first_response"]
    assert len(set(ids)) == 2
    assert sum(one != other for one, other in pairwise(ids)) == 1
