"""Order, limits and progress: what random search finds late or never, kept by name."""

import pytest
from msgspec.structs import replace

from schemas.instant import DAY, HOUR, MINUTE, SECOND
from tests.detection.laws.agreement import finish, lived
from tests.detection.laws.lives import play
from tests.detection.laws.log import Event, log_of
from tests.detection.laws.policy import AT_LAST, policy
from tests.detection.laws.spoken import ask, message, opened, price, reply, resolved, tier, viewed
from tests.detection.laws.touchpoints import ORIGIN
from tests.detection.laws.world import Advance, Op, Poll, Probe, ReadAll, Wait, World

LIMIT = 5 * MINUTE
"""Of a first response in chat; at risk at three quarters of it."""
RISK = 225 * SECOND


@pytest.mark.parametrize("channel", ["chat", "email", "web"])
def test_an_answer_exactly_at_the_limit_is_in_time_in_whatever_channel(channel: str) -> None:
    world = lived([Event("chat", ask()), Event(channel, reply(), LIMIT)])
    assert world.words("first_response") == [("opened", "at_risk", RISK), ("resolved", "met", LIMIT)]


def test_an_answer_a_millisecond_past_the_limit_is_late() -> None:
    world = lived([Event("chat", ask()), Event("chat", reply(), LIMIT + 1)])
    assert world.words("first_response") == [
        ("opened", "at_risk", RISK),
        ("updated", "breached", LIMIT),
        ("resolved", "met_late", LIMIT + 1),
    ]


def test_an_answer_in_time_that_arrives_within_the_lateness_of_its_channel_is_in_time() -> None:
    world = lived([Event("chat", ask()), Event("email", reply(), LIMIT, delay=60 * SECOND)])
    assert world.words("first_response")[-1] == ("resolved", "met", LIMIT)


def test_a_millisecond_beyond_the_lateness_it_is_late_evidence_which_takes_the_breach_back() -> None:
    world = lived([Event("chat", ask()), Event("email", reply(), LIMIT, delay=60 * SECOND + 1)])
    breach = ("updated", "breached", LIMIT)
    assert world.words("first_response") == [("opened", "at_risk", RISK), breach, ("retracted", "breached", LIMIT + 1)]


def test_a_deadline_is_stamped_at_itself_however_late_it_is_noticed() -> None:
    world = lived([Event("chat", ask())], [ReadAll(live=True), Wait(27 * HOUR + 1), Probe("chat"), Probe("email"), Probe("web"), Advance()])
    assert world.words("first_response")[:2] == [("opened", "at_risk", RISK), ("updated", "breached", LIMIT)]


def test_a_hundred_thousand_seconds_of_silence_say_the_same_second_by_second_or_at_once() -> None:
    log = log_of([Event("chat", opened("A")), Event("web", price("100")), Event("email", price("120"), SECOND)])
    patient = World(log, ORIGIN, policy())
    for _ in range(1_000):
        patient.wall += 100 * SECOND
        patient.read_all()
    finish(patient)
    assert patient.told == lived(log).told
    assert patient.words("conflicting_claims")[0] == ("opened", "conflict", SECOND)


def test_an_alert_is_told_as_soon_as_its_place_is_settled() -> None:
    """Though its journey was to be looked at days later only."""
    world = World(log_of([Event("web", price("100")), Event("email", price("120"), HOUR)]), ORIGIN, policy())
    for wall in (30 * MINUTE, HOUR + 62 * SECOND):
        world.wall = ORIGIN + wall
        world.read_all()
        world.checkpoint()
    assert world.words() == [("opened", "conflict", HOUR)]


def test_settling_is_strict_what_lies_at_the_settled_time_may_still_have_company() -> None:
    log = log_of([Event("chat", ask()), Event("chat", reply(), LIMIT, delay=2 * SECOND), Event("web", viewed(), LIMIT + 3 * SECOND)])
    world = World(log, ORIGIN, policy())
    world.read_all()
    assert [change.view.state for change in world.partition.advance(ORIGIN + LIMIT)] == ["at_risk"]  # type: ignore[union-attr]  # alerts only
    world.restart()
    assert finish(world).words("first_response")[-1] == ("resolved", "met", LIMIT)


def test_a_backlog_invents_no_missed_response() -> None:
    log = log_of([Event("chat", ask()), Event("chat", reply(), LIMIT - 80 * SECOND)])
    world = lived(log, [Poll("chat", 1), Probe("chat"), Probe("email"), Probe("web"), Advance()], wall=DAY)
    assert world.words("first_response") == []


def test_while_the_broker_cannot_be_asked_time_stands_still() -> None:
    log = log_of([Event("chat", ask()), Event("chat", reply(), MINUTE)])
    outage: list[Op] = [ReadAll(live=True), Wait(3 * HOUR), Advance(), Advance()]
    assert lived(log, outage).words("first_response") == []


