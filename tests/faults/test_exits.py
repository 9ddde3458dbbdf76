import json
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from streams.engine.broken import BROKEN, TAKEN_OVER
from tests.faults.exits import exit_of


class Case(NamedTuple):
    name: str
    code: int
    log: list[Any]
    """Lines: what is no text is written as JSON."""
    killed: bool = False
    told_to_stop: bool = False
    reason: str = ""
    wrong: str | None = None


WORKS = {"level": "info", "message": "working"}
FENCED = {"level": "critical", "message": "another worker has taken over", "error": "ProducerFenced: of 7"}
BUG = {"level": "critical", "message": "the worker failed: a bug", "error": "KeyError", "raised": ["a.py:1 f", "b.py:2 g"]}
TRACEBACK = "Traceback (most recent call last):"

CASES = [
    Case("told to stop", 0, [WORKS], told_to_stop=True, reason="stopped as told"),
    Case("stopped unasked", 0, [WORKS], reason="stopped by itself", wrong="it ended with 0 and nobody had told it to"),
    Case("killed", -9, [WORKS], killed=True, reason="SIGKILL"),
    Case("a crash of the interpreter", -11, [WORKS], reason="SIGSEGV", wrong="it died of signal 11 and nobody had sent it"),
    Case("told to stop before it had begun", -15, [], told_to_stop=True, reason="SIGTERM"),
    Case(
        "deaf to what it was told", -15, [WORKS], told_to_stop=True, reason="SIGTERM", wrong="it died of signal 15 and nobody had sent it"
    ),
    Case("fenced", TAKEN_OVER, [WORKS, FENCED], reason=f"{TAKEN_OVER}: another worker has taken over (ProducerFenced)"),
    Case(
        "broken without a word", BROKEN, [WORKS],
        reason=f"{BROKEN}, and its log does not say why", wrong="exit 70 is not documented for this",
    ),
    Case("a bug", BROKEN, [WORKS, BUG], reason=f"{BROKEN}: the worker failed: a bug (KeyError)", wrong="a bug: KeyError at b.py:2 g"),
    Case("a traceback", 1, [WORKS, TRACEBACK], reason="1, and its log does not say why", wrong="a traceback in its log"),
    Case(
        "a code of nobody's", 3, [WORKS, FENCED],
        reason="3: another worker has taken over (ProducerFenced)", wrong="exit 3 is not documented for this",
    ),
    Case(
        "something printed", 0, [WORKS, "c-17 was here"], told_to_stop=True, reason="stopped as told",
        wrong="its log holds what is no line of a log: c-17 was here",
    ),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_a_workers_end_is_as_documented_or_wrong(case: Case, tmp_path: Path) -> None:
    log = tmp_path / "worker-0.1.log"
    log.write_text("".join(f"{line if isinstance(line, str) else json.dumps(line)}\n" for line in case.log))
    found = exit_of(log, case.code, killed=case.killed, told_to_stop=case.told_to_stop)
    assert (found.name, found.code, found.reason, found.wrong) == ("worker-0.1", case.code, case.reason, case.wrong)
