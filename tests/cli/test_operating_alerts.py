"""Alerts by hand: followed as they come, counted as they are open now."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from schemas.alert import ACTIVE_TOPIC, AlertEvent, Family
from streams.broker import EmbeddedBroker
from streams.logs.file import LogRecord
from tests.cli.letters import produce
from tests.cli.running import throughline
from tests.engine.live import now

pytestmark = pytest.mark.slow

NOW = now()
TOPICS = {**dict.fromkeys((family.topic for family in Family), 2), "alerts.active": 2}


def told(number: int, word: str, at: int, **data: Any) -> list[LogRecord]:
    """As a worker writes it."""
    about: dict[str, Any] = {
        "alert_id": f"00000000-0000-0000-0000-{number:012}", "revision": 0, "detector": "first_response", "policy_version": "test",
        "customer": f"c-{number}", "anonymous": False, "channels": ["chat"], "subject": {"kind": "conversation", "id": "k"},
        "severity": {"level": "warning", "number": 60}, "summary": f"Sentence {number}.", "state": "breached", "opened_at": at,
        "evidence": [], "runbook": "",
    }  # fmt: skip
    event = AlertEvent.model_validate(
        {"id": str(number), "source": "urn:test", "type": f"io.throughline.alert.{word}.v1", "time": at, "data": about | data}
    )
    value = event.model_dump_json(exclude_none=True).encode()
    return [
        LogRecord(Family.SLOW_RESPONSE.topic, number % 2, 0, at, event.data.customer.encode(), value),
        LogRecord(ACTIVE_TOPIC, number % 2, 0, at, str(event.data.alert_id).encode(), value if word in ("opened", "updated") else None),
    ]


HISTORY = [
    *told(1, "opened", NOW - 7_200_000),
    *told(2, "opened", NOW - 3_000, severity={"level": "critical", "number": 90}),
    *told(4, "opened", NOW - 2_000, detector="resolution", customer="\x1b[31mred"),
    *told(6, "opened", NOW - 1_500),
    *told(6, "resolved", NOW - 1_000, revision=1, ended_at=NOW - 1_000),
]


@pytest.fixture(scope="module")
def kafka() -> Iterator[str]:
    with EmbeddedBroker(TOPICS) as broker:
        produce(broker.address, HISTORY)
        yield broker.address


def tailed(kafka: str, lines: int, *options: str) -> list[str]:
    """So many lines, and how it ends at Ctrl-C."""
    command = [sys.executable, "-m", "streams.cli", "alerts", "tail", "--kafka", kafka, *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]) as process:
        assert process.stdout is not None
        read = [process.stdout.readline() for _ in range(lines)]
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate(timeout=30)
        assert (process.returncode, rest) == (0, "")
    return read


def test_tail_tells_what_was_told_since_and_ends_quietly_at_ctrl_c(kafka: str) -> None:
    lines = tailed(kafka, 4, "--since", "1h")
    assert [line.split("  ")[1].strip() for line in lines] == ["opened", "opened", "opened", "resolved"]
    assert lines[0].endswith("critical 90   first_response breached  c-2  conversation k  Sentence 2.\n")


def test_tail_chooses_by_family_detector_severity_and_customer(kafka: str) -> None:
    chosen = ["--since", "3h", "--family", "slow-response", "--detector", "first_response", "--severity", "warning", "--customer", "c-1"]
    (line,) = tailed(kafka, 1, *chosen, "--format", "json")
    assert json.loads(line)["data"]["customer"] == "c-1"


def test_an_id_cannot_steer_the_terminal(kafka: str) -> None:
    (line,) = tailed(kafka, 1, "--since", "3h", "--detector", "resolution")
    assert r"\x1b[31mred" in line
    assert "\x1b" not in throughline("alerts", "active", "--each", "--kafka", kafka).stdout


def test_active_counts_what_is_not_over(kafka: str) -> None:
    table = throughline("alerts", "active", "--kafka", kafka)
    assert table.exit_code == 0
    counts = [[cell.strip() for cell in row.split("│")[1:-1]] for row in table.stdout.splitlines() if row.startswith("│")]
    assert [row[:5] for row in counts] == [["first_response", "1", "1", "", "2"], ["resolution", "", "1", "", "1"]]
    each = throughline("alerts", "active", "--format", "json", "--severity", "warning", "--kafka", kafka).stdout.splitlines()
    assert [json.loads(line)["data"]["summary"] for line in each] == ["Sentence 1.", "Sentence 4."], "the longest open first"


def test_what_is_no_alert_of_ours_is_passed_over_and_said() -> None:
    with EmbeddedBroker(TOPICS) as broker:
        produce(broker.address, [LogRecord("alerts.active", 0, 0, NOW, b"x", b"{}"), *told(1, "opened", NOW)])
        found = throughline("alerts", "active", "--each", "--kafka", broker.address)
    assert (found.stderr, found.stdout.count("Sentence")) == ("1 records are no alerts of ours, and passed over\n", 1)


@pytest.mark.parametrize(
    ("option", "says"),
    [
        ("tail --family slow", "there is no family 'slow': it is one of abandonment-risk, inconsistency, slow-response"),
        ("active --detector nope", "there is no detector 'nope': it is one of conflicting_claims"),
        ("active --severity bad", "there is no severity 'bad': it is one of critical, info, warning"),
    ],
)
def test_what_there_is_not_is_said_before_kafka_is_asked(option: str, says: str) -> None:
    found = throughline("alerts", *option.split(), "--kafka", "127.0.0.1:1")
    assert (found.exit_code, says in found.stderr) == (2, True)
