"""What an operator does to topics and their leaders, and what a round needs of them."""

import asyncio
import time
from collections.abc import Iterable, Mapping
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.protocol.admin import AlterPartitionReassignmentsRequest
from confluent_kafka import ElectionType, KafkaException, TopicPartition
from confluent_kafka.admin import (  # type: ignore[attr-defined]  # exported, not declared
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    NewTopic,
    ResourceType,
)

from schemas.alert import ACTIVE_TOPIC
from schemas.dead_letter import DEAD_LETTER_TOPIC
from schemas.touchpoint import TOPIC_PREFIX
from streams.engine import topics
from streams.kafka.client import client
from tests.faults.policy import PARTITIONS, POLICY
from tests.faults.watch import until

REPLICAS = 3
IN_SYNC = 2
ANSWER_S = 60.0
NO_TAGS: Any = {}
ATTEMPT_S, CONFIGURE_S = 5.0, 120.0
STAMP, LARGEST, LEAST_IN_SYNC = "message.timestamp.type", "max.message.bytes", "min.insync.replicas"
OF_BROKER, OF_PRODUCER = "LogAppendTime", "CreateTime"
COMPACTED = {
    "cleanup.policy": "compact",
    "segment.ms": "10000",  # so that a round sees some of it compacted
    "min.cleanable.dirty.ratio": "0.01",
    "delete.retention.ms": "600000",
}


class Operator:
    def __init__(self, kafka: str) -> None:
        self._kafka = kafka

    @property
    def _admin(self) -> AdminClient:
        """A new one: an old one may wait for the controller that was killed since."""
        self._asking = AdminClient(client(self._kafka))  # held while it asks
        return self._asking

    def topics_of(self, application: str) -> dict[str, dict[str, str]]:
        """Each with its configuration."""
        shared = {LEAST_IN_SYNC: str(IN_SYNC), "retention.ms": "-1"}
        made = {TOPIC_PREFIX + channel: shared | {STAMP: OF_BROKER, LARGEST: "2000000"} for channel in POLICY.channels}
        made |= dict.fromkeys(topics.written(), shared)
        made[DEAD_LETTER_TOPIC] = shared | {STAMP: OF_PRODUCER, LARGEST: "3000000"}
        made[ACTIVE_TOPIC] = shared | COMPACTED
        made[topics.changelog(application)] = shared | COMPACTED | {LARGEST: "3000000"}
        return made

    def make(self, application: str, stamped_by_producer: Iterable[str] = ()) -> None:
        """The topics of an application, anew."""
        wanted = self.topics_of(application)
        self._delete([topic for topic in self._listed() if topic in wanted or topic.endswith(".journeys")])
        for topic in stamped_by_producer:
            wanted[topic] = wanted[topic] | {STAMP: OF_PRODUCER}
        new = [NewTopic(topic, PARTITIONS, REPLICAS, config=config) for topic, config in wanted.items()]
        for made in self._admin.create_topics(new, operation_timeout=ANSWER_S).values():
            made.result(ANSWER_S)
        until(lambda: self._led(wanted), "leaders of all topics", ANSWER_S)

    def configure(self, topic: str, config: Mapping[str, str | None]) -> None:
        """None takes a setting back to what the round began with."""
        began = self.topics_of("")[topic]
        entries = []
        for name, value in config.items():
            wanted = began.get(name) if value is None else value
            operation = AlterConfigOpType.DELETE if wanted is None else AlterConfigOpType.SET
            entries.append(ConfigEntry(name, wanted or "", incremental_operation=operation))
        resource = ConfigResource(ResourceType.TOPIC, topic, incremental_configs=entries)

        errors: list[str] = []

        def altered() -> bool:
            """Whatever goes wrong is tried again: the controller may be the broker that was just killed."""
            try:
                self._admin.incremental_alter_configs([resource])[resource].result(ATTEMPT_S)
            except (KafkaException, TimeoutError) as error:
                errors.append(str(error))
            else:
                return True
            return False

        until(altered, lambda: f"{topic} configured: {errors[-1:]}", CONFIGURE_S)

    def move_leaders(self, turn: int) -> int:
        """Every partition's next replica leads it, `turn` places on; how many have a new leader."""
        before = self._leaders()
        order: dict[str, dict[int, list[int]]] = {}
        for (topic, number), (_, replicas) in before.items():
            turned = turn % (len(replicas) - 1) + 1 if len(replicas) > 1 else 0
            order.setdefault(topic, {})[number] = replicas[turned:] + replicas[:turned]
        asyncio.run(self._reassign(order))
        until(
            lambda: all(replicas == order[topic][number] for (topic, number), (_, replicas) in self._leaders().items()),
            "replicas",
            ANSWER_S,
        )
        # confluent-kafka 2.16 fails when it is given a timeout here
        self._admin.elect_leaders(ElectionType.PREFERRED, [TopicPartition(*where) for where in before]).result(ANSWER_S)

        def moved() -> int:
            after = self._leaders()
            return sum(after[where][0] != leader for where, (leader, _) in before.items())

        return until(moved, "a partition with another leader", ANSWER_S)

    def whole(self) -> bool:
        """Whether every replica of every partition is in sync."""
        try:
            found = self._admin.list_topics(timeout=5).topics.values()
        except KafkaException:
            return False
        return all(len(part.isrs) == len(part.replicas) for topic in found for part in topic.partitions.values())

    async def _reassign(self, order: Mapping[str, Mapping[int, list[int]]]) -> None:
        asked: list[Any] = [
            (topic, [(number, replicas, {}) for number, replicas in numbers.items()], {}) for topic, numbers in order.items()
        ]
        admin = AIOKafkaAdminClient(bootstrap_servers=self._kafka)
        await admin.start()
        try:
            request = AlterPartitionReassignmentsRequest(int(ANSWER_S * 1000), asked, NO_TAGS)
            answer: Any = await admin._send_to_controller(request)
        finally:
            await admin.close()
        refused = [(topic[0], part) for topic in answer.responses for part in topic[1] if part[1]]
        if answer.error_code or refused:
            raise AssertionError(f"the leaders cannot be moved: {answer.error_code} {refused[:3]}")

    def _leaders(self) -> dict[tuple[str, int], tuple[int, list[int]]]:
        """Of every topic, Kafka's own too: who leads, and who follows in which order."""
        found = self._admin.list_topics(timeout=ANSWER_S).topics
        return {
            (name, number): (int(part.leader), list(part.replicas))
            for name, topic in found.items()
            for number, part in topic.partitions.items()
        }

    def _delete(self, names: list[str]) -> None:
        if not names:
            return
        for gone in self._admin.delete_topics(names, operation_timeout=ANSWER_S).values():
            gone.result(ANSWER_S)
        until(lambda: not set(names) & set(self._listed()), "the old topics gone", ANSWER_S)

    def _listed(self) -> list[str]:
        return list(self._admin.list_topics(timeout=ANSWER_S).topics)

    def _led(self, names: Iterable[str]) -> bool:
        """Asked twice, a moment apart: the brokers learn of a topic one after the other."""
        for _ in range(2):
            found = self._admin.list_topics(timeout=ANSWER_S).topics
            for name in names:
                topic = found.get(name)
                if topic is None or len(topic.partitions) < PARTITIONS or any(part.leader < 0 for part in topic.partitions.values()):
                    return False
            time.sleep(0.2)
        return True
