"""What a cluster says of our topics: which there are, with which settings, and what we may do with them."""

from collections.abc import Iterable, Mapping
from concurrent.futures import Future
from typing import Any

from confluent_kafka import KafkaError, KafkaException, TopicCollection
from confluent_kafka.admin import AdminClient, ConfigResource, ResourceType  # type: ignore[attr-defined]  # exported, not declared
from msgspec import Struct

from streams.kafka.access import Access
from streams.kafka.client import ANSWER_WITHIN, KafkaTrouble, client

MOCK_CLUSTER = "mockCluster"
"""How the embedded broker's cluster id begins."""
_REFUSED = {KafkaError.TOPIC_AUTHORIZATION_FAILED, KafkaError.CLUSTER_AUTHORIZATION_FAILED}
_NOT_TOLD = {*_REFUSED, KafkaError.UNSUPPORTED_VERSION, KafkaError._UNSUPPORTED_FEATURE, KafkaError.UNKNOWN_TOPIC_OR_PART}  # noqa: SLF001 (the client's own name for it)
"""Why a topic's settings are not told; a topic that went meanwhile has none."""


class Described(Struct, frozen=True):
    partitions: int
    replication: int
    """Of the partition that has the fewest replicas."""
    configs: Mapping[str, str] | None = None
    """None where they may not be read, or the cluster knows none."""
    operations: frozenset[str] | None = None
    """What we may do, as `READ`; None where the cluster does not say."""


class Unseen(Struct, frozen=True):
    """We may not see it; perhaps there is no such topic."""


Topics = Mapping[str, Described | Unseen]
"""By name; those that are missing are."""


class Cluster(Struct, frozen=True):
    brokers: int
    embedded: bool
    """It makes topics when they are first asked for, and knows no settings."""
    topics: Topics


def look(kafka: str, names: Iterable[str], access: Access | None = None) -> Cluster:
    """KafkaTrouble where nobody answers. Asking creates no topic, whatever `auto.create.topics.enable` says.

    `access`: without it, what the environment says.
    """
    admin = AdminClient(client(kafka, access))
    try:
        known = admin.list_topics(timeout=ANSWER_WITHIN)
    except KafkaException as error:
        raise KafkaTrouble(f"no Kafka answers at {kafka} ({error.args[0].str()}): is it running, and is the address right?") from None
    wanted = list(dict.fromkeys(names))
    if str(known.cluster_id).startswith(MOCK_CLUSTER):  # it answers none of the questions below
        there = {name: Described(len(known.topics[name].partitions), 1) for name in wanted if name in known.topics}
        return Cluster(len(known.brokers), embedded=True, topics=there)
    described = _described(admin, wanted, kafka)
    configs = _configs(admin, [name for name, found in described.items() if isinstance(found, Described)], kafka)
    topics = {
        name: Described(found.partitions, found.replication, configs[name], found.operations) if isinstance(found, Described) else found
        for name, found in described.items()
    }
    return Cluster(len(known.brokers), embedded=False, topics=topics)


def _described(admin: AdminClient, names: list[str], kafka: str) -> dict[str, Described | Unseen]:
    asked: Mapping[str, Future[Any]] = admin.describe_topics(
        TopicCollection(names), include_authorized_operations=True, request_timeout=ANSWER_WITHIN
    )
    found: dict[str, Described | Unseen] = {}
    for name, answer in asked.items():
        try:
            topic = answer.result()
        except KafkaException as error:
            match error.args[0].code():
                case KafkaError.UNKNOWN_TOPIC_OR_PART:
                    continue
                case KafkaError.TOPIC_AUTHORIZATION_FAILED:
                    found[name] = Unseen()
                case _:
                    raise KafkaTrouble(f"{kafka} does not describe the topic {name}: {error.args[0].str()}") from None
        else:
            allowed = topic.authorized_operations
            found[name] = Described(
                len(topic.partitions),
                min(len(partition.replicas) for partition in topic.partitions),
                operations=None if allowed is None else frozenset(operation.name for operation in allowed),
            )
    return found


def _configs(admin: AdminClient, names: list[str], kafka: str) -> dict[str, Mapping[str, str] | None]:
    if not names:
        return {}
    asked: Mapping[ConfigResource, Future[Any]] = admin.describe_configs(
        [ConfigResource(ResourceType.TOPIC, name) for name in names], request_timeout=ANSWER_WITHIN
    )
    found: dict[str, Mapping[str, str] | None] = {}
    for resource, answer in asked.items():
        try:
            entries = answer.result()
        except KafkaException as error:
            if error.args[0].code() not in _NOT_TOLD:
                raise KafkaTrouble(f"{kafka} does not tell the settings of {resource.name}: {error.args[0].str()}") from None
            found[resource.name] = None
        else:
            found[resource.name] = {name: entry.value for name, entry in entries.items() if entry.value is not None}
    return found
