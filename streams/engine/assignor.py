"""Who reads what: number n of every topic goes to one worker, so that a customer's channels meet there."""

import json
import time
from collections.abc import Iterable, Mapping

from aiokafka.cluster import ClusterMetadata
from aiokafka.coordinator.protocol import ConsumerProtocolMemberAssignment, ConsumerProtocolMemberMetadata

VERSION = 0
FOLLOWERS_S = 0.2


class ByPartitionNumber:
    """An assignor of aiokafka's in shape, and an instance, as it remembers.

    Sticky: each worker says which numbers it holds, and keeps as many of them as is its share."""

    def __init__(self, *, after_followers: bool = False) -> None:
        """`after_followers`: lets the others ask for their share before it is told. The embedded broker refuses them afterwards."""
        self._wait_s = FOLLOWERS_S if after_followers else 0.0
        self.numbers: frozenset[int] = frozenset()

    name = "throughline-by-partition-number"

    def metadata(self, topics: Iterable[str]) -> ConsumerProtocolMemberMetadata:
        return ConsumerProtocolMemberMetadata(VERSION, sorted(topics), json.dumps(sorted(self.numbers)).encode())

    def on_assignment(self, assignment: ConsumerProtocolMemberAssignment) -> None:
        self.numbers = frozenset(number for _, numbers in assignment.assignment for number in numbers)

    def assign(
        self, cluster: ClusterMetadata, members: Mapping[str, ConsumerProtocolMemberMetadata]
    ) -> dict[str, ConsumerProtocolMemberAssignment]:
        counts = {
            topic: len(cluster.partitions_for_topic(topic) or ())
            for topic in sorted({topic for member in members.values() for topic in member.subscription})
        }
        if len(members) > 1:
            time.sleep(self._wait_s)  # of the consumer's own thread
        shares = share(max(counts.values(), default=0), {member: held_by(metadata) for member, metadata in members.items()})
        return {
            member: ConsumerProtocolMemberAssignment(
                VERSION,
                [(topic, [n for n in numbers if n < counts[topic]]) for topic in counts if topic in members[member].subscription],
                b"",
            )
            for member, numbers in shares.items()
        }


def held_by(metadata: ConsumerProtocolMemberMetadata) -> frozenset[int]:
    return frozenset(json.loads(metadata.user_data)) if metadata.user_data else frozenset()


def share(count: int, held: Mapping[str, frozenset[int]]) -> dict[str, list[int]]:
    """Numbers 0 to `count` by worker, as evenly as can be, with as few changes of hand as that allows."""
    claims = {number: [member for member in held if number in held[member]] for number in range(count)}
    kept: dict[str, list[int]] = {member: [] for member in sorted(held)}
    for number, claimants in claims.items():
        if len(claimants) == 1:  # of two claims one is a sleeper's, and nobody can say whose
            kept[claimants[0]].append(number)
    least, larger = divmod(count, len(kept))
    for numbers in sorted(kept.values(), key=len, reverse=True):
        ceiling = least + (larger > 0)
        larger -= len(numbers) > least
        del numbers[ceiling:]
    free = sorted(set(range(count)).difference(*kept.values()))
    for number in free:
        min(kept.values(), key=len).append(number)
    return {member: sorted(numbers) for member, numbers in kept.items()}
