"""When a cluster may be called ready: its brokers are in the metadata, all replicas in sync, groups and transactions work."""

import time
from collections.abc import Callable, Collection

from confluent_kafka import Consumer, KafkaError, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, ClusterMetadata  # type: ignore[attr-defined]  # exported, not declared

from deploy.kafka.node import Node

_ASK_S = 1.0
"""For one answer; what does not come in time is asked again."""

_REFUSED = {
    KafkaError.GROUP_AUTHORIZATION_FAILED,
    KafkaError.TRANSACTIONAL_ID_AUTHORIZATION_FAILED,
    KafkaError.CLUSTER_AUTHORIZATION_FAILED,
}
"""Waiting does not help."""


class NotReady(Exception):
    """The time is over; the text says what was still missing."""


def wait_until_ready(bootstrap: str, nodes: Collection[Node], patience_s: float, alive: Callable[[], None]) -> None:
    """`nodes`: those that must be there. `alive` raises when there is nothing left to wait for.

    A partition with a replica elsewhere is not waited for: its last replica in sync may be the one that is missing.
    """
    asking = AdminClient({"bootstrap.servers": bootstrap, "log_level": 0, "reconnect.backoff.max.ms": 200})
    _until_empty(lambda: _starting(nodes) or _missing(asking, {node.number for node in nodes}), patience_s, alive)


def use_internal_topics(bootstrap: str, patience_s: float, alive: Callable[[], None]) -> None:
    """The first group and the first transaction create __consumer_offsets and __transaction_state: let them be ours."""
    given = {"bootstrap.servers": bootstrap, "log_level": 0}
    # AdminClient.list_consumer_group_offsets would crash in librdkafka 2.16 while the coordinator is on its way (its issue 5040)
    member = Consumer(given | {"group.id": "ready"})
    writer = Producer(given | {"transactional.id": "ready"})
    try:
        _until_empty(lambda: _refusal(lambda: member.committed([TopicPartition("ready", 0)], _ASK_S)), patience_s, alive)
        _until_empty(lambda: _refusal(lambda: writer.init_transactions(_ASK_S)), patience_s, alive)
    finally:
        member.close()


def _until_empty(missing: Callable[[], str], patience_s: float, alive: Callable[[], None]) -> None:
    deadline = time.monotonic() + patience_s
    while still := missing():
        alive()
        if time.monotonic() > deadline:
            raise NotReady(f"Kafka is not ready after {patience_s:.0f} s: {still}")
        time.sleep(0.05)


def _refusal(asked: Callable[[], object]) -> str:
    try:
        asked()
    except KafkaException as error:
        why: KafkaError = error.args[0]
        if why.code() in _REFUSED:
            raise
        return why.str()
    return ""


def _starting(nodes: Collection[Node]) -> str:
    """The metadata has a killed broker as well, until its session ends."""
    return ", ".join(f"broker {node.number} has not started" for node in nodes if not node.has_started())


def _missing(asking: AdminClient, brokers: set[int]) -> str:
    try:
        known: ClusterMetadata = asking.list_topics(timeout=_ASK_S)
    except KafkaException as error:
        return f"no broker answers ({error.args[0].str()})"
    absent = brokers - known.brokers.keys()  # the fenced ones are not among them
    if absent:
        return f"not registered or fenced: broker {', '.join(map(str, sorted(absent)))}"
    behind = sorted(
        f"{topic.topic}-{number}"
        for topic in known.topics.values()
        for number, partition in topic.partitions.items()
        if brokers.issuperset(partition.replicas) and (partition.leader < 0 or len(partition.isrs) < len(partition.replicas))
    )
    return f"no leader, or a replica not in sync: {', '.join(behind[:5])}{' ...' * (len(behind) > 5)}" if behind else ""
