"""Which workers there are, and who reads which partition numbers."""

from collections.abc import Collection

from confluent_kafka import ConsumerGroupState, ConsumerGroupTopicPartitions, KafkaException, TopicPartition
from msgspec import Struct

from streams.kafka.client import ANSWER_WITHIN, KafkaTrouble, forbidden
from streams.kafka.offsets import Topics, Where


class Workers(Struct, frozen=True):
    by_number: dict[int, str]
    """Who reads a partition number."""
    at_rest: bool
    """Whether the partition numbers are given out: not while workers come and go."""


def workers(topics: Topics, application: str) -> Workers | None:
    """None where the broker does not say: the embedded one."""
    if topics.embedded:
        return None
    try:
        group = topics.admin.describe_consumer_groups([application], request_timeout=ANSWER_WITHIN)[application].result()
    except KafkaException as error:
        raise _trouble(topics, application, error) from None
    named = {
        tp.partition: member.group_instance_id or f"{member.member_id[-8:]} on {member.host.lstrip('/')}"
        for member in group.members
        for tp in (member.assignment.topic_partitions if member.assignment else ())
    }
    moving = (ConsumerGroupState.PREPARING_REBALANCING, ConsumerGroupState.COMPLETING_REBALANCING)
    return Workers(named, group.state not in moving)


def committed(topics: Topics, application: str, wheres: Collection[Where]) -> dict[Where, int]:
    """Where the workers go on reading; of what they have begun to read."""
    asked = [TopicPartition(*where) for where in sorted(wheres)]
    if not asked:
        return {}
    wanted = [ConsumerGroupTopicPartitions(application, asked)]
    try:
        found = topics.admin.list_consumer_group_offsets(wanted, request_timeout=ANSWER_WITHIN)[application].result()
    except KafkaException as error:
        raise _trouble(topics, application, error) from None
    return {(tp.topic, tp.partition): tp.offset for tp in found.topic_partitions if tp.offset >= 0}


def _trouble(topics: Topics, application: str, error: KafkaException) -> KafkaTrouble:
    cause = error.args[0]
    return forbidden(cause, f"see the group {application}", "Describe on it") or KafkaTrouble(
        f"{topics.kafka} does not tell of the group {application}: {cause.str()}"
    )
