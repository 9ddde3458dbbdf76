"""A worker with a bug ends at once, non-zero, with one line that quotes no customer: it never lives on and does nothing."""

import time
from pathlib import Path

import pytest

from streams.engine.broken import BROKEN
from tests.engine.buggy_process import PLACES, QUOTED
from tests.engine.live import case, live, until

pytestmark = pytest.mark.slow

SECONDS = 10.0


@pytest.mark.parametrize("place", PLACES)
def test_it_ends_within_seconds_and_says_where(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    monkeypatch.setenv("BUG_IN", place)
    with live(tmp_path, partitions=1) as running:
        worker = running.worker(program="buggy_process")
        if place == "recovery":
            until(lambda: worker.process.poll() is not None, "its end", patience=SECONDS)
        else:
            until(lambda: any(line["message"] == "working" for line in worker.lines("info")), "a worker that works")
        running.tell("chat", QUOTED, case(QUOTED, "case-1"))
        running.told()
        began = time.monotonic()
        assert worker.ended() == BROKEN
        assert time.monotonic() - began < SECONDS
        (line,) = worker.lines("critical")
        assert line["error"] == "TypeError"
        assert any("buggy" in frame for frame in line["raised"])
        log = worker.log.read_text()
        assert "Traceback" not in log
        assert QUOTED not in log
