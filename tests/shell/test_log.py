"""Logs are for those who run workers: they never say who a customer is, and a broken library cannot flood them."""

import json
import logging
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from streams.log import IDENTITIES, LIBRARIES, Pseudonyms, Seldom, configure
from streams.settings import Settings

KEY = SecretStr("sixteen bytes or more")


@pytest.fixture(autouse=True)
def _restored() -> Iterator[None]:
    """Logging is the process's: what a test configures must not outlive it."""
    loggers = [logging.getLogger(name) for name in (None, "streams", *LIBRARIES)]
    before = [(logger.level, list(logger.handlers), logger.propagate) for logger in loggers]
    yield
    logging.captureWarnings(capture=False)
    structlog.reset_defaults()
    for logger, (level, handlers, propagate) in zip(loggers, before, strict=True):
        logger.setLevel(level)
        logger.handlers[:] = handlers
        logger.propagate = propagate


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


def ours() -> structlog.stdlib.BoundLogger:
    logger: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger("streams.engine")
    return logger


def lines(out: StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_elsewhere_than_on_a_terminal_each_line_is_json() -> None:
    out = StringIO()
    configure(Settings(log_key=KEY), out)
    ours().info("assigned", partitions=[1, 2])
    (line,) = lines(out)
    assert line.pop("timestamp").endswith("Z")
    assert line == {"message": "assigned", "partitions": [1, 2], "level": "info", "logger": "streams.engine"}


def test_on_a_terminal_it_is_readable() -> None:
    out = Terminal()
    configure(Settings(log_key=KEY), out)
    ours().info("assigned", partitions=[1, 2])
    assert "assigned" in out.getvalue()
    assert not out.getvalue().startswith("{")


@pytest.mark.parametrize("name", sorted(IDENTITIES))
def test_an_identity_is_hashed_above_debug_whoever_logs_it(name: str) -> None:
    out = StringIO()
    hashed = configure(Settings(log_key=KEY, log_level="debug"), out)
    ours().warning("seen", **{name: "c-17"})
    ours().bind(**{name: "c-17"}).error("seen")
    ours().debug("seen", **{name: "c-17"})
    assert [line[name] for line in lines(out)] == [hashed("c-17"), hashed("c-17"), "c-17"]


def test_a_key_in_bytes_has_the_pseudonym_of_its_text_and_nobody_has_none() -> None:
    out = StringIO()
    hashed = configure(Settings(log_key=KEY), out)
    ours().info("seen", key=b"c-17", customer=None)
    assert [(line["key"], line["customer"]) for line in lines(out)] == [(hashed("c-17"), None)]


def test_what_is_bound_to_the_context_is_hashed_too() -> None:
    out = StringIO()
    hashed = configure(Settings(log_key=KEY), out)
    with structlog.contextvars.bound_contextvars(customer="c-17"):
        ours().info("seen")
    assert lines(out)[0]["customer"] == hashed("c-17")


@given(st.text(), st.text())
def test_a_pseudonym_is_12_hex_digits_and_the_same_for_the_same(one: str, other: str) -> None:
    hashed, again = Pseudonyms("a key of sixteen bytes"), Pseudonyms("a key of sixteen bytes")
    assert len(hashed(one)) == 12
    assert int(hashed(one), 16) >= 0
    assert hashed(one) == again(one)
    assert (hashed(one) == hashed(other)) == (one == other)


def test_without_the_key_a_pseudonym_says_nothing() -> None:
    assert Pseudonyms("a key of sixteen bytes")("c-17") != Pseudonyms("another of sixteen by.")("c-17")


def test_a_random_key_is_said_once_and_differs_from_process_to_process() -> None:
    out = StringIO()
    one, other = configure(Settings(), out), configure(Settings(), StringIO())
    assert [line["message"] for line in lines(out)] == [
        "identifiers are hashed with a key of this process alone; set THROUGHLINE_LOG_KEY to compare them between workers"
    ]
    assert one("c-17") != other("c-17")


def crash(customer: str) -> None:
    raise RuntimeError("a bug" if customer else "")


def test_a_traceback_shows_no_local_variables() -> None:
    for settings in (Settings(log_key=KEY, log_format="json"), Settings(log_key=KEY, log_format="console")):
        out = Terminal()
        configure(settings, out)
        try:
            crash("c" + "-17")
        except RuntimeError:
            ours().exception("crashed")
        assert "a bug" in out.getvalue()
        assert "c-17" not in out.getvalue()


@pytest.mark.parametrize("library", LIBRARIES)
def test_libraries_are_heard_from_warning_on(library: str) -> None:
    out = StringIO()
    configure(Settings(log_key=KEY, log_level="debug"), out)
    logger = logging.getLogger(f"{library}.some.module")
    logger.info("joined %s", "x")
    logger.warning("cannot reach %s", "kafka-1")
    (line,) = lines(out)
    assert (line["message"], line["level"], line["logger"]) == ("cannot reach kafka-1", "warning", f"{library}.some.module")


def test_a_library_that_repeats_itself_is_heard_every_ten_seconds_with_a_count() -> None:
    now = 100.0
    seldom = Seldom(10.0, lambda: now)

    def heard(node: int, name: str = "aiokafka.conn", template: str = "cannot reach %d") -> int | None:
        record = logging.LogRecord(name, logging.ERROR, __file__, 1, template, (node,), None)
        return getattr(record, "suppressed", None) if seldom.filter(record) else None

    assert heard(1) == 0
    now = 109.9
    assert [heard(2), heard(3)] == [None, None], "the template counts, not what is put in"
    assert heard(1, template="%d is back") == 0
    assert heard(1, name="aiokafka.client") == 0
    now = 110.0
    assert heard(4) == 2
    now = 120.0
    assert heard(5) == 0


def test_how_many_were_suppressed_stands_in_the_line() -> None:
    out = StringIO()
    configure(Settings(log_key=KEY), out)
    (handler,) = logging.getLogger().handlers
    now = 0.0
    handler.filters[:] = [Seldom(10.0, lambda: now)]
    for _ in range(3):
        logging.getLogger("aiokafka").error("cannot reach %s", "kafka-1")
    now = 10.0
    logging.getLogger("aiokafka").error("cannot reach %s", "kafka-1")
    assert [line.get("suppressed") for line in lines(out)] == [None, 2]


def test_templates_without_end_do_not_fill_the_memory() -> None:
    seldom = Seldom(10.0, lambda: 0.0)
    for number in range(5_000):
        seldom.filter(logging.LogRecord("aiokafka", logging.ERROR, "", 1, f"message {number}", (), None))
    assert len(seldom._passed) == 1_000


def test_what_a_library_logs_in_the_name_of_our_module_is_still_a_librarys() -> None:
    out = StringIO()
    configure(Settings(log_key=KEY, log_level="debug"), out)
    foreign = logging.getLogger("streams.engine.transport")
    foreign.info("[^--Thread]: Starting...")
    for _ in range(3):
        foreign.error("[^--Thread]: Crashed")
    assert [line["message"] for line in lines(out)] == ["[^--Thread]: Crashed"]


def test_our_own_lines_are_never_left_out() -> None:
    out = StringIO()
    configure(Settings(log_key=KEY), out)
    for _ in range(3):
        ours().warning("checkpoint is slow")
    assert len(lines(out)) == 3
