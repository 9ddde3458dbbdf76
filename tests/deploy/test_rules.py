"""Prometheus's rules: each name exists, each rule is tested, and whoever is woken is told what to do."""

import collections
import re
import shutil
import subprocess

import pytest

from tests.deploy.promql import Unknown, labels_of
from tests.deploy.rules import ALERTS, FOLDER, RECORDED, read, rules, series
from tests.deploy.series import DETECTORS, REPOSITORY, shown

NAMES = {rule["alert"] for rule in ALERTS}
needs_promtool = pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is missing (Debian: apt install prometheus)")
needs_amtool = pytest.mark.skipif(shutil.which("amtool") is None, reason="amtool is missing (Debian: apt install prometheus-alertmanager)")


def run(*command: str) -> str:
    ended = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    said = ended.stdout + ended.stderr
    assert ended.returncode == 0, said
    return said


@pytest.mark.parametrize("rule", list(rules()), ids=lambda rule: rule.get("alert") or rule["record"])
def test_every_metric_and_label_is_one_that_workers_show(rule: dict[str, str]) -> None:
    labels_of(rule["expr"], series())


@pytest.mark.parametrize("rule", ALERTS, ids=lambda rule: rule["alert"])
def test_an_alert_says_what_is_wrong_and_what_to_do_first(rule: dict[str, dict[str, str]]) -> None:
    assert rule["labels"]["severity"] in {"warning", "critical"}
    assert set(rule["annotations"]) == {"summary", "action", "runbook"}
    for name in ("summary", "action"):
        assert rule["annotations"][name].endswith(".")
    used = set(re.findall(r"\$labels\.(\w+)", rule["annotations"]["summary"]))
    assert used <= set(labels_of(str(rule["expr"]), series()))


def test_a_renamed_metric_is_noticed() -> None:
    """Each that the rules name, one after the other, under another name."""
    used = {name for name in shown() for rule in rules() if re.search(rf"\b{name}\b", rule["expr"])}
    assert len(used) > 15
    for name in used:
        renamed = {("renamed_" if known == name else "") + known: labels for known, labels in series().items()}
        with pytest.raises(Unknown, match=name):
            [labels_of(rule["expr"], renamed) for rule in rules()]


def test_the_families_lists_of_detectors_are_the_detectors_own() -> None:
    found = {
        rule["labels"]["family"]: set(re.findall(r'detector=~"([^"]*)"', rule["expr"])[0].split("|"))
        for rule in RECORDED
        if rule["record"] == "family:throughline_open_alerts:sum"
    }
    own = collections.defaultdict(set)
    for detector in DETECTORS:
        own[detector.family.value].add(detector.name)
    assert found == own


def test_every_alert_is_tested_quiet_firing_and_where_there_are_no_metrics() -> None:
    quiet: set[str] = set()
    firing: set[str] = set()
    absent: set[str] = set()
    for path in (FOLDER / "tests").glob("*.yml"):
        for case in read(path)["tests"]:
            for asked in case.get("alert_rule_test", ()):
                if not case["input_series"]:
                    absent.add(asked["alertname"])
                elif asked["exp_alerts"]:
                    firing.add(asked["alertname"])
                else:
                    quiet.add(asked["alertname"])
    assert quiet == firing == absent == NAMES


@pytest.mark.parametrize("rule", [rule for rule in ALERTS if "for" in rule], ids=lambda rule: rule["alert"])
def test_an_alert_that_waits_is_asked_while_it_waits(rule: dict[str, str]) -> None:
    """Quiet still, within its `for`, in the very case in which it fires."""
    waited = 0
    for path in (FOLDER / "tests").glob("*.yml"):
        for case in read(path)["tests"]:
            asked = [one for one in case.get("alert_rule_test", ()) if one["alertname"] == rule["alert"]]
            firing = [_minutes(one["eval_time"]) for one in asked if one["exp_alerts"]]
            if firing and case["input_series"]:
                quiet = [_minutes(one["eval_time"]) for one in asked if not one["exp_alerts"]]
                assert len(quiet) >= 2, "before it is true, and while it waits"
                assert min(firing) - _minutes(rule["for"]) <= max(quiet) < min(firing)
                waited += 1
    assert waited


def _minutes(duration: str) -> int:
    assert duration.endswith("m")
    return int(duration.removesuffix("m"))


def test_everything_recorded_is_tested() -> None:
    asked = {asked["expr"] for case in read(FOLDER / "tests" / "recording.yml")["tests"] for asked in case["promql_expr_test"]}
    assert asked == {rule["record"] for rule in RECORDED}


def test_what_is_inhibited_exists() -> None:
    inhibits = read(REPOSITORY / "deploy" / "alertmanager" / "alertmanager.yml")["inhibit_rules"]
    matchers = [matcher for rule in inhibits for matcher in (*rule["source_matchers"], *rule["target_matchers"])]
    assert {name for matcher in matchers for name in re.findall(r"Throughline\w+", matcher)} <= NAMES


@needs_promtool
def test_promtool_accepts_configuration_and_rules() -> None:
    said = run("promtool", "check", "config", "deploy/prometheus/prometheus.yml")
    assert f"{len(list((FOLDER / 'rules').glob('*.yml')))} rule files found" in said


@needs_promtool
def test_promtool_runs_the_rules_tests() -> None:
    run("promtool", "test", "rules", *(str(path) for path in sorted((FOLDER / "tests").glob("*.yml"))))


@needs_amtool
def test_amtool_accepts_the_alertmanagers_configuration() -> None:
    run("amtool", "check-config", "deploy/alertmanager/alertmanager.yml")
