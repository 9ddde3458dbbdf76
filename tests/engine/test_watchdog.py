"""When a worker must be ended, and above all when not."""

from dataclasses import replace

import pytest

from streams.engine.watchdog import Signs, Watchdog

WORKING = Signs(coordination_ended=False, working=True, answered=True, unread=0, admitted=0, recovered=0, checkpoint=None)
BEHIND = replace(WORKING, unread=7)
WAITING = replace(WORKING, working=False)
WRITING = replace(WORKING, checkpoint=1)


def why(*looks: tuple[int, Signs]) -> str | None:
    dog = Watchdog(60_000)
    found = None
    for now, signs in looks:
        found = dog.look(now, signs)
    return found


@pytest.mark.parametrize(
    "looks",
    [
        pytest.param([(0, WORKING), (600_000, WORKING)], id="nothing to do for ten minutes"),
        pytest.param([(0, BEHIND), (59_999, BEHIND)], id="unread records for a moment less than its patience"),
        pytest.param([(0, BEHIND), (50_000, replace(BEHIND, admitted=1)), (109_999, replace(BEHIND, admitted=1))], id="slow, but it moves"),
        pytest.param([(0, BEHIND), (50_000, WORKING), (100_000, BEHIND)], id="caught up in between"),
        pytest.param(
            [(0, WAITING), (50_000, replace(WAITING, recovered=9)), (100_000, replace(WAITING, recovered=9))], id="a long recovery"
        ),
        pytest.param([(0, WAITING), (59_000, WORKING), (100_000, WAITING)], id="rebalances that end"),
        pytest.param([(0, replace(BEHIND, answered=False)), (600_000, replace(BEHIND, answered=False))], id="nobody can be asked"),
        pytest.param(
            [(0, replace(BEHIND, answered=False)), (600_000, replace(BEHIND, answered=False)), (601_000, BEHIND), (659_999, BEHIND)],
            id="its patience begins anew when the broker is back",
        ),
        pytest.param([(0, WRITING), (59_999, WRITING)], id="a checkpoint for a moment less than its patience"),
        pytest.param([(second * 1000, replace(WRITING, checkpoint=second)) for second in range(120)], id="one checkpoint after the other"),
        pytest.param(
            [(0, replace(WRITING, answered=False)), (600_000, replace(WRITING, answered=False)), (601_000, WRITING)], id="an outage"
        ),
    ],
)
def test_it_lets_work(looks: list[tuple[int, Signs]]) -> None:
    assert why(*looks) is None


@pytest.mark.parametrize(
    ("looks", "said"),
    [
        pytest.param([(0, replace(WORKING, coordination_ended=True))], "the worker has lost its consumer group", id="no group any more"),
        pytest.param(
            [(0, BEHIND), (60_000, BEHIND)], "nothing has been read for 60 s, and 7 records are unread", id="unread and no progress"
        ),
        pytest.param(
            [(0, WORKING), (1_000, BEHIND), (600_000, replace(BEHIND, unread=9)), (660_000, replace(BEHIND, unread=10))],
            "nothing has been read for 60 s, and 10 records are unread",
            id="what is unread grows, which is no progress",
        ),
        pytest.param(
            [(0, WAITING), (60_000, WAITING)],
            "no partition numbers have been assigned and recovered for 60 s",
            id="a rebalance that does not end",
        ),
        pytest.param([(0, WRITING), (60_000, WRITING)], "a checkpoint has not ended for 60 s", id="a checkpoint that does not end"),
    ],
)
def test_it_ends_what_does_not_work(looks: list[tuple[int, Signs]], said: str) -> None:
    assert why(*looks) == said
