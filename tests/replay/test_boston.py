"""A real city's half year: every case that missed its target is found, at its target, and no other."""

from collections import Counter
from pathlib import Path

import pytest

from streams.logs.file import LogRecord, read_log, write_log
from streams.replay import Replayed, replay
from tests.replay import boston
from tests.replay.boston import EXTRACTED, Case

CSV = boston.csv_file()
NO_REPLIES = {"enabled": False}
"""The city tells when a case was closed, and nothing of replies."""

pytestmark = pytest.mark.skipif(CSV is None, reason=f"{boston.FILE} is neither in THROUGHLINE_DATA nor beside the checkout")


@pytest.fixture(scope="module")
def cases() -> list[Case]:
    assert CSV is not None
    return boston.cases(CSV)


@pytest.fixture(scope="module")
def log(cases: list[Case], tmp_path_factory: pytest.TempPathFactory) -> list[LogRecord]:
    file: Path = tmp_path_factory.mktemp("boston") / "boston.jsonl.zst"
    write_log(file, boston.log(cases), placed=False)
    return read_log([file])


@pytest.fixture(scope="module")
def replayed(cases: list[Case], log: list[LogRecord]) -> Replayed:
    """With no warning before a target: what is told is a breach, or of a breach."""
    return replay(log, boston.policy(cases, resolution={"at_risk": 1}, first_response=NO_REPLIES), until=EXTRACTED)


def test_every_touchpoint_of_the_city_is_understood(cases: list[Case], replayed: Replayed) -> None:
    assert replayed.dead == []
    closed = sum(case.closed is not None for case in cases)
    assert sum(replayed.counts.touchpoints.values()) == len(cases) + closed


def test_a_breach_for_exactly_the_cases_that_missed_their_target_each_stamped_at_it(cases: list[Case], replayed: Replayed) -> None:
    expected = {(case.id, case.target, case.target) for case in cases if case.missed_its_target(EXTRACTED)}
    breaches = [alert.event for alert in replayed.alerts if _is(alert.event.data.detector, alert.event.data.state, "breached")]
    assert {(event.data.subject.id, event.time, event.data.due_at) for event in breaches} == expected
    assert len(breaches) == len(expected) == 15_726


def test_a_case_closed_after_its_target_is_told_as_met_late_and_nothing_else_is_told_of_resolutions(
    cases: list[Case], replayed: Replayed
) -> None:
    closed_late = {(case.id, case.closed) for case in cases if case.missed_its_target(EXTRACTED) and case.closed is not None}
    others = [
        alert.event for alert in replayed.alerts if alert.event.data.detector == "resolution" and alert.event.data.state != "breached"
    ]
    assert {(event.data.subject.id, event.time) for event in others} == closed_late
    assert {(event.data.state, event.type.split(".")[3]) for event in others} == {("met_late", "resolved")}
    assert len(others) == len(closed_late)


def test_the_city_judged_alike_wherever_it_judged(cases: list[Case], replayed: Replayed) -> None:
    breached = {name for name, _ in _breached(replayed)}
    verdicts = Counter((case.id in breached, case.verdict, case.target is not None) for case in cases)
    assert verdicts == {
        (True, "OVERDUE", True): 15_624,
        (True, "", True): 102,  # the city gave no verdict: 63 closed after their target, 39 open past it
        (False, "ONTIME", True): 27_866,
        (False, "ONTIME", False): 14_527,  # no target: nothing to miss
    }


def _breached(replayed: Replayed) -> set[tuple[str, int]]:
    events = (alert.event for alert in replayed.alerts)
    return {(event.data.subject.id, event.time) for event in events if _is(event.data.detector, event.data.state, "breached")}


def _is(detector: str, state: str, wanted: str) -> bool:
    return detector == "resolution" and state == wanted
