"""`produce` keeps the rate it is given, although acknowledgements come in between."""

import json
import time
from pathlib import Path

import pytest

from streams.broker import EmbeddedBroker
from streams.kafka.produce import produce
from streams.logs.file import read_lines


@pytest.mark.slow
def test_records_a_second_is_what_was_asked_for(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    line = {"topic": "touchpoints.chat", "timestamp": 1_700_000_000_000, "key": "c1", "value": {}}
    log.write_text((json.dumps(line) + "\n") * 10)
    with EmbeddedBroker({"touchpoints.chat": 1}) as broker:
        began = time.monotonic()
        produced = produce(read_lines([str(log)]), broker.address, rate=10)
        took = time.monotonic() - began
    assert produced.complete
    assert took >= 1
