"""`throughline topics` and the worker's own check, on three brokers: what is said is what the cluster does."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from confluent_kafka.admin import (  # type: ignore[attr-defined]  # exported, not declared
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    NewPartitions,
    NewTopic,
    ResourceType,
)
from typer.testing import Result

from deploy.kafka.cluster import Cluster
from streams.engine.broken import BROKEN
from streams.engine.connections import NOT_SHOWN
from streams.exits import MISCONFIGURED
from streams.kafka.catalogue import catalogue
from streams.kafka.found import Described, look
from streams.policy_file import load_policy
from tests.cli.running import throughline
from tests.engine.live import PATIENCE_S, until
from tests.engine.test_operator import Command, running

pytestmark = [pytest.mark.slow, pytest.mark.kafka(embedded="knows neither CreateTopics nor configs")]

POLICY = "version: '1'\nchannels: {chat: {}, shop: {}}\n"
MORE = POLICY.replace("shop", "email: {}, shop")
CHAT, SHOP, JOURNEYS = "touchpoints.chat", "touchpoints.shop", "throughline.journeys"

BY_AGE = "deleted by age, journeys are lost that are still under way"


@pytest.fixture(scope="module")
def brokers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with Cluster(tmp_path_factory.mktemp("kafka"), brokers=3) as cluster:
        yield cluster.bootstrap


class Topics:
    def __init__(self, kafka: str, folder: Path) -> None:
        self.kafka = kafka
        self.policy = folder / "policy.yaml"
        self.policy.write_text(POLICY)
        self._admin = AdminClient({"bootstrap.servers": kafka, "log_level": 0})

    def say(self, command: str, *options: str) -> Result:
        return throughline("topics", command, "--kafka", self.kafka, "--policy", str(self.policy), *options)

    @property
    def create(self) -> str:
        return f"throughline topics create --kafka {self.kafka} --policy {self.policy}"

    def alter(self, topic: str, configs: Mapping[str, str]) -> None:
        entries = [ConfigEntry(name, value, incremental_operation=AlterConfigOpType.SET) for name, value in configs.items()]
        asked = self._admin.incremental_alter_configs([ConfigResource(ResourceType.TOPIC, topic, incremental_configs=entries)])
        for altered in asked.values():
            altered.result(PATIENCE_S)
        until(lambda: all((self.described(topic).configs or {})[name] == value for name, value in configs.items()), "the settings")

    def grow(self, topic: str, partitions: int) -> None:
        for grown in self._admin.create_partitions([NewPartitions(topic, partitions)]).values():
            grown.result(PATIENCE_S)
        until(lambda: self.described(topic).partitions == partitions, "the partitions")

    def make(self, topic: str, partitions: int, replication: int) -> None:
        for made in self._admin.create_topics([NewTopic(topic, partitions, replication)]).values():
            made.result(PATIENCE_S)
        until(lambda: topic in look(self.kafka, [topic]).topics, "the topic")

    def drop(self, *topics: str) -> None:
        for dropped in self._admin.delete_topics(list(topics)).values():
            dropped.result(PATIENCE_S)
        until(lambda: not look(self.kafka, topics).topics, "the topics gone")

    def described(self, topic: str) -> Described:
        found = look(self.kafka, [topic]).topics[topic]
        assert isinstance(found, Described)
        return found

    def ours(self) -> list[str]:
        known = self._admin.list_topics(timeout=PATIENCE_S).topics
        return [topic for topic in known if topic.startswith(("touchpoints.", "alerts.", "throughline."))]


@pytest.fixture
def topics(brokers: str, tmp_path: Path) -> Iterator[Topics]:
    """None of ours is there yet."""
    found = Topics(brokers, tmp_path)
    yield found
    if left := found.ours():
        found.drop(*left)


@pytest.fixture
def made(topics: Topics) -> Topics:
    assert topics.say("create", "--partitions", "2").exit_code == 0
    return topics


def test_each_topic_is_made_as_the_catalogue_has_it_and_is_then_as_it_should_be(topics: Topics) -> None:
    created = topics.say("create", "--partitions", "5")
    wanted = catalogue(load_policy(topics.policy), "throughline", partitions=5)
    assert created.exit_code == 0
    assert created.stdout.splitlines() == [f"created {topic.name}: 5 partitions, 3 replicas" for topic in wanted]
    for topic in wanted:
        found = topics.described(topic.name)
        assert (found.partitions, found.replication) == (5, 3)
        assert {config.name: str(config.value) for config in topic.configs}.items() <= (found.configs or {}).items()
    checked = topics.say("check")
    assert (checked.exit_code, checked.stdout) == (0, "")
    assert "8 topics are as they should be, with 5 partitions and 3 replicas" in checked.stderr
    again = topics.say("create")
    assert (again.exit_code, again.stdout) == (0, "")
    assert "every topic is as it should be" in topics.say("plan").stdout


def test_a_channel_that_is_added_gets_as_many_partitions_as_the_others_have(made: Topics) -> None:
    made.policy.write_text(MORE)
    assert made.say("create").stdout == "created touchpoints.email: 2 partitions, 3 replicas\n"


def test_what_differs_is_set_each_is_said_and_what_is_better_is_left_alone(made: Topics) -> None:
    made.alter(CHAT, {"message.timestamp.type": "CreateTime", "retention.ms": "3600000", "max.message.bytes": "8000000"})
    made.alter(JOURNEYS, {"cleanup.policy": "delete"})
    checked = made.say("check")
    assert checked.exit_code == 1
    assert [line.partition(" where ")[0] for line in checked.stdout.splitlines()[:-1]] == [
        f"{CHAT} has message.timestamp.type=CreateTime",
        f"{CHAT} has retention.ms=3600000",
        "touchpoints.dead-letter has max.message.bytes=4194304",  # which is not enough for this channel's records
        f"{JOURNEYS} has cleanup.policy=delete",
    ]
    assert checked.stdout.splitlines()[-1] == f"    mend: {made.create}"
    created = made.say("create")
    assert created.exit_code == 0
    assert created.stdout.splitlines() == [
        f"set {CHAT}: message.timestamp.type CreateTime → LogAppendTime",
        f"set {CHAT}: retention.ms 3600000 (PT1H) → 604800000 (P7D)",
        "set touchpoints.dead-letter: max.message.bytes 4194304 → 8065536",
        f"set {JOURNEYS}: cleanup.policy delete → compact",
    ]
    assert (made.described(CHAT).configs or {})["max.message.bytes"] == "8000000"
    until(lambda: made.say("check").exit_code == 0, "every setting as it should be")


def test_partitions_and_replicas_are_left_with_what_to_do(made: Topics) -> None:
    made.drop(SHOP)
    made.make(SHOP, 3, 1)
    created = made.say("create")
    assert created.exit_code == 1
    left = [line for line in created.stdout.splitlines() if not line.startswith("set ")]
    assert left[0] == f"left {SHOP}: it has 3 partitions where 2 is what the others have: one customer would be two partition numbers"
    assert f"kafka-topics.sh --bootstrap-server {made.kafka} --delete --topic {SHOP}" in left[1]
    assert left[2] == f"left {SHOP}: it has 1 replica where 3 should be: it is lost with its broker"
    assert "kafka-reassign-partitions.sh" in left[3]
    assert (made.described(SHOP).configs or {})["min.insync.replicas"] == "1"  # two would refuse every record


def test_more_replicas_than_brokers_are_not_tried(topics: Topics) -> None:
    told = topics.say("create", "--replication", "4")
    assert told.exit_code == 1
    assert f"4 replicas need as many brokers, and {topics.kafka} has 3" in told.stderr
    assert topics.ours() == []


def test_asking_about_topics_makes_none(topics: Topics) -> None:
    assert topics.say("check").exit_code == 1
    assert topics.say("plan").exit_code == 0
    assert topics.ours() == []


def errors(command: Command) -> dict[str, str]:
    """What it says cannot be, with what mends it."""
    lines = [json.loads(line) for line in command.said.splitlines()]
    return {line["message"]: line.get("mend", "") for line in lines if line["level"] in {"error", "critical"}}


def test_a_worker_ends_with_each_topic_it_cannot_work_with_by_name(made: Topics, tmp_path: Path) -> None:
    made.drop("alerts.active")
    made.alter(JOURNEYS, {"cleanup.policy": "delete"})
    made.alter(CHAT, {"message.timestamp.type": "CreateTime"})
    with running(tmp_path, POLICY, KAFKA=made.kafka) as command:
        assert command.process.wait(PATIENCE_S) == MISCONFIGURED
        assert set(errors(command)) == {
            "topic alerts.active is missing",
            f"topic {JOURNEYS} has cleanup.policy=delete where compact should be: {BY_AGE}",
        }
        assert set(errors(command).values()) == {made.create}
        assert f"topic {CHAT} has message.timestamp.type=CreateTime where LogAppendTime should be" in command.said
    assert made.say("create").exit_code == 0
    with running(tmp_path, POLICY, KAFKA=made.kafka) as command:
        until(lambda: '"working"' in command.said, "a worker that works")
        assert errors(command).keys() - {"Group Coordinator Request failed: [Error 15] GroupCoordinatorNotAvailableError"} == set()
        command.process.terminate()
        assert command.process.wait(PATIENCE_S) == 0


def test_topics_that_a_broker_shows_late_are_waited_for(topics: Topics, tmp_path: Path) -> None:
    with running(tmp_path, POLICY, KAFKA=topics.kafka) as command:
        until(lambda: NOT_SHOWN in command.said, "a worker that waits for its topics")
        assert topics.say("create").exit_code == 0
        until(lambda: '"working"' in command.said, "a worker that works")
        command.process.terminate()
        assert command.process.wait(PATIENCE_S) == 0


@pytest.mark.parametrize("topic", [JOURNEYS, "alerts.active"])
def test_a_topic_that_is_deleted_while_a_worker_runs_ends_it_by_name(made: Topics, tmp_path: Path, topic: str) -> None:
    with running(tmp_path, POLICY, KAFKA=made.kafka) as command:
        until(lambda: '"working"' in command.said, "a worker that works")
        made.drop(topic)
        assert command.process.wait(PATIENCE_S) == MISCONFIGURED
        assert f"topic {topic} is gone, or may not be seen any more" in command.said


def test_a_channel_that_is_deleted_while_a_worker_runs_ends_it_by_name_and_its_successor_too(made: Topics, tmp_path: Path) -> None:
    with running(tmp_path, POLICY, KAFKA=made.kafka) as command:
        until(lambda: '"working"' in command.said, "a worker that works")
        made.drop(SHOP)
        assert command.process.wait(PATIENCE_S) in {MISCONFIGURED, BROKEN}  # the group's next assignment may show it before the next look
        assert re.search(f"topic {SHOP} (is gone|has other partition numbers than the rest: it was deleted)", command.said)
    with running(tmp_path, POLICY, KAFKA=made.kafka) as command:
        assert command.process.wait(PATIENCE_S) == MISCONFIGURED
        assert errors(command) == {f"topic {SHOP} is missing": made.create}


def test_partitions_that_are_added_while_a_worker_runs_end_it_although_all_stay_equal(made: Topics, tmp_path: Path) -> None:
    with running(tmp_path, POLICY, KAFKA=made.kafka) as command:
        until(lambda: '"working"' in command.said, "a worker that works")
        for topic in (CHAT, SHOP, JOURNEYS):
            made.grow(topic, 3)
        assert command.process.wait(PATIENCE_S) == MISCONFIGURED
        assert re.search(f"topic {CHAT} has 3 partitions, and had 2 when this worker started", command.said)
