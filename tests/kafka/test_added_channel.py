"""A channel that the policy names only later, on a real Kafka: the embedded broker cannot look offsets up by time."""

from functools import partial
from pathlib import Path

import pytest

from tests.engine.live import POLICY, Live, case, live, until
from tests.engine.test_live import subjects

pytestmark = [pytest.mark.slow, pytest.mark.kafka(embedded="cannot look offsets up by time")]


def told(running: Live, name: str) -> bool:
    return name in subjects(running)


def test_it_is_read_from_what_has_not_been_settled_without_it(tmp_path: Path) -> None:
    fewer = POLICY | {"channels": {"chat": {"lateness": "PT0.5S"}, "shop": {"lateness": "PT0.5S"}}}
    with live(tmp_path, fewer, partitions=1, counts={"touchpoints.email": 1}) as running:
        first = running.worker().ready()
        running.tell("email", "c1", case("c1", "before"))
        running.told()
        for name in ("one", "two", "three"):  # each settled before the next, so that time has passed by what was told in e-mail
            running.tell("chat", "c1", case("c1", name))
            running.told()
            until(partial(told, running, name), "the alert of each case")
        assert first.stop() == 0
        running.tell("email", "c1", case("c1", "after"))
        running.told()
        running.policy = POLICY
        running.worker().ready()
        until(partial(told, running, "after"), "the alert of the added channel")
        assert "before" not in subjects(running)
