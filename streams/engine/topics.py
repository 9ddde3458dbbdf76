"""The topics a worker needs, and what is wrong with those that are there."""

from collections.abc import Mapping

from schemas.alert import ACTIVE_TOPIC, Family
from schemas.dead_letter import DEAD_LETTER_TOPIC
from schemas.policy import Policy
from schemas.touchpoint import TOPIC_PREFIX


def changelog(application: str) -> str:
    """Where the journeys lie, compacted."""
    return f"{application}.journeys"


def partitioned(policy: Policy, application: str) -> list[str]:
    """Those in which one partition number is one set of customers: the channels' and the journeys'."""
    return [*(TOPIC_PREFIX + channel for channel in policy.channels), changelog(application)]


def written() -> list[str]:
    """What a worker writes, apart from the journeys; any number of partitions will do."""
    return [DEAD_LETTER_TOPIC, ACTIVE_TOPIC, *(family.topic for family in Family)]


def mistakes(policy: Policy, application: str, found: Mapping[str, int], wanted: int | None) -> list[str]:
    """A sentence for each topic that is missing or has another number of partitions; `found` is the number by topic."""
    together = partitioned(policy, application)
    said = [f"topic {topic} is missing" for topic in (*together, *written()) if topic not in found]
    counts = [found[topic] for topic in together if topic in found]
    if not counts:
        return said
    usual = wanted or max(counts, key=counts.count)
    rule = "is what THROUGHLINE_PARTITIONS says" if wanted else "is what the others have"
    return said + [
        f"topic {topic} has {found[topic]} partitions where {usual} {rule}: one customer would be two partition numbers"
        for topic in together
        if topic in found and found[topic] != usual
    ]
