"""A record that just fits into its channel's topic, and with the headers of a dead letter into no other."""

from pathlib import Path

import pytest

from schemas.dead_letter import read_error
from tests.engine.live import Record, case, live, until
from tests.engine.test_live import subjects

pytestmark = [pytest.mark.slow, pytest.mark.kafka(embedded="takes records of any size")]

LIMIT = 8_000_000
"""Of the topics that `live` makes."""


def test_it_does_not_stop_the_stream(tmp_path: Path) -> None:
    with live(tmp_path, partitions=1) as running:
        worker = running.worker().ready()
        running.tell("chat", "p1", b"x" * (LIMIT - 200))
        running.tell("chat", "c1", case("c1", "next"))
        running.told()
        until(lambda: subjects(running) == {"next"}, "the alert of what was sent after it")
        (letter,) = running.dead_letters()
        assert letter.value() is None
        error = read_error(list(Record(letter).headers))
        assert (error.error_class, error.topic, error.offset) == ("too_large", "touchpoints.chat", 0)
        assert worker.stop() == 0
