"""The commands as their users run them: what they say, what they write, how they end."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from schemas.instant import MINUTE, format_instant
from tests.cli.running import Lines, throughline, written

NINE = 1_772_355_600_000
POLICY = """\
version: test
channels: {chat: {}, voice: {}}
detectors: {first_response: {targets: [{within: PT5M}]}}
"""


def event(number: int, kind: str, at: int, **data: object) -> dict[str, object]:
    return {
        "specversion": "1.0", "id": f"e{number}", "source": "test", "type": f"io.throughline.{kind}.v1",
        "time": format_instant(at), "customerid": "c-17", "data": data,
    }  # fmt: skip


LATE_ANSWER: Lines = [
    {"topic": "touchpoints.chat", "value": event(1, "conversation.opened", NINE, conversation_id="k", theme="bill")},
    {"topic": "touchpoints.chat", "value": event(2, "message.sent", NINE + 1, conversation_id="k", author="customer")},
    {"topic": "touchpoints.voice", "value": event(3, "message.sent", NINE + 6 * MINUTE, conversation_id="k", author="agent")},
]
REFUSED: Lines = [
    {"topic": "touchpoints.chat", "timestamp": NINE, "value": "garbage"},
    {"topic": "touchpoints.chat", "timestamp": NINE, "value": event(4, "message.sent", NINE, conversation_id="k", author="ghost")},
]


@pytest.fixture
def log(tmp_path: Path) -> str:
    return written(tmp_path / "log.jsonl", LATE_ANSWER)


@pytest.fixture
def policy(tmp_path: Path) -> str:
    (tmp_path / "policy.yaml").write_text(POLICY)
    return str(tmp_path / "policy.yaml")


@pytest.mark.parametrize(
    "command",
    [
        "demo",
        "worker",
        "replay",
        "journey",
        "validate",
        "produce",
        "dump",
        "simulate",
        "score",
        "policy check",
        "schemas check",
        "schemas export",
        "lag",
        "alerts tail",
        "alerts active",
        "dead-letters list",
        "dead-letters show",
        "dead-letters replay",
        "dead-letters purge",
    ],
)
def test_every_command_explains_itself_with_an_example(command: str) -> None:
    told = throughline(*command.split(), "--help")
    assert told.exit_code == 0
    assert f"throughline {command}" in told.stdout.partition("Example")[2] or command == "worker"


def test_replay_writes_alerts_that_are_a_log_and_the_same_to_the_byte(tmp_path: Path, log: str, policy: str) -> None:
    for out in ("a.jsonl", "b.jsonl"):
        assert throughline("replay", log, "--policy", policy, "--alerts", str(tmp_path / out), "--summary", "none").exit_code == 0
    assert (tmp_path / "a.jsonl").read_bytes() == (tmp_path / "b.jsonl").read_bytes()
    alerts = [json.loads(line) for line in (tmp_path / "a.jsonl").read_bytes().splitlines()]
    assert [(a["topic"], a["key"], a["value"]["data"]["state"]) for a in alerts] == [
        ("alerts.slow-response", "c-17", state) for state in ("at_risk", "breached", "met_late")
    ]
    assert [a["timestamp"] - NINE for a in alerts][1:] == [5 * MINUTE, 6 * MINUTE]


def test_replay_writes_what_could_not_be_used_as_dead_letters(tmp_path: Path) -> None:
    log = written(tmp_path / "log", LATE_ANSWER + REFUSED)
    told = throughline("replay", log, "--dead-letters", str(tmp_path / "dead"), "--summary", "json")
    assert json.loads(told.stdout)["refused"] == {"chat": {"not_json": 1, "schema_violation": 1}}
    dead = [json.loads(line) for line in (tmp_path / "dead").read_bytes().splitlines()]
    assert [line["value"] for line in dead] == [line["value"] for line in REFUSED]
    assert [line["headers"]["throughline.error.class"] for line in dead] == ["not_json", "schema_violation"]


def test_replay_until_an_instant_settles_what_lies_before_it(log: str, policy: str) -> None:
    until = format_instant(NINE + 5 * MINUTE)
    told = json.loads(throughline("replay", log, "--policy", policy, "--until", until, "--summary", "json").stdout)
    assert (told["until"], told["alerts"]) == (until, {"first_response": {"opened": 1}})


def test_the_summary_is_a_table_for_people(log: str, policy: str) -> None:
    told = throughline("replay", log, "--policy", policy)
    assert "What was found" in told.stdout
    assert "first_response" in told.stdout


def test_alerts_on_standard_output_leave_the_summary_to_standard_error(log: str, policy: str) -> None:
    told = throughline("replay", log, "--policy", policy, "--alerts", "-")
    assert all(json.loads(line)["topic"] == "alerts.slow-response" for line in told.stdout.splitlines())
    assert "What was found" in told.stderr


def test_validate_names_each_refused_event_by_line_and_field(tmp_path: Path) -> None:
    log = written(tmp_path / "log", LATE_ANSWER + REFUSED)
    told = throughline("validate", log)
    assert told.exit_code == 1
    first, second = told.stdout.splitlines()
    assert first.startswith(f"{log}:4: not_json: ")
    assert second.startswith(f"{log}:5: schema_violation: data.author: ")
    assert "2 of 5 events would be refused" in told.stderr


def test_validate_of_a_good_log_is_silent_success(log: str) -> None:
    told = throughline("validate", log)
    assert (told.exit_code, told.stdout, told.stderr) == (0, "", "all 3 events would be accepted\n")


def test_a_journey_shows_touchpoints_and_alerts_where_they_happened(log: str, policy: str) -> None:
    told = throughline("journey", log, "--customer", "c-17", "--policy", policy, "--json")
    shown = [(entry["at"], entry["what"]) for entry in json.loads(told.stdout)["entries"]]
    assert [what for _, what in shown] == [
        "conversation.opened", "message.sent", "first_response at_risk", "first_response breached",
        "message.sent", "first_response met_late",
    ]  # fmt: skip
    assert shown == sorted(shown, key=lambda entry: entry[0])
    assert "Clocks that have ended" in throughline("journey", log, "--customer", "c-17", "--policy", policy).stdout


def test_a_customer_of_whom_the_log_knows_nothing_ends_with_1(log: str) -> None:
    told = throughline("journey", log, "--customer", "c-18")
    assert (told.exit_code, told.stderr) == (1, "throughline: the log knows nothing of customer c-18\n")


def test_a_policy_is_checked_line_by_line(tmp_path: Path, policy: str) -> None:
    assert throughline("policy", "check", policy).exit_code == 0
    (tmp_path / "wrong.yaml").write_text(POLICY.replace("PT5M", "five minutes"))
    told = throughline("policy", "check", str(tmp_path / "wrong.yaml"))
    assert told.exit_code == 1
    assert f"{tmp_path / 'wrong.yaml'}:3:" in told.stdout
    assert "detectors.first_response.targets.0.within" in told.stdout


def test_schemas_are_exported_and_a_break_is_found(tmp_path: Path) -> None:
    assert throughline("schemas", "export", str(tmp_path)).exit_code == 0
    assert throughline("schemas", "check", "--published", str(tmp_path)).exit_code == 0
    file = tmp_path / "alert.v1.json"
    file.write_text(file.read_text().replace('"summary"', '"sentence"'))
    told = throughline("schemas", "check", "--published", str(tmp_path))
    assert told.exit_code == 1
    assert "alert.v1.json: data.sentence" in told.stdout


def test_simulated_traffic_is_a_log_that_validates(tmp_path: Path) -> None:
    out, truth = tmp_path / "shop.jsonl.zst", tmp_path / "truth.jsonl"
    assert throughline("simulate", "--customers", "20", "--days", "0.5", "--out", str(out), "--truth", str(truth)).exit_code == 0
    assert throughline("validate", str(out)).exit_code == 0
    assert truth.exists()


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        pytest.param(["replay", "nowhere.jsonl"], "throughline: nowhere.jsonl: no such file or directory\n", id="a file that is not there"),
        pytest.param(["replay", "{log}", "--policy", "none.yaml"], "none.yaml: cannot be read", id="a policy that is not there"),
        pytest.param(["replay", "{broken}"], ":1: is not JSON", id="a file that is no log"),
        pytest.param(["validate", "{broken}"], ":1: is not JSON", id="no verdict on a file that is no log"),
        pytest.param(["replay", "{log}", "--until", "noon"], "no time", id="a time that is none"),
        pytest.param(["replay", "{alerts}"], "there is nothing to read", id="a log without touchpoints"),
        pytest.param(["journey", "{log}"], "--customer ID or --anonymous ID", id="a journey of nobody"),
        pytest.param(["policy", "check", "none.yaml"], "there is no such file", id="no policy to check"),
        pytest.param(["repaly"], "replay", id="a command that is none"),
    ],
)
def test_what_cannot_be_begun_ends_with_2_and_one_clear_sentence(tmp_path: Path, log: str, arguments: list[str], text: str) -> None:
    (tmp_path / "broken").write_text("{")
    written(tmp_path / "alerts", [{"topic": "alerts.active", "timestamp": 1, "value": None}])
    places = {"log": log, "broken": str(tmp_path / "broken"), "alerts": str(tmp_path / "alerts")}
    told = throughline(*(argument.format(**places) for argument in arguments))
    assert told.exit_code == 2
    assert text in " ".join(told.stderr.replace("│", " ").split()) + "\n"
    assert "Traceback" not in told.stderr


def test_a_reader_that_leaves_early_is_no_error(log: str, policy: str) -> None:
    command = f"{sys.executable} -m streams.cli replay {log} --policy {policy} --alerts - --summary none | head -c 1"
    told = subprocess.run(["sh", "-c", command], capture_output=True, check=False)
    assert (told.returncode, told.stdout, told.stderr) == (0, b"{", b"")


def test_help_needs_no_core() -> None:
    program = (
        "import sys; import streams.cli.app; print([m for m in ('pydantic', 'faust', 'confluent_kafka', 'msgspec') if m in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, text=True)
    assert told.stdout == "[]\n"
