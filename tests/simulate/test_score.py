"""What the score calls found, missed and invented."""

from typing import Any

import pytest

from schemas.instant import format_instant
from streams.simulate.score import Tally, score
from streams.simulate.truth import Planted, Step, Subject

NOON = 1_788_264_000_000
SECOND = 1_000
SUBJECT = Subject("conversation", "CH-1")
BREACH = (
    Step("opened", NOON + 225 * SECOND, "at_risk"),
    Step("updated", NOON + 300 * SECOND, "breached"),
    Step("resolved", NOON + 400 * SECOND, "met_late"),
)
LATER = NOON + 1000 * SECOND


def planted(*told: Step, label: str = "answered_late", **more: Any) -> Planted:
    fields: dict[str, Any] = {"detector": "first_response", "customer": "c-1", "subject": SUBJECT, "begins": NOON}
    return Planted(label=label, told=told, **fields, **more)


def alert(*steps: Step, name: str = "one", **data: Any) -> list[dict[str, Any]]:
    """The events of one alert."""
    subject = {"kind": "conversation", "id": "CH-1"}
    fields = {"alert_id": name, "detector": "first_response", "customer": "c-1", "anonymous": False, "scope": None, "subject": subject}
    return [
        {
            "type": f"io.throughline.alert.{step.word}.v1",
            "time": format_instant(step.at),
            "data": fields | {"revision": revision, "state": step.state or "breached"} | data,
        }
        for revision, step in enumerate(steps)
    ]


def first_response(truth: list[Planted], alerts: list[dict[str, Any]], until: int = LATER) -> Tally:
    return score(truth, alerts, until).detectors["first_response"]


def test_an_alert_that_went_as_planted_is_found() -> None:
    assert first_response([planted(*BREACH)], alert(*BREACH)) == Tally(planted=1, found=1)


def test_the_order_and_the_repetition_of_events_do_not_matter() -> None:
    events = alert(*BREACH)
    assert first_response([planted(*BREACH)], [*reversed(events), *events]) == Tally(planted=1, found=1)


def test_an_update_that_changes_no_state_is_no_step() -> None:
    risk, breach, end = BREACH
    assert first_response([planted(*BREACH)], alert(risk, Step("updated", risk.at, "at_risk"), breach, breach, end)) == Tally(
        planted=1, found=1
    )


def test_a_retraction_takes_back_whatever_was_told() -> None:
    retracted = (*BREACH[:2], Step("retracted", NOON + 600 * SECOND))
    assert first_response([planted(*retracted)], alert(*retracted)) == Tally(planted=1, found=1)


@pytest.mark.parametrize(
    ("until", "steps"),
    [(NOON + 226 * SECOND, 1), (NOON + 350 * SECOND, 2), (NOON + 500 * SECOND, 3)],
)
def test_only_what_is_settled_by_then_must_have_been_told(until: int, steps: int) -> None:
    assert first_response([planted(*BREACH)], alert(*BREACH[:steps]), until) == Tally(planted=1, found=1)
    assert first_response([planted(*BREACH)], alert(*BREACH), until) == Tally(planted=1, found=1), "what comes later is not judged"


def test_nothing_is_planted_yet_before_its_first_step() -> None:
    assert first_response([planted(*BREACH)], [], BREACH[0].at) == Tally()


def test_within_the_slack_of_the_end_a_step_may_have_been_told_or_not() -> None:
    until = BREACH[1].at + 1
    for told in (BREACH[:1], BREACH[:2]):
        assert first_response([planted(*BREACH)], alert(*told), until) == Tally(planted=1, found=1)


@pytest.mark.parametrize(
    "told",
    [
        pytest.param(BREACH[:2], id="it never ended"),
        pytest.param((BREACH[0], Step("resolved", BREACH[2].at, "met")), id="it ended otherwise"),
        pytest.param((*BREACH[:2], Step("retracted", BREACH[2].at)), id="it was taken back"),
        pytest.param((BREACH[0], Step("updated", BREACH[1].at + 1001, "breached"), BREACH[2]), id="it was told a second late"),
    ],
)
def test_an_alert_that_went_otherwise_is_missed_and_invented(told: tuple[Step, ...]) -> None:
    result = score([planted(*BREACH)], alert(*told), LATER)
    assert result.detectors["first_response"] == Tally(planted=1, missed=1, invented=1)
    assert not result.perfect
    [missed], [invented] = result.missed, result.invented
    assert (missed.labels, missed.expected, missed.told) == (("answered_late",), BREACH, told)
    assert (invented.labels, invented.expected, invented.told) == (("answered_late",), (), told)


def test_an_alert_that_was_never_raised_is_missed() -> None:
    result = score([planted(*BREACH)], [], LATER)
    assert result.detectors["first_response"] == Tally(planted=1, missed=1)
    assert result.missed[0].told == ()


def test_a_near_miss_that_was_told_of_is_invented_and_named() -> None:
    result = score([planted(label="answered_in_time")], alert(*BREACH), LATER)
    assert result.detectors["first_response"] == Tally(near_misses=1, invented=1)
    assert result.invented[0].labels == ("answered_in_time",)


@pytest.mark.parametrize(
    "other",
    [
        {"customer": "c-2"},
        {"anonymous": True},
        {"subject": {"kind": "conversation", "id": "CH-2"}},
        {"scope": "total"},
        {"detector": "resolution"},
    ],
    ids=lambda other: next(iter(other)),
)
def test_an_alert_about_something_else_is_not_the_planted_one(other: dict[str, Any]) -> None:
    result = score([planted(*BREACH)], alert(*BREACH, **other), LATER)
    assert (len(result.missed), len(result.invented)) == (1, 1)


def test_the_same_alert_twice_under_two_names_is_once_invented() -> None:
    alerts = [*alert(*BREACH, name="one"), *alert(*BREACH, name="two")]
    assert first_response([planted(*BREACH)], alerts) == Tally(planted=1, found=1, invented=1)


def test_two_alerts_about_one_matter_are_told_apart_by_how_they_went() -> None:
    active = (BREACH[0], Step("resolved", NOON + 250 * SECOND, "met"))
    again = tuple(Step(step.word, step.at + 500 * SECOND, step.state) for step in BREACH)
    alerts = [*alert(*again, name="two"), *alert(*active, name="one")]
    assert first_response([planted(*active), planted(*again)], alerts) == Tally(planted=2, found=2)


def test_detectors_that_the_truth_does_not_cover_are_passed_over() -> None:
    assert score([], alert(*BREACH, detector="bill_mismatch"), LATER).perfect
