"""What a worker may keep over a rebalance."""

import pytest

from streams.engine.journeys import Generation

HERE = Generation(7, "worker-a")


@pytest.mark.parametrize(
    ("now", "keeps"),
    [
        pytest.param(Generation(8, "worker-a"), True, id="the next generation"),
        pytest.param(Generation(7, "worker-a"), True, id="the same one, after a recovery that failed"),
        pytest.param(Generation(9, "worker-a"), False, id="one was missed, in which another worker may have written"),
        pytest.param(Generation(8, "worker-b"), False, id="the membership was lost in between"),
        pytest.param(Generation(7, "worker-b"), False, id="the place was another's for a while, and no generation passed"),
        pytest.param(Generation(1, "worker-a"), False, id="the group began anew"),
    ],
)
def test_journeys_are_kept_only_where_nobody_else_can_have_had_them(now: Generation, keeps: bool) -> None:
    assert now.continues(HERE) is keeps