def test_a_deadline_in_the_past_takes_effect_when_it_is_created_and_after_all_touchpoints_of_that_instant() -> None:
    world = lived([Event("email", opened("A", due=-HOUR), MINUTE)])
    assert world.words("resolution")[0] == ("opened", "breached", MINUTE)
    assert lived([Event("chat", opened("A", due=-HOUR)), Event("web", resolved("A"))]).words("resolution") == []


def test_what_one_late_touchpoint_changes_is_told_as_one_revision_at_its_place() -> None:
    world = lived([Event("chat", opened("A"), 0, delay=30 * MINUTE), Event("chat", viewed(), 31 * MINUTE)])
    assert world.words("first_response")[0] == ("opened", "breached", 30 * MINUTE - 2 * SECOND)
    alert = next(alert for alert in world.told.values() if alert.detector == "first_response")
    assert (alert.opened_at, alert.due_at, alert.revision) == (ORIGIN + RISK, ORIGIN + LIMIT, 0)


def test_later_than_the_window_counts_as_occurring_one_window_before_its_place() -> None:
    world = lived([Event("web", opened("A"), 0, delay=2 * DAY)])
    alert = next(alert for alert in world.told.values() if alert.detector == "first_response")
    assert (alert.time, alert.opened_at) == (ORIGIN + 2 * DAY, ORIGIN + DAY + 45 * MINUTE)


def test_evidence_stands_in_the_order_of_occurrence_not_of_offsets() -> None:
    """The touchpoint with the lower offset occurred later."""
    world = lived(
        [Event("web", price("100"), 1), Event("email", price("120"), 2 * SECOND, 0), Event("email", price("110"), SECOND, 3 * SECOND)]
    )
    first = next(alert for alert in world.told.values() if alert.detector == "conflicting_claims")
    assert [proof[0] for proof in first.evidence] == ["web-0", "email-2"]


def test_at_one_instant_the_order_is_that_of_channels_then_offsets() -> None:
    world = lived(
        [Event("web", reply(), MINUTE), Event("chat", ask(), MINUTE), Event("chat", ask("B"), MINUTE), Event("chat", reply("B"), MINUTE)]
    )
    assert world.words("first_response") == []


def test_a_leader_change_in_a_backlog_steps_back_within_the_skew() -> None:
    log = log_of(
        [
            Event("web", price("100", 1), SECOND),
            *(Event(channel, viewed(), 900 * SECOND + n, customer="c:y") for channel in ("web", "email") for n in (0, SECOND)),
            Event("chat", ask(), 7_500),
            Event("chat", viewed(), 10_000, customer="c:y"),
            Event("chat", price("110"), 6_900, delay=3_100 + 1),
        ]
    )
    log["chat"][2] = replace(log["chat"][2], arrived=ORIGIN + 9_000)
    life: list[Op] = [Poll("web", 2), Poll("email", 2), Poll("chat", 2), Advance(), Poll("chat", 1), Advance()]
    world = lived(log, life, wall=1_000 * SECOND)
    assert world.partition.counts["order_repaired"] == 0


def test_a_clock_that_steps_back_further_is_repaired_and_counted() -> None:
    """Its touchpoint is shown at the settled place: here that is after the risk has been told, and the risk is taken back."""
    log = log_of([Event("chat", ask()), Event("chat", viewed(), 10 * MINUTE, customer="c:y"), Event("chat", reply(), 20 * MINUTE)])
    log["chat"][2] = replace(log["chat"][2], occurred=ORIGIN + MINUTE, arrived=ORIGIN + MINUTE)
    world = World(log, ORIGIN + HOUR, policy())
    play(world, [Poll("chat", 2), Probe("email"), Probe("web"), Advance(), Poll("chat", 1), Advance()])
    world.finish(ORIGIN + AT_LAST)
    assert world.words("first_response") == [
        ("opened", "at_risk", RISK),
        ("updated", "breached", LIMIT),
        ("retracted", "breached", LIMIT),
    ]
    assert world.partition.counts["order_repaired"] == 1


def test_a_tier_learned_late_moves_the_limits_of_what_came_after_it() -> None:
    world = lived([Event("chat", ask(), SECOND), Event("web", tier("gold"), 0, delay=3 * MINUTE), Event("chat", reply(), 4 * MINUTE)])
    assert world.words("first_response") == [("opened", "breached", 3 * MINUTE), ("resolved", "met_late", 4 * MINUTE)]
    assert {alert.severity for alert in world.told.values() if alert.state == "breached"} == {90}


def test_a_bot_keeps_nobody_from_waiting() -> None:
    world = lived([Event("chat", ask()), Event("chat", message("bot"), SECOND)])
    assert ("updated", "breached", LIMIT) in world.words("first_response")
