"""How a worker's life ended, read from its exit code and its log: as documented, or not."""

import json
import re
from pathlib import Path
from signal import SIGTERM, Signals
from typing import Any, NamedTuple

from streams.engine import broken as endings
from streams.engine.run import STOPPED

DOCUMENTED = frozenset(value for name, value in vars(endings).items() if name.isupper() and isinstance(value, int))
"""With these a worker ends itself, to be started again: its successor begins at the last checkpoint."""
_TRACEBACK = re.compile(r"Traceback \(most recent call last\)")
_NUMBER = re.compile(r"\d+")


class Exit(NamedTuple):
    name: str
    """Of the life: its log's."""
    code: int
    """Negative: the signal that killed it."""
    reason: str
    wrong: str | None
    """Why it should not have ended so."""
    frames: tuple[str, ...] = ()
    """Whose lines in its log carry an exception's frames, and which exception: an SRE will ask about each."""


def exit_of(log: Path, code: int, *, killed: bool, told_to_stop: bool) -> Exit:
    lines = log.read_text(errors="replace").splitlines()
    said = [line for text in lines if (line := _read(text)) is not None]
    stray = [text for text in lines if text.strip() and _read(text) is None]
    critical = [line for line in said if line.get("level") == "critical"]
    wrong = None
    if any(_TRACEBACK.search(text) for text in lines):
        wrong = "a traceback in its log"
    elif stray:
        wrong = f"its log holds what is no line of a log: {stray[0][:120]}"
    if code == STOPPED:
        reason = "stopped as told" if told_to_stop else "stopped by itself"
        wrong = wrong or (None if told_to_stop else "it ended with 0 and nobody had told it to")
    elif code < 0:
        reason = Signals(-code).name
        sent = killed or (told_to_stop and code == -SIGTERM and not said)  # before it had begun, no handler is there yet
        wrong = wrong or (None if sent else f"it died of signal {-code} and nobody had sent it")
    else:
        reason = f"{code}: {_told(critical[-1])}" if critical else f"{code}, and its log does not say why"
        if code not in DOCUMENTED or not critical:
            wrong = wrong or f"exit {code} is not documented for this"
        elif ": a bug" in str(critical[-1].get("message", "")):
            wrong = wrong or f"a bug: {critical[-1].get('error')} at {(critical[-1].get('raised') or ['?'])[-1]}"
    frames = tuple(f"{line.get('logger')}: {line['exception'][0].get('exc_type')}" for line in said if line.get("exception"))
    return Exit(log.stem, code, reason, wrong, frames)


def _read(text: str) -> dict[str, Any] | None:
    try:
        found = json.loads(text)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _told(line: dict[str, Any]) -> str:
    """Without what differs from one time to the next, so that equal ends count as one."""
    error = str(line.get("error", "")).split(":", 1)[0]
    return _NUMBER.sub("n", f"{line.get('message')}" + (f" ({error})" if error else ""))
