"""One customer's journey out of Kafka is what the same records say as a log file."""

import json
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.decode import decode
from schemas.touchpoint import Touchpoint
from streams.broker import EmbeddedBroker
from streams.engine.held import CLOCK_KEY, Clock
from streams.kafka.journeys import may_concern
from streams.logs.file import LogRecord
from tests.cli.letters import produce, said, sent
from tests.cli.running import throughline, written
from tests.cli.test_commands import LATE_ANSWER, NINE, POLICY

MINE = {"touchpoints.chat": 4, "touchpoints.voice": 4, "throughline.journeys": 4}


@pytest.mark.slow
def test_kafka_and_a_log_tell_the_same(tmp_path: Path) -> None:
    log = written(tmp_path / "log.jsonl", LATE_ANSWER)
    (tmp_path / "policy.yaml").write_text(POLICY)
    policy = ("--policy", str(tmp_path / "policy.yaml"), "--json")
    with EmbeddedBroker(MINE) as broker:
        from_kafka = ("journey", "--kafka", broker.address, *policy)
        assert throughline("produce", log, "--kafka", broker.address).exit_code == 0
        told = throughline(*from_kafka, "--customer", "c-17")
        nobody = throughline(*from_kafka, "--customer", "c-18")
        settled = [
            LogRecord("throughline.journeys", number, 0, NINE, CLOCK_KEY, Clock(NINE + 1, {"chat": 1}).packed()) for number in range(4)
        ]
        produce(broker.address, settled)
        until = throughline(*from_kafka, "--customer", "c-17")
    expected = throughline("journey", log, "--customer", "c-17", "--partitions", "4", *policy)
    found = json.loads(told.stdout)
    assert found.pop("changelog") == {"settled": None, "known": False}
    assert [entry["what"] for entry in found["entries"]].count("message.sent") == 2
    assert found == json.loads(expected.stdout)
    assert (nobody.exit_code, "knows nothing of customer c-18" in nobody.stderr) == (1, True)
    short = json.loads(until.stdout)
    assert [entry["what"] for entry in short["entries"]] == ["conversation.opened"], "what the workers have not settled is not told"
    assert short["changelog"]["settled"] == short["until"] == "2026-03-01T09:00:00.001Z"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("options", "topics", "code", "says"),
    [
        ("--customer c", {"touchpoints.chat": 4}, 1, "has no topic throughline.journeys: throughline topics create makes it"),
        ("--customer c", {"touchpoints.chat": 4, "crm.journeys": 4}, 1, "has no topic throughline.journeys: --application may be crm"),
        ("--customer c", {"touchpoints.chat": 2, "throughline.journeys": 4}, 1, "touchpoints.chat has 2 partitions where the changelog"),
        ("--customer c", {"throughline.journeys": 4}, 1, "has no topic touchpoints.<channel>"),
    ],
)
def test_what_is_missing_is_named(options: str, topics: dict[str, int], code: int, says: str) -> None:
    with EmbeddedBroker(topics) as broker:
        told = throughline("journey", *options.split(), "--kafka", broker.address)
    assert (told.exit_code, says in told.stderr) == (code, True), told.stderr


@pytest.mark.parametrize("arguments", ["--customer c", "log.jsonl --customer c --kafka 127.0.0.1:1", "--kafka 127.0.0.1:1"])
def test_a_log_or_kafka_and_one_customer_must_be_named(arguments: str) -> None:
    told = throughline("journey", *arguments.split())
    assert (told.exit_code, "name" in told.stderr) == (2, True)


@given(st.text(st.characters(codec="utf-8"), min_size=1), st.booleans(), st.booleans())
def test_no_record_of_a_customer_is_passed_over_unread(customer: str, escaped: bool, binary: bool) -> None:
    value = said(customer, "e1", NINE)
    if not escaped:
        value = msgspec.json.encode(json.loads(value))
    record = sent(value, NINE, key=None)
    if binary:
        event = json.loads(value)
        headers = {f"ce_{name}": str(content) for name, content in event.items() if name != "data"}
        record = LogRecord(
            record.topic,
            0,
            0,
            NINE,
            None,
            json.dumps(event["data"]).encode(),
            tuple((name, text.encode()) for name, text in headers.items()),
        )
    touchpoint = decode(record)
    if isinstance(touchpoint, Touchpoint):
        assert may_concern(record, touchpoint.journey)
