"""From what is so to what is told: retraction, return, and names that are given twice."""

import pytest
from msgspec.structs import replace

from schemas.instant import DAY, HOUR, MINUTE, SECOND
from tests.detection.laws.agreement import finish, lived, stepwise
from tests.detection.laws.log import Event, log_of
from tests.detection.laws.spoken import ask, cart, opened, reopened, reply, resolved, viewed, waiting
from tests.detection.laws.touchpoints import ORIGIN
from tests.detection.laws.world import ReadAll

RISK, LIMIT = 225 * SECOND, 5 * MINUTE


def test_an_earlier_opening_learned_late_retracts_the_old_alert_and_opens_another() -> None:
    world = lived([Event("chat", ask(), HOUR), Event("chat", ask(), 30 * MINUTE, delay=2 * HOUR)])
    first, second = dict.fromkeys(alert.id for alert in world.told.values() if alert.detector == "first_response")
    last = {alert.id: alert for alert in world.told.values()}
    assert (last[first].word, last[first].time) == ("retracted", ORIGIN + 150 * MINUTE - 2 * SECOND)
    assert last[second].opened_at == ORIGIN + 30 * MINUTE + RISK


def test_a_late_proof_of_a_timely_answer_retracts_what_was_over() -> None:
    """Resolved already: it can still be taken back inside the window."""
    world = lived([Event("chat", ask()), Event("chat", reply(), HOUR), Event("email", reply(), MINUTE, delay=20 * HOUR)])
    assert [word for word, _, _ in world.words("first_response")] == ["opened", "updated", "resolved", "retracted"]
    assert [alert.revision for alert in world.told.values() if alert.detector == "first_response"] == [0, 1, 2, 3]


def test_a_late_proof_beyond_the_window_changes_nothing_any_more() -> None:
    world = lived([Event("chat", ask()), Event("chat", reply(), HOUR), Event("email", reply(), MINUTE, delay=26 * HOUR)])
    assert [word for word, _, _ in world.words("first_response")] == ["opened", "updated", "resolved"]


def test_a_late_proof_of_an_answer_just_in_time_says_that_the_breach_never_was() -> None:
    world = lived([Event("chat", ask()), Event("email", reply(), 4 * MINUTE, delay=HOUR)])
    assert world.words("first_response")[-1][:2] == ("retracted", "breached")


def test_a_late_proof_that_keeps_the_state_last_told_resolves() -> None:
    world = lived([Event("chat", ask()), Event("email", reply(), 6 * MINUTE, delay=HOUR)])
    assert world.words("first_response")[-1] == ("resolved", "met_late", HOUR + 5 * MINUTE)
    last = list(world.told.values())[-1]
    assert last.ended_at == ORIGIN + 6 * MINUTE


def test_a_retracted_alert_that_comes_true_again_goes_on_with_its_next_revision() -> None:
    """At risk; then it is learned that the company had been waiting for the customer; then it is at risk indeed."""
    world = lived(
        [
            Event("email", opened("A"), 0),
            Event("email", waiting("customer"), HOUR, delay=90 * MINUTE),
            Event("email", waiting("nobody"), 3 * HOUR),
        ]
    )
    told = [(alert.word, alert.state, alert.revision) for alert in world.told.values() if alert.detector == "resolution"]
    assert told[:4] == [("opened", "at_risk", 0), ("retracted", "at_risk", 1), ("opened", "at_risk", 2), ("updated", "breached", 3)]
    assert len({alert.id for alert in world.told.values() if alert.detector == "resolution"}) == 1


def test_a_retracted_alert_keeps_its_count_through_weeks_of_waiting() -> None:
    log = log_of(
        [
            Event("email", opened("A"), 0),
            Event("email", waiting("customer"), HOUR, delay=90 * MINUTE),
            Event("email", waiting("nobody"), 15 * DAY),
        ]
    )
    world = finish(stepwise(log, 6 * HOUR, 16 * DAY))
    assert [alert.revision for alert in world.told.values() if alert.detector == "resolution"][:3] == [0, 1, 2]


