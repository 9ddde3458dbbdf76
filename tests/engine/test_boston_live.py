"""A real city's half year through Kafka's protocol and two workers, one killed half-way: what is told is what a replay tells."""

import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from schemas.instant import parse_instant
from schemas.policy import Policy
from streams.logs.file import LogRecord, read_log, write_log
from streams.replay import replay
from streams.replay.outcome import Alert
from tests.engine.killed_half_way import Told, broker, tell
from tests.replay import boston
from tests.replay.boston import EXTRACTED

CSV = boston.csv_file()
PARTITIONS = 48
"""Of the channels' topics and of the journeys': what is written of them all in half a year is more than the embedded broker keeps in 12."""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CSV is None, reason=f"{boston.FILE} is neither in THROUGHLINE_DATA nor beside the checkout"),
]


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    assert CSV is not None
    written = tmp_path_factory.mktemp("log") / "boston.jsonl.zst"
    write_log(written, boston.log(boston.cases(CSV)), placed=False)
    return written


@pytest.fixture(scope="module")
def policy() -> Policy:
    """Nothing is given up: what the city has not closed when the data ends is open still when the workers stop."""
    assert CSV is not None
    return boston.policy(boston.cases(CSV), resolution={"keep_open": "P36500D"})


@pytest.fixture(scope="module")
def told(file: Path, policy: Policy, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    with broker(tmp_path_factory.mktemp("workers"), policy, PARTITIONS) as running:
        found = tell(running, file)
    twice = len(found.alerts) - len({alert.value for alert in found.alerts})
    sys.stdout.write(f"{found.figures}; {len(found.alerts):,} alert events, {twice:,} of them repetitions\n")
    yield found
