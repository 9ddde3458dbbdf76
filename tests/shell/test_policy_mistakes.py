"""Each mistake in a policy file is told with its place, its field and what to write instead; all of them at once."""

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.policy import Policy, Section, Severity, TargetRule
from streams.detection.detector import DetectorPolicy
from streams.policy_file import PolicyInvalid, check, check_policy, load_policy


class Signals(Section):
    weights: tuple[float, ...] = ()


class Waiting(DetectorPolicy):
    """A section as detectors have them."""

    targets: tuple[TargetRule, ...] = ()
    signals: Signals = Signals()


def told(text: str) -> list[str]:
    checked = check(text, "p.yaml", {"waiting": Waiting})
    assert (checked.policy is None) == bool(checked.mistakes)
    return [str(mistake) for mistake in checked.mistakes]


NAME = "must begin with a small letter and hold at most 63 of a-z, 0-9, _ and -"
HEAD = "version: '1'\nchannels: {chat: {}}\n"


def test_a_right_one_is_the_policy_it_describes() -> None:
    text = "version: v7\nchannels:\n  chat: {}\n  e-mail: {lateness: PT1M}\nwindow: P2D\n"
    expected = Policy.model_validate({"version": "v7", "channels": {"chat": {}, "e-mail": {"lateness": "PT1M"}}, "window": "P2D"})
    assert check(text, "p.yaml", {}).policy == expected


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("windw: P1D", "3:1: windw: is not known here; did you mean window?"),
        ("window: 30m", "3:9: window: must be an ISO 8601 duration such as PT30M or P7D (write PT30M), not '30m'"),
        ("window: 2 days", "3:9: window: must be an ISO 8601 duration such as PT30M or P7D (write P2D), not '2 days'"),
        ("window: 30", "3:9: window: must be an ISO 8601 duration such as PT30M or P7D, not 30"),
        ("window: P32D", "3:9: window: must be less than or equal to P31D, not 'P32D'"),
        ("tiers: [gold, Silver]", f"3:15: tiers.1: {NAME}, not 'Silver'"),
        ("tiers: [1]", "3:9: tiers.0: must be text, not 1: put it in quotes"),
        ("tiers: gold", "3:8: tiers: must be a list, not 'gold'"),
        ("severity: {hi: 1, warning: 9}", "3:12: severity.hi: is not known here; known here: " + ", ".join(sorted(Severity.model_fields))),
        ("severity: {warning: 101}", "3:21: severity.warning: must be less than or equal to 100, not 101"),
        ("severity: {warning: high}", "3:21: severity.warning: must be a whole number, not 'high'"),
        ("severity: {high_value: .nan}", "3:24: severity.high_value: must be a finite number, not nan"),
        ("severity: {warning: 80, critical: 20}", "3:11: severity: warning must not be above critical"),
        ("severity: {tier_weights: {Gold: 1}}", f"3:27: severity.tier_weights.Gold: {NAME}, not 'Gold'"),
        ("severity:", "3:1: severity: must be a mapping (name: value), not nothing: write {} for the defaults"),
        ("detectors: {witing: {}}", "3:13: detectors.witing: there is no such detector; did you mean waiting?"),
        ("detectors: {waiting: 7}", "3:22: detectors.waiting: must be a mapping (name: value), not 7"),
        ("detectors: {waiting: {enabled: maybe}}", "3:32: detectors.waiting.enabled: must be true or false, not 'maybe'"),
        (
            "detectors: {waiting: {signals: {wieghts: []}}}",
            "3:33: detectors.waiting.signals.wieghts: is not known here; did you mean weights?",
        ),
        ("detectors: {waiting: {targets: [{within: PT1M}, {}]}}", "3:49: detectors.waiting.targets.1.within: is missing"),
        (
            "detectors: {waiting: {targets: [{chanel: a, within: PT1M}]}}",
            "3:34: detectors.waiting.targets.0.chanel: is not known here; did you mean channel?",
        ),
        ("window: PT2H\nwindow: PT1H", "4:1: window: stands here a second time; the first is in line 3"),
        ("window: &x [*x]", "3:9: window.0: is an alias of something that it is a part of"),
        ("window: !money 3", "3:9: is not YAML: could not determine a constructor for the tag '!money'"),
        (
            "window: [P1D",
            "4:1: is not YAML: expected ',' or ']', but got '<stream end>' while parsing a flow sequence that begins in line 3",
        ),
        ("window: 2026-02-30", "3:9: is not YAML: 2026-02-30 is no timestamp"),
        ("window: !!bool si", "3:9: is not YAML: si is no bool"),
        ("severity: {[a]: 1}", "3:12: severity: has a list or a mapping where a name must stand"),
        ("window: " + 1_000 * "[", " is nested too deeply"),
        ("window:\tP1D", "3:8: is not YAML: found character '\\t' that cannot start any token"),
        ("--- {}", "3:1: is not YAML: but found another document expected a single document in the stream that begins in line 1"),
        ("window: \x01", " is not YAML: unacceptable character #x0001: special characters are not allowed"),
    ],
)
def test_a_mistake_is_told_with_its_place(line: str, said: str) -> None:
    assert told(HEAD + line + "\n") == [f"p.yaml:{said}"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "p.yaml: must hold a mapping that begins with `version:` and `channels:`, not nothing"),
        ("# only a comment\n", "p.yaml: must hold a mapping that begins with `version:` and `channels:`, not nothing"),
        ("- chat\n", "p.yaml:1:1: must hold a mapping that begins with `version:` and `channels:`, not a list"),
        ("version: 2026-03-01\nchannels: {chat: {}}", "p.yaml:1:10: version: must be text, not the date 2026-03-01: put it in quotes"),
        ("version: 1.10\nchannels: {chat: {}}", "p.yaml:1:10: version: must be text, not 1.10: put it in quotes"),
        ("version: a\nchannels: {}", "p.yaml:2:11: channels: names no channel: there is nothing to watch"),
        ("channels: {chat: {}}", "p.yaml:1:1: version: is missing"),
    ],
)
def test_a_file_that_is_no_policy_at_all_is_told_so(text: str, said: str) -> None:
    assert told(text) == [said]


