"""The topics as they should be on this cluster, beside those that there are."""

import shlex
from pathlib import Path

from msgspec import Struct

from schemas.policy import Policy
from schemas.touchpoint import TOPIC_PREFIX
from streams.kafka import difference
from streams.kafka.catalogue import CHANNEL_BYTES, LARGEST, PARTITIONS, REPLICATION, RETENTION, Topic, catalogue, partitioned, written
from streams.kafka.client import KafkaTrouble
from streams.kafka.difference import Deviation, Untold, partitions_in_use
from streams.kafka.found import Cluster, Described, look
from streams.settings import Settings

DEFAULT_APPLICATION = Settings.model_fields["application"].default


class Plan(Struct, frozen=True):
    kafka: str
    cluster: Cluster
    topics: tuple[Topic, ...]
    deviations: tuple[Deviation, ...]
    partitions: int
    partitions_from: str
    """Why so many, as the end of a sentence."""
    replication: int
    replication_from: str

    def of(self, deviation: Deviation, create: str) -> tuple[str, str]:
        """What is otherwise, in a sentence, and what mends it."""
        return difference.said(deviation, self.partitions_from), difference.mend(deviation, self.kafka, create)


def plan(
    kafka: str,
    policy: Policy,
    application: str,
    *,
    partitions: int | None = None,
    replication: int | None = None,
    retention: int = RETENTION,
) -> Plan:
    """What is not given is taken from the cluster: the partitions that the topics have already, as many replicas as brokers allow.

    KafkaTrouble where nobody answers, or where more replicas are asked for than there are brokers.
    """
    counted = partitioned(policy, application)
    cluster = look(kafka, [*counted, *written()])
    if replication is not None and replication > cluster.brokers:
        raise KafkaTrouble(f"{replication} replicas need as many brokers, and {kafka} has {cluster.brokers}: give --replication fewer")
    in_use = partitions_in_use(cluster.topics, counted)
    count = partitions or in_use or PARTITIONS
    replicas = replication or min(REPLICATION, cluster.brokers)
    wanted = catalogue(policy, application, partitions=count, replication=replicas, retention=retention, largest=_largest(cluster, policy))
    return Plan(
        kafka,
        cluster,
        wanted,
        tuple(each for each in difference.differences(wanted, cluster.topics) if not (cluster.embedded and isinstance(each, Untold))),
        count,
        "is what was asked for" if partitions else "is what the others have" if in_use else "is the default",
        replicas,
        "as was asked for"
        if replication
        else "as it should be"
        if replicas == REPLICATION
        else f"there are no more than {replicas} brokers",
    )


def create_command(kafka: str, policy: Path, application: str, partitions: int | None = None, **more: object) -> str:
    """`throughline topics create` as it is to be typed; `more`: options that were given, None for those that were not."""
    options = {"kafka": kafka, "policy": policy, "application": application, "partitions": partitions} | more
    usual = {"application": DEFAULT_APPLICATION}
    given = [(name, value) for name, value in options.items() if value is not None and usual.get(name) != value]
    return shlex.join(["throughline", "topics", "create", *(word for name, value in given for word in (f"--{name}", str(value)))])


def _largest(cluster: Cluster, policy: Policy) -> int:
    """The most bytes at once that any of the channels takes."""
    found = (cluster.topics.get(TOPIC_PREFIX + channel) for channel in policy.channels)
    sizes = (int(topic.configs[LARGEST]) for topic in found if isinstance(topic, Described) and topic.configs and LARGEST in topic.configs)
    return max(CHANNEL_BYTES, *sizes, CHANNEL_BYTES)
