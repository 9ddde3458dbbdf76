"""How a worker ends when something that must be true is not."""

import logging
import os
import sys
from traceback import extract_tb
from typing import Any, NoReturn

from structlog.stdlib import get_logger

BROKEN = 70
"""The exit code: EX_SOFTWARE of sysexits.h."""

_log = get_logger(__name__)


def broken(why: str, **facts: Any) -> NoReturn:
    """Ends the process at once, with one line that says why.

    No clean-up runs: what cleans up could commit. Nothing is lost by it: the successor begins at the last checkpoint.
    """
    _log.critical(why, **facts)
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(BROKEN)


def bug(error: Exception, why: str, **facts: Any) -> NoReturn:
    """Ends the process for an exception that nobody foresaw: what and where, without its text, which may quote a customer."""
    broken(f"{why}: a bug", error=type(error).__name__, raised=raised(error), **facts)


def raised(error: BaseException) -> list[str]:
    """Where, from the outermost call to the innermost."""
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in extract_tb(error.__traceback__)]
