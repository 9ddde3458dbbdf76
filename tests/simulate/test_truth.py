"""The real detectors tell exactly what was planted: nothing of it is missed, nothing beside it is invented."""

from typing import Any

import pytest

from schemas.instant import DAY, HOUR
from schemas.policy import Policy
from streams.simulate import Plan, Targets
from streams.simulate.channels import FEEDS
from streams.simulate.planted import plants
from streams.simulate.truth import DETECTORS
from tests.simulate.judged import judged

START = 1_788_220_800_000  # 2026-09-01T00:00Z, a Tuesday
SHORT: dict[str, dict[str, Any]] = {
    "first_response": {"targets": [{"channel": "chat", "within": "PT5S"}, {"within": "PT8S"}]},
    "resolution": {},
    "conflicting_claims": {"grace": "PT5S"},
    "purchase_abandonment": {"cart": "PT12S", "checkout": "PT8S", "payment": "PT6S"},
}
"""A demonstration's: what takes hours in a shop takes seconds."""

STRICT: dict[str, dict[str, Any]] = {
    "first_response": {
        "targets": [{"channel": "chat", "tier": "gold", "within": "PT1M"}, {"theme": "billing", "within": "PT10M"}, {"within": "PT2H"}],
        "at_risk": "0.5",
        "keep": "P2D",
    },
    "resolution": {"targets": [{"channel": ["chat", "voice"], "within": "PT4H"}, {"tier": "silver", "within": "P1D"}], "at_risk": "0.9"},
    "conflicting_claims": {"grace": "PT1H", "instant_tolerance": "PT20M", "holds": "P3D"},
    "purchase_abandonment": {"cart": "PT90M", "checkout": "PT15M", "payment": "PT2M", "lost_after": "P2D", "at_risk": "0.3"},
}
"""No number is the default, and tiers and themes have targets of their own."""


def _policy(detectors: dict[str, dict[str, Any]], lateness: str = "PT2S") -> Policy:
    channels = {channel: {"lateness": lateness} for channel in FEEDS}
    return Policy.model_validate({"version": "test", "channels": channels, "detectors": detectors})


def _history(policy: Policy, seed: int, days: int) -> Plan:
    targets = Targets.of(policy)
    return Plan(customers=500, start=START, length=days * DAY, seed=seed, planted=0.3, heartbeat=6 * HOUR, targets=targets)


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize(
    ("policy", "days"),
    [
        pytest.param(_policy({}), 9, id="the defaults"),
        pytest.param(_policy(STRICT, "PT5S"), 5, id="a policy of which every number is another"),
    ],
)
def test_history_is_told_as_it_was_planted(policy: Policy, days: int, seed: int) -> None:
    score, truth = judged(_history(policy, seed, days), policy)
    assert score.missed == []
    assert score.invented == []
    assert {one.label for one in truth} >= {plant.__name__ for plant in plants(DETECTORS)}
    assert all(tally.found >= 20 and tally.near_misses >= 5 for tally in score.detectors.values())


@pytest.mark.parametrize("seed", [1, 2])
def test_a_minute_of_live_traffic_with_short_targets_is_told_as_it_was_planted(seed: int) -> None:
    policy = _policy(SHORT)
    plan = Plan(customers=2000, start=START, length=60_000, rate=200, seed=seed, planted=0.2, heartbeat=1000, targets=Targets.of(policy))
    score, _ = judged(plan, policy)
    assert score.missed == []
    assert score.invented == []
    assert all(tally.found >= 5 and tally.near_misses >= 1 for tally in score.detectors.values())


def test_nothing_is_told_of_traffic_in_which_nothing_was_planted() -> None:
    policy = _policy({})
    plan = Plan(customers=500, start=START, length=5 * DAY, planted=0, heartbeat=6 * HOUR, targets=Targets.of(policy))
    score, truth = judged(plan, policy)
    assert score.perfect
    assert truth == []


def test_detectors_that_promise_something_else_than_the_simulated_company_are_found_out() -> None:
    plan = _history(_policy({}), 1, 2)
    otherwise: dict[str, dict[str, Any]] = {
        "first_response": {"targets": [{"channel": "chat", "within": "PT5M10S"}, {"within": "PT1H"}]},
        "conflicting_claims": {"grace": "PT1H"},
        "purchase_abandonment": {"cart": "PT59M"},
    }
    score, _ = judged(plan, _policy(otherwise))
    mistaken = {mistake.matter.detector for mistake in (*score.missed, *score.invented)}
    assert mistaken == set(otherwise)


def test_a_detector_that_is_turned_off_is_not_planted_for() -> None:
    policy = _policy({"first_response": {"enabled": False}, "purchase_abandonment": {"enabled": False}})
    score, truth = judged(_history(policy, 1, 2), policy)
    assert score.perfect
    assert {one.detector for one in truth} == {"resolution", "conflicting_claims"}