def test_an_id_that_two_channels_gave_names_two_alerts() -> None:
    """Ids are unique per source only; here both begin to count at 7."""
    log = log_of([Event("chat", ask("A")), Event("chat", ask("B"), MINUTE), Event("web", ask("A"), 10 * DAY)])
    for channel, offset in (("chat", 0), ("web", 0)):
        log[channel][offset] = replace(log[channel][offset], id="7")
    first, _, second = (alert for alert in lived(log).told.values() if alert.state == "at_risk")
    assert first.subject == second.subject == ("conversation", "A")
    assert first.id != second.id


def test_a_copy_that_counts_anew_opens_an_alert_of_its_own_and_stops_nobody() -> None:
    """A producer sends a reopening again after 25 hours: the case is open again, and its due moment has long passed."""
    world = lived(
        [
            Event("chat", opened("A", due=HOUR)),
            Event("chat", resolved(), 2 * HOUR),
            Event("web", reopened(), 3 * HOUR, name="again"),
            Event("web", resolved(), 4 * HOUR),
            Event("web", reopened(), 3 * HOUR, delay=25 * HOUR, name="again"),
            Event("web", resolved(), 29 * HOUR),
        ]
    )
    total = [(alert.word, alert.state, alert.revision) for alert in world.told.values() if alert.scope == "total"]
    assert total == [("opened", "breached", 0), ("resolved", "met_late", 1)] * 2


def test_one_conversation_id_met_in_two_journeys_is_two() -> None:
    world = lived([Event("chat", ask(), customer=customer) for customer in ("c:x", "a:x", "c:y")])
    assert len({alert.id for alert in world.told.values() if alert.state == "at_risk"}) == 3
    assert {(alert.customer, alert.anonymous) for alert in world.told.values()} == {("x", False), ("x", True), ("y", False)}


def test_what_one_detector_found_counts_in_the_score_of_another_also_after_a_replay() -> None:
    events = [Event("chat", ask()), Event("web", cart(), SECOND), Event("web", cart(), 2 * SECOND, delay=20 * MINUTE)]
    world = lived(events)
    risk = next(alert for alert in world.told.values() if alert.state == "risk")
    assert dict(risk.contributions)["breached_clocks"] > 0


@pytest.mark.parametrize("minute", range(0, 40, 3))
def test_late_evidence_anywhere_in_a_long_history_is_told_as_if_folded_from_its_beginning(minute: int) -> None:
    """Replays start on the way, behind what they cannot change: an ask learned late is answered by what came after it."""
    history = [*(Event("chat", viewed(), n * MINUTE) for n in range(36)), Event("web", reply(), 20 * MINUTE)]
    world = lived([*history, Event("web", ask(), minute * MINUTE + 1, delay=HOUR)], [ReadAll(live=True)], wall=38 * MINUTE, last=5 * HOUR)
    assert len(world.measured) == (minute < 20)


def test_late_evidence_at_the_very_deadline_behind_a_mark_was_in_time() -> None:
    asked = [Event("chat", ask(f"conversation-{n}"), n * SECOND) for n in range(8)]
    late = Event("web", reply("conversation-0"), LIMIT, delay=HOUR)
    world = lived([*asked, *(Event("chat", viewed(), 6 * MINUTE + n) for n in range(20)), late], last=5 * HOUR)
    first = [(alert.word, alert.state) for alert in world.told.values() if alert.subject[1] == "conversation-0"]
    assert first == [("opened", "at_risk"), ("updated", "breached"), ("retracted", "breached")]


def test_late_evidence_from_before_a_deadline_is_not_folded_from_what_was_stored_behind_it() -> None:
    asked = [Event("chat", ask(f"conversation-{n}"), n * SECOND) for n in range(10)]
    late = Event("web", reply("conversation-0"), 4 * MINUTE, delay=HOUR)
    world = stepwise(log_of([*asked, late]), 10 * MINUTE, 10 * MINUTE)
    finish(world, 5 * HOUR)
    first = [(alert.word, alert.state) for alert in world.told.values() if alert.subject[1] == "conversation-0"]
    assert first == [("opened", "at_risk"), ("updated", "breached"), ("retracted", "breached")]
