"""Where topic partitions end: how far their leaders' logs reach, and how far consumers can read them.

What Kafka tells a consumer is the high watermark. A record that its leader has taken, and stamped, lies behind that until the followers
have it too: milliseconds as a rule, nine seconds where a follower is frozen. It has arrived all the same, and only the log's end tells of
it, which Kafka tells to whoever asks as a replica.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from aiokafka import TopicPartition
from aiokafka.client import AIOKafkaClient
from aiokafka.errors import KafkaError
from aiokafka.protocol.offset import OffsetRequest
from msgspec import Struct

PATIENCE_S = 12.0
"""Longer than a reader waits for a connection and an answer."""

_REPLICA = 2**31 - 1
"""No broker has this number. -2, which Kafka has for debugging, would be answered by followers too, whose logs may be behind."""
_CONSUMER = -1
_UNCOMMITTED, _COMMITTED = 0, 1
_LATEST = -1

Topics = Mapping[str, Sequence[int]]
"""Partition numbers by topic."""


class End(Struct, frozen=True):
    log: int
    """The next offset that the leader will give."""
    stable: int
    """The first one that readers of committed records are not shown yet: followers lack it, or a producer's transaction is open."""


def by_leader(client: AIOKafkaClient, tps: Iterable[TopicPartition]) -> Mapping[int, Topics]:
    """Those whose leader is known; the others' is looked for meanwhile."""
    found: defaultdict[int, defaultdict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for tp in tps:
        leader = client.cluster.leader_for_partition(tp)
        if leader is None or leader < 0:
            client.add_topic(tp.topic)  # a reader that was assigned something has forgotten all other topics
            client.force_metadata_update()
        else:
            found[leader][tp.topic].append(tp.partition)
    return found


async def ends(client: AIOKafkaClient, leader: int, topics: Topics) -> Mapping[TopicPartition, End]:
    """Without those that it does not lead, and empty where it does not answer."""
    latest = [(topic, [(number, _LATEST) for number in numbers]) for topic, numbers in topics.items()]
    try:
        async with asyncio.timeout(PATIENCE_S):
            # The log's end first: what arrives between the two is not taken for something that is held back.
            answers = await asyncio.gather(
                client.send(leader, OffsetRequest(_REPLICA, _UNCOMMITTED, latest)),
                client.send(leader, OffsetRequest(_CONSUMER, _COMMITTED, latest)),
            )
    except (KafkaError, TimeoutError):
        answered = {}
    else:
        logs, stables = (dict(_offsets(answer)) for answer in answers)
        answered = {tp: End(logs[tp], stables[tp]) for tp in logs.keys() & stables.keys()}
    if len(answered) < sum(map(len, topics.values())):
        client.force_metadata_update()  # another leads them by now
    return answered


def _offsets(answer: Any) -> Iterator[tuple[TopicPartition, int]]:
    return (
        (TopicPartition(topic, number), offset) for topic, numbers in answer.topics for number, error, _, offset in numbers if not error
    )
