"""Log files into Kafka and back."""

import json
from pathlib import Path

import pytest

from streams.broker import EmbeddedBroker
from tests.cli.running import Lines, throughline, written

NINE = 1_772_355_600_000


@pytest.mark.parametrize("command", ["produce {log}", "dump touchpoints.chat"])
def test_where_no_kafka_answers_one_line_says_so(tmp_path: Path, command: str) -> None:
    log = written(tmp_path / "log", [{"topic": "touchpoints.chat", "timestamp": NINE, "key": "c-17", "value": {}}])
    told = throughline(*command.format(log=log).split(), "--kafka", "127.0.0.1:1")
    assert told.exit_code == 1
    assert told.stderr.startswith("throughline: no Kafka answers at 127.0.0.1:1")


@pytest.mark.slow
def test_what_is_produced_is_dumped_again_with_every_byte(tmp_path: Path) -> None:
    lines: Lines = [
        {"topic": "touchpoints.chat", "offset": 0, "timestamp": NINE, "key": "c-17", "value_base64": "AP8="},
        {"topic": "touchpoints.voice", "partition": 3, "offset": 0, "timestamp": NINE + 1, "key_base64": "/w==", "value": None},
        {
            "topic": "touchpoints.chat",
            "offset": 1,
            "timestamp": NINE + 2,
            "key": "c-17",
            "headers": {"h": "x", "n": None},
            "value": {"a": 1},
        },
        {
            "topic": "touchpoints.chat",
            "offset": 2,
            "timestamp": NINE + 2,
            "key": "c-17",
            "headers": [["h", "x"], ["h", "y"]],
            "value": "text",
        },
    ]
    log, out = written(tmp_path / "log", lines), str(tmp_path / "out.jsonl")
    with EmbeddedBroker({"touchpoints.chat": 4, "touchpoints.voice": 4}) as broker:
        sent = throughline("produce", log, "--kafka", broker.address)
        assert (sent.exit_code, sent.stderr) == (0, "4 of 4 records were acknowledged\n")
        read = throughline("dump", "touchpoints.chat", "touchpoints.voice", "--kafka", broker.address, "--out", out)
        assert (read.exit_code, read.stderr) == (0, "4 records of 2 topics\n")
        absent = throughline("produce", written(tmp_path / "far", [{**lines[1], "partition": 9}]), "--kafka", broker.address)
        assert absent.exit_code == 2
        assert "names partition 9, but touchpoints.voice has 4" in absent.stderr
    dumped = [json.loads(line) for line in Path(out).read_bytes().splitlines()]
    (chat,) = {line.pop("partition") for line in dumped if line["topic"] == "touchpoints.chat"}
    assert chat in range(4)
    assert dumped == lines
