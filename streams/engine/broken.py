"""How a worker ends when something that must be true is not, or when its share is another's by now."""

import logging
import os
import sys
from traceback import extract_tb
from typing import Any, NoReturn

from structlog.stdlib import get_logger

from streams.engine.trouble import said
from streams.kafka.refusal import Refusal, of_request

BROKEN = 70
"""The exit code: EX_SOFTWARE of sysexits.h."""

TAKEN_OVER = 75
"""The exit code of a worker that has been shut out: EX_TEMPFAIL of sysexits.h. Nothing is wrong; it may be started again."""

_log = get_logger(__name__)


def broken(why: str, **facts: Any) -> NoReturn:
    """Ends the process at once, with one line that says why.

    No clean-up runs: what cleans up could commit. Nothing is lost by it: the successor begins at the last checkpoint.
    """
    _end(BROKEN, why, facts)


def failed(error: BaseException, why: str, **facts: Any) -> NoReturn:
    """Ends the process at once for what Kafka's client raised."""
    end_if_refused(of_request(error), why, **facts)
    broken(why, error=said(error), **facts)


def end_if_refused(refusal: Refusal | None, why: str, **facts: Any) -> None:
    """Ends the process where Kafka refuses something that waiting does not mend, with the code that says so."""
    if refusal is not None and refusal.code is not None:
        _end(refusal.code, f"{why}: {refusal.why}", facts)


def taken_over(why: str, **facts: Any) -> NoReturn:
    """Ends the process at once because the broker takes nothing from it any more: what it has not committed is its successor's to do."""
    _end(TAKEN_OVER, why, facts)


def bug(error: Exception, why: str, **facts: Any) -> NoReturn:
    """Ends the process for an exception that nobody foresaw: what and where, without its text, which may quote a customer."""
    broken(f"{why}: a bug", error=type(error).__name__, raised=raised(error), **facts)


def _end(code: int, why: str, facts: dict[str, Any]) -> NoReturn:
    _log.critical(why, **facts)
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def raised(error: BaseException) -> list[str]:
    """Where, from the outermost call to the innermost."""
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in extract_tb(error.__traceback__)]
