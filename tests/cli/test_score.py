"""Simulate, replay, score: what was planted is found; what was not told, or told beside it, ends with 1."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

from tests.cli.running import throughline

POLICY = """\
version: strict
channels: {{{channels}}}
tiers: [silver, gold]
detectors:
  first_response: {{targets: [{targets}]}}
  conflicting_claims: {{grace: PT1H}}
  purchase_abandonment: {{cart: PT90M}}
"""
CHANNELS = "web: {}, app: {}, chat: {}, voice: {}, email: {}, store: {}, social: {}, fulfilment: {}, billing: {}, marketing: {}"


class Judged:
    """A simulated day, replayed."""

    def __init__(self, folder: Path, policy: str) -> None:
        self.log, self.truth, self.alerts = (str(folder / name) for name in ("log.jsonl", "truth.jsonl", "alerts.jsonl"))
        (folder / "policy.yaml").write_text(policy)
        following = ["--policy", str(folder / "policy.yaml")]
        told = throughline("simulate", "--customers", "60", *following, "--out", self.log, "--truth", self.truth)
        assert told.exit_code == 0, told.stderr
        (self.until,) = re.findall(r"--until (\S+)", told.stderr)
        assert (
            throughline("replay", self.log, *following, "--alerts", self.alerts, "--until", self.until, "--summary", "none").exit_code == 0
        )

    def score(self) -> Result:
        return throughline("score", self.truth, self.alerts, "--until", self.until)

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in Path(self.alerts).read_text().splitlines()]

    def keep(self, lines: list[dict[str, Any]]) -> None:
        Path(self.alerts).write_text("".join(json.dumps(line) + "\n" for line in lines))


@pytest.fixture
def judged(tmp_path: Path) -> Judged:
    return Judged(tmp_path, POLICY.format(channels=CHANNELS, targets="{within: PT2H}"))


def test_what_a_policy_promises_is_what_is_planted_and_found(judged: Judged) -> None:
    told = judged.score()
    assert (told.exit_code, told.stderr) == (0, "")
    assert re.search(r"first_response +│ +[1-9]", told.stdout)
    assert "missed:" not in told.stdout


def test_what_was_never_told_is_listed_as_missed(judged: Judged) -> None:
    lines = judged.lines()
    gone = lines[0]["value"]["data"]
    judged.keep([line for line in lines if line["value"]["data"]["alert_id"] != gone["alert_id"]])
    told = judged.score()
    assert told.exit_code == 1
    (missed,) = [line for line in told.stdout.splitlines() if line.startswith(("missed: ", "invented: "))]
    assert missed.startswith(f"missed: {gone['detector']} {gone['subject']['kind']} {gone['subject']['id']} of {gone['customer']} (")
    assert missed.endswith("; told nothing")


def test_what_was_told_beside_the_truth_is_listed_as_invented(judged: Judged) -> None:
    lines = judged.lines()
    invented = json.loads(json.dumps(lines[0]))
    invented["value"]["data"]["customer"] = "c-nobody"
    judged.keep([*lines, invented])
    told = judged.score()
    assert told.exit_code == 1
    (listed,) = [line for line in told.stdout.splitlines() if line.startswith(("missed: ", "invented: "))]
    assert "of c-nobody (not planted): expected nothing; told opened" in listed


def test_other_topics_of_a_dump_are_passed_over(judged: Judged) -> None:
    active = {"topic": "alerts.active", "timestamp": 1, "key": "x", "value": None}
    touchpoint = {"topic": "touchpoints.chat", "timestamp": 1, "key": "c", "value": "garbage"}
    judged.keep([active, *judged.lines(), touchpoint])
    assert judged.score().exit_code == 0


@pytest.mark.parametrize(
    ("truth", "alerts", "said"),
    [
        pytest.param("{}", "", r"truth:1: is no line of a truth file: Object missing required field `label`", id="no truth"),
        pytest.param("", '{"topic": "alerts.inconsistency", "timestamp": 1, "value": {}}', r"alerts:1: is no alert event: ", id="no alert"),
        pytest.param("", "nonsense", r"alerts:1: is not JSON", id="no log"),
        pytest.param(None, "", r"truth: no such file or directory", id="no file"),
    ],
)
def test_what_cannot_be_judged_ends_with_2(tmp_path: Path, truth: str | None, alerts: str, said: str) -> None:
    if truth is not None:
        (tmp_path / "truth").write_text(truth)
    (tmp_path / "alerts").write_text(alerts)
    told = throughline("score", str(tmp_path / "truth"), str(tmp_path / "alerts"))
    assert told.exit_code == 2
    assert said in told.stderr


@pytest.mark.parametrize(
    ("channels", "targets", "said"),
    [
        pytest.param("chat: {}", "{within: PT2H}", "channels that the policy does not have: app, billing", id="a channel is missing"),
        pytest.param(CHANNELS, "{channel: chat, within: PT2H}", "promises no first response in email", id="a promise is missing"),
    ],
)
def test_a_policy_that_the_simulated_company_cannot_keep_ends_with_2(tmp_path: Path, channels: str, targets: str, said: str) -> None:
    (tmp_path / "policy.yaml").write_text(POLICY.format(channels=channels, targets=targets))
    told = throughline("simulate", "--policy", str(tmp_path / "policy.yaml"), "--out", str(tmp_path / "log"))
    assert told.exit_code == 2
    assert told.stderr.startswith(f"throughline: {tmp_path / 'policy.yaml'}: ")
    assert said in told.stderr
