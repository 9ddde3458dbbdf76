"""What is wrong with the topics is said by name, before anything is read."""

import pytest

from schemas.policy import Policy
from streams.engine.topics import mistakes, partitioned, written

POLICY = Policy.model_validate({"version": "1", "channels": {"chat": {}, "shop": {}}})
RIGHT = dict.fromkeys([*partitioned(POLICY, "t"), *written()], 4)


@pytest.mark.parametrize(
    ("found", "wanted", "said"),
    [
        pytest.param(RIGHT, None, [], id="all there and equal"),
        pytest.param(RIGHT, 4, [], id="and as the settings say"),
        pytest.param(RIGHT | {"alerts.active": 1}, None, [], id="what is only written may have any number"),
        pytest.param(
            {topic: count for topic, count in RIGHT.items() if topic != "touchpoints.shop"},
            None,
            ["topic touchpoints.shop is missing"],
            id="a channel's topic missing",
        ),
        pytest.param(
            {topic: count for topic, count in RIGHT.items() if topic != "alerts.slow-response"},
            None,
            ["topic alerts.slow-response is missing"],
            id="an alert topic missing",
        ),
        pytest.param(
            RIGHT | {"touchpoints.shop": 6},
            None,
            ["topic touchpoints.shop has 6 partitions where 4 is what the others have: one customer would be two partition numbers"],
            id="one channel with another number",
        ),
        pytest.param(
            RIGHT | {"t.journeys": 6},
            None,
            ["topic t.journeys has 6 partitions where 4 is what the others have: one customer would be two partition numbers"],
            id="the changelog with another number",
        ),
        pytest.param(
            RIGHT,
            12,
            [
                f"topic {topic} has 4 partitions where 12 is what THROUGHLINE_PARTITIONS says: one customer would be two partition numbers"
                for topic in partitioned(POLICY, "t")
            ],
            id="equal, and not as the settings say",
        ),
    ],
)
def test_mistakes(found: dict[str, int], wanted: int | None, said: list[str]) -> None:
    assert mistakes(POLICY, "t", found, wanted) == said


def test_an_empty_cluster_lacks_each_of_them() -> None:
    assert len(mistakes(POLICY, "t", {}, None)) == len(RIGHT)
