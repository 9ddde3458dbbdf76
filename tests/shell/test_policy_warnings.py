"""What a policy says in vain is pointed out: rules that can never match, names it does not know."""

import pytest
from pydantic import Field

from schemas.policy import Policy, Section, TargetRule
from streams.detection.detector import DetectorPolicy
from streams.policy_file import check, warnings


class Inner(Section):
    total: tuple[TargetRule, ...] = ()


class Waiting(DetectorPolicy):
    severity: dict[str, int] = Field(default_factory=lambda: {"breached": 60})
    targets: tuple[TargetRule, ...] = (TargetRule.model_validate({"channel": "telex", "within": "PT1M"}),)
    inner: Inner = Inner()


def warned(section: str, top: str = "") -> list[str]:
    """The section's first line is line 5."""
    head = "version: '1'\nchannels: {chat: {}, email: {}, voice: {}}\ntiers: [gold, silver]\ndetectors: {waiting: {\n"
    checked = check(f"{head}{section}}}}}\n{top}", "p.yaml", {"waiting": Waiting})
    assert checked.mistakes == ()
    assert checked.policy is not None
    return [str(warning) for warning in checked.warnings]


def rules(*lines: str) -> str:
    return "targets: [\n" + "".join(f"{{{line}, within: PT1M}},\n" for line in lines) + "]"


@pytest.mark.parametrize(
    ("lines", "never"),
    [
        (["channel: chat", "channel: email"], {}),
        (["channel: chat, tier: gold", "channel: chat"], {}),
        (["channel: chat", "channel: chat, tier: gold"], {2: "1"}),
        (["tier: gold", "channel: [chat, email], tier: gold, theme: returns"], {2: "1"}),
        (["channel: [chat, email]", "channel: [email, voice]"], {}),
        (["channel: chat", "channel: email", "channel: [chat, email]", "channel: voice"], {3: "1 and 2"}),
        (["channel: [chat, email, voice]", "priority: high", "theme: returns"], {2: "1", 3: "1"}),
        (["tier: gold", "tier: silver", "channel: chat"], {}),
        (["priority: high", "priority: high", "priority: [high, low]"], {2: "1"}),
    ],
)  # fmt: skip
def test_a_rule_behind_those_that_match_all_it_matches_can_never_match(lines: list[str], never: dict[int, str]) -> None:
    assert warned(rules(*lines)) == [
        f"p.yaml:{5 + number}:1: detectors.waiting.targets.{number - 1}: can never match: "
        f"what it matches is matched before it, by rule {before} of this list"
        for number, before in never.items()
    ]


def test_lists_of_rules_are_found_in_the_sections_within() -> None:
    assert warned("inner: {total: [{within: PT1M}, {tier: gold, within: PT1M}]}") == [
        "p.yaml:5:33: detectors.waiting.inner.total.1: can never match: what it matches is matched before it, by rule 1 of this list"
    ]


def test_a_rule_for_a_channel_that_is_not_watched_can_never_match() -> None:
    assert warned(rules("channel: emial")) == [
        "p.yaml:6:1: detectors.waiting.targets.0: can never match: it names no channel of the policy",
        "p.yaml:6:11: detectors.waiting.targets.0.channel.emial: emial is no channel that the policy names; did you mean email?",
    ]


def test_one_unknown_name_among_known_ones_is_pointed_out() -> None:
    assert warned(rules("channel: [chat, fax], tier: [gold, gild]")) == [
        "p.yaml:6:11: detectors.waiting.targets.0.channel.fax: fax is no channel that the policy names; known here: chat, email, voice",
        "p.yaml:6:30: detectors.waiting.targets.0.tier.gild: gild is no tier that the policy names; did you mean gold?",
    ]


def test_a_severity_for_a_state_that_the_detector_does_not_have_is_pointed_out() -> None:
    assert warned("severity: {breeched: 3}") == [
        "p.yaml:5:22: detectors.waiting.severity.breeched: breeched is no state of this detector; did you mean breached?"
    ]


def test_a_severity_for_a_reason_of_a_state_is_no_mistake() -> None:
    assert warned("severity: {breached: 3, breached/at_night: 2}") == []


def test_a_weight_for_a_tier_that_is_not_named_is_pointed_out() -> None:
    assert warned("enabled: true", "severity: {tier_weights: {gold: 2, bronze: 1}}") == [
        "p.yaml:6:44: severity.tier_weights.bronze: bronze is no tier that the policy names; known here: gold, silver"
    ]


def test_a_detector_that_is_turned_off_and_rules_that_are_the_defaults_are_left_alone() -> None:
    assert warned("enabled: false, " + rules("channel: fax")) == []
    assert warned("enabled: true") == []


def test_a_policy_without_its_file_is_warned_of_all_the_same() -> None:
    policy = Policy.model_validate({"version": "1", "channels": {"chat": {}}, "tiers": ["gold"], "severity": {"tier_weights": {"gild": 2}}})
    assert [str(warning) for warning in warnings(policy)] == [
        "policy: severity.tier_weights.gild: gild is no tier that the policy names; did you mean gold?"
    ]