def test_all_mistakes_are_told_at_once_in_order_of_their_lines() -> None:
    text = "version: 1\nwindow: 7\nchannels:\n  chat: {latenes: PT1S}\n  chat: {}\ndetectors:\n  waiting: {enabled: 3}\n  x: {}\n"
    assert [mistake.split(": ")[0] for mistake in told(text)] == [
        "p.yaml:1:10",
        "p.yaml:2:9",
        "p.yaml:4:10",
        "p.yaml:5:3",
        "p.yaml:7:22",
        "p.yaml:8:3",
    ]


def test_a_fraction_is_read_exactly() -> None:
    checked = check("version: '1'\nchannels: {chat: {}}\nseverity: {high_value_weight: 1.1, high_value: 1e3}\n", "p.yaml", {})
    assert checked.policy is not None
    assert (checked.policy.severity.high_value_weight, checked.policy.severity.high_value) == (Decimal("1.1"), Decimal(1000))


def test_a_part_that_is_said_once_and_used_twice_is_no_doubled_key() -> None:
    text = "version: '1'\nchannels:\n  chat: &slow {lateness: PT5S}\n  email: *slow\n  web: {<<: *slow, lateness: PT6S}\n"
    checked = check(text, "p.yaml", {})
    assert checked.policy is not None
    assert checked.policy.lateness == {"chat": 5_000, "email": 5_000, "web": 6_000}


PIECES = [
    "version",
    "channels",
    "detectors",
    "waiting",
    ": ",
    "\n",
    "  ",
    "- ",
    "{",
    "}",
    "[",
    "]",
    ", ",
    "&a ",
    "*a",
    "<<",
    "!!int ",
    "'",
    "PT1M",
    "7",
]


@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=30).map("".join))
def test_no_text_is_more_than_a_mistake(text: str) -> None:
    checked = check(text, "p.yaml", {"waiting": Waiting})
    assert (checked.policy is None) == bool(checked.mistakes)


def test_a_file_that_cannot_be_read_is_a_mistake_without_a_line(tmp_path: Path) -> None:
    latin = tmp_path / "latin.yaml"
    latin.write_bytes(b"version: \xe9")
    for path, said in (
        (tmp_path / "none.yaml", "cannot be read: No such file or directory"),
        (tmp_path, "cannot be read: Is a directory"),
        (latin, "is not UTF-8: byte 9 cannot be"),
    ):
        with pytest.raises(PolicyInvalid) as invalid:
            load_policy(path)
        assert str(invalid.value) == f"{path}: {said}"


def test_the_exception_holds_every_mistake_a_line_each(tmp_path: Path) -> None:
    path = tmp_path / "policy.yaml"
    path.write_text("version: 1\nchannels: {}\n")
    with pytest.raises(PolicyInvalid) as invalid:
        load_policy(path)
    assert str(invalid.value).splitlines() == [str(mistake) for mistake in check_policy(path).mistakes]
    assert [mistake.field for mistake in invalid.value.mistakes] == ["version", "channels"]
