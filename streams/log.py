"""What a worker says to the people who run it: JSON for machines, readable on a terminal, and never who a customer is.

Whatever is logged under a name in `IDENTITIES` is hashed with the key before it is written, except at debug: no caller can forget it.
"""

import logging
import secrets
import sys
import time
from collections.abc import Callable
from hashlib import blake2b
from typing import TextIO

import structlog
from structlog.types import EventDict, Processor, WrappedLogger

from streams.settings import Settings

_NAMED = ("customer", "anonymous", "conversation", "order", "cart", "form", "promise", "event", "correlation")
IDENTITIES = frozenset({"journey", "key", "subject", *_NAMED, *(f"{name}_id" for name in _NAMED)}) - {"event"}
"""Names under which identifiers are logged; `event` is structlog's name for the message."""
LIBRARIES = ("faust", "aiokafka", "mode", "kafka")
REPEAT_S = 10.0
"""A library's message is logged at most once in this time: a broker that is down makes aiokafka say so ten times a second."""
_MOST_TEMPLATES = 1_000


class Pseudonyms:
    """`hashed("c-17")`: the same 12 hex digits wherever the key is the same, and no way back without it."""

    def __init__(self, key: str) -> None:
        self._key = blake2b(key.encode()).digest()

    def __call__(self, identifier: str) -> str:
        return blake2b(identifier.encode("utf-8", "surrogatepass"), digest_size=6, key=self._key).hexdigest()

    def processor(self, _: WrappedLogger, method: str, event: EventDict) -> EventDict:
        if method != "debug":
            for name in IDENTITIES & event.keys():
                match event[name]:
                    case None | bool():
                        pass
                    case bytes() as key:
                        event[name] = self(key.decode(errors="replace"))
                    case identifier:
                        event[name] = self(str(identifier))
        return event


class Seldom(logging.Filter):
    """Of libraries lets warnings through, each template once in a while; the next that passes carries how many were suppressed."""

    def __init__(self, every: float = REPEAT_S, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._every = every
        self._clock = clock
        self._passed: dict[tuple[str, str], tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.msg, dict):  # ours: it comes through structlog
            return True
        if record.levelno < logging.WARNING:  # Faust also logs in the names of our subclasses
            return False
        template = (record.name, str(record.msg))
        now = self._clock()
        passed, suppressed = self._passed.pop(template, (None, 0))
        if passed is not None and now - passed < self._every:
            self._passed[template] = (passed, suppressed + 1)
            return False
        self._passed[template] = (now, 0)
        if len(self._passed) > _MOST_TEMPLATES:
            del self._passed[next(iter(self._passed))]
        record.suppressed = suppressed
        return True


def configure(settings: Settings, stream: TextIO = sys.stderr) -> Pseudonyms:
    """Of the process, once, before anything is logged. The libraries' loggers come through here too."""
    hashed = Pseudonyms(settings.log_key.get_secret_value() if settings.log_key else secrets.token_hex())
    readable = settings.log_format == "console" or (settings.log_format == "auto" and stream.isatty())
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared, hashed.processor, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    output = logging.StreamHandler(stream)
    output.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.PositionalArgumentsFormatter(), _suppressed],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_rendered(stream, readable=readable)],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [output]
    root.setLevel(logging.WARNING)
    logging.getLogger("streams").setLevel(settings.log_level.upper())
    for name in LIBRARIES:
        library = logging.getLogger(name)
        library.handlers.clear()
        library.propagate = True
        library.setLevel(logging.WARNING)
    output.addFilter(Seldom())
    logging.captureWarnings(capture=True)
    if settings.log_key is None:
        structlog.stdlib.get_logger("streams.log").info(
            "identifiers are hashed with a key of this process alone; set THROUGHLINE_LOG_KEY to compare them between workers"
        )
    return hashed


def _suppressed(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    count = getattr(event.get("_record"), "suppressed", 0)
    if count:
        event["suppressed"] = count
    return event


def _rendered(stream: TextIO, *, readable: bool) -> list[Processor]:
    # Tracebacks without local variables: those hold customers' data.
    if readable:
        return [structlog.dev.ConsoleRenderer(colors=stream.isatty(), exception_formatter=structlog.dev.plain_traceback)]
    without_locals = structlog.processors.ExceptionRenderer(structlog.tracebacks.ExceptionDictTransformer(show_locals=False))
    return [structlog.processors.EventRenamer("message"), without_locals, structlog.processors.JSONRenderer()]
