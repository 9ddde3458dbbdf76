"""What is wrong with the topics is said by name, with what mends it, before anything is read."""

from collections.abc import Mapping
from types import MappingProxyType

import pytest

from schemas.policy import Policy
from streams.engine.topics import Finding, Watch, findings, needed, verdict
from streams.exits import MISCONFIGURED, REFUSED
from streams.kafka.catalogue import catalogue
from streams.kafka.found import Cluster, Described, Topics, Unseen
from streams.settings import Settings

POLICY = Policy.model_validate({"version": "1", "channels": {"chat": {}, "shop": {}}})
SETTINGS = Settings(kafka="k:9092", application="t")
CREATE = "throughline topics create --kafka k:9092 --policy deploy/policy.yaml --application t"
RIGHT: dict[str, Described | Unseen] = {
    topic.name: Described(4, 3, {config.name: str(config.value) for config in topic.configs})
    for topic in catalogue(POLICY, "t", partitions=4)
}
ALL = frozenset({"READ", "WRITE", "DESCRIBE", "DESCRIBE_CONFIGS", "CREATE", "DELETE", "ALTER", "ALTER_CONFIGS"})


def found(topics: Topics, settings: Settings = SETTINGS, *, embedded: bool = False) -> list[Finding]:
    return findings(POLICY, settings, Cluster(3, embedded, topics), "User:t")


def but(
    name: str,
    configs: Mapping[str, str] = MappingProxyType({}),
    *,
    partitions: int = 4,
    replication: int = 3,
    operations: frozenset[str] | None = None,
) -> Topics:
    right = RIGHT[name]
    assert isinstance(right, Described)
    return RIGHT | {name: Described(partitions, replication, dict(right.configs or {}) | dict(configs), operations)}


def without(name: str) -> Topics:
    return {topic: there for topic, there in RIGHT.items() if topic != name}


@pytest.mark.parametrize(
    "topics",
    [
        pytest.param(RIGHT, id="as the catalogue has them"),
        pytest.param(but("alerts.active", partitions=1), id="what is only written may have any number of partitions"),
        pytest.param(but("touchpoints.dead-letter", partitions=1), id="the dead letters too"),
        pytest.param(but("touchpoints.chat", {"retention.ms": "-1"}), id="what is kept for ever is kept long enough"),
        pytest.param(but("touchpoints.chat", {"min.insync.replicas": "3"}), id="what is safer is no mistake"),
    ],
)
def test_what_is_right_is_not_mentioned(topics: Topics) -> None:
    assert found(topics) == []


SPLIT = "one customer would be two partition numbers"
BY_AGE = "deleted by age, journeys are lost that are still under way"


@pytest.mark.parametrize(
    ("topics", "says", "mend"),
    [
        pytest.param(without("touchpoints.shop"), "topic touchpoints.shop is missing", CREATE, id="a channel's topic is missing"),
        pytest.param(without("alerts.slow-response"), "topic alerts.slow-response is missing", CREATE, id="an alert topic is missing"),
        pytest.param(
            but("touchpoints.shop", partitions=6),
            f"topic touchpoints.shop has 6 partitions where 4 is what the others have: {SPLIT}",
            "kafka-topics.sh --bootstrap-server k:9092 --delete --topic touchpoints.shop",
            id="a channel with more partitions than the others",
        ),
        pytest.param(
            but("touchpoints.shop", partitions=2),
            f"topic touchpoints.shop has 2 partitions where 4 is what the others have: {SPLIT}",
            "kafka-topics.sh --bootstrap-server k:9092 --alter --topic touchpoints.shop --partitions 4",
            id="a channel with fewer",
        ),
        pytest.param(
            but("t.journeys", partitions=6),
            f"topic t.journeys has 6 partitions where 4 is what the others have: {SPLIT}",
            "THROUGHLINE_APPLICATION",
            id="journeys with another number",
        ),
        pytest.param(
            but("t.journeys", {"cleanup.policy": "delete"}),
            f"topic t.journeys has cleanup.policy=delete where compact should be: {BY_AGE}",
            CREATE,
            id="journeys that are deleted by age",
        ),
        pytest.param(
            but("t.journeys", {"cleanup.policy": "compact,delete"}),
            f"topic t.journeys has cleanup.policy=compact,delete where compact should be: {BY_AGE}",
            CREATE,
            id="journeys that are compacted, and deleted by age all the same",
        ),
        pytest.param(
            but("touchpoints.chat", {"cleanup.policy": "compact"}),
            "topic touchpoints.chat has cleanup.policy=compact where delete should be: compacted, it would keep each customer's last "
            "touchpoint alone, and lose those before",
            CREATE,
            id="a channel that is compacted",
        ),
        pytest.param(
            but("t.journeys", {"min.insync.replicas": "2"}, replication=1),
            "topic t.journeys has min.insync.replicas=2 where at most 1 should be: more than the topic has replicas: every record is "
            "refused",
            CREATE,
            id="a topic that takes no record",
        ),
    ],
)
def test_what_it_cannot_work_with_ends_it(topics: Topics, says: str, mend: str) -> None:
    (fatal,) = (finding for finding in found(topics) if finding.exit_code is not None)
    assert fatal.says == says
    assert mend in fatal.mend
    assert verdict(found(topics)) == MISCONFIGURED


def test_equal_numbers_of_partitions_are_held_against_the_setting() -> None:
    wanted = Settings(kafka="k:9092", application="t", partitions=12)
    assert [finding.says for finding in found(RIGHT, wanted)] == [
        f"topic {topic} has 4 partitions where 12 is what THROUGHLINE_PARTITIONS says: {SPLIT}"
        for topic in ("touchpoints.chat", "touchpoints.shop", "t.journeys")
    ]


@pytest.mark.parametrize(
    ("topics", "says", "mend"),
    [
        pytest.param(
            RIGHT | {"touchpoints.shop": Unseen()},
            "topic touchpoints.shop may not be seen, if it is there: Describe is not allowed",
            "kafka-acls.sh --bootstrap-server k:9092 --add --allow-principal User:t --operation Describe --topic touchpoints.shop",
            id="a topic that may not be seen",
        ),
        pytest.param(
            but("touchpoints.shop", operations=ALL - {"READ"}),
            "topic touchpoints.shop: Read is not allowed",
            "kafka-acls.sh --bootstrap-server k:9092 --add --allow-principal User:t --operation Read --topic touchpoints.shop",
            id="a channel that may not be read",
        ),
        pytest.param(
            but("touchpoints.shop", operations=ALL - {"WRITE"}),
            "topic touchpoints.shop: Write is not allowed",
            "--operation Write --topic touchpoints.shop",
            id="a channel to which nothing can be forwarded",
        ),
        pytest.param(
            but("alerts.active", operations=frozenset({"DESCRIBE", "DESCRIBE_CONFIGS"})),
            "topic alerts.active: Write is not allowed",
            "--operation Write --topic alerts.active",
            id="an alert topic that may not be written",
        ),
    ],
)
def test_an_acl_that_is_missing_ends_it_with_a_code_of_its_own(topics: Topics, says: str, mend: str) -> None:
    (finding,) = found(topics)
    assert (finding.says, finding.exit_code, verdict([finding])) == (says, REFUSED, REFUSED)
    assert mend in finding.mend


def test_alert_topics_need_not_be_readable() -> None:
    assert found(but("alerts.active", operations=frozenset({"DESCRIBE", "WRITE", "DESCRIBE_CONFIGS"}))) == []


@pytest.mark.parametrize(
    ("name", "configs"),
    [
        pytest.param("touchpoints.chat", {"message.timestamp.type": "CreateTime"}, id="a channel by its producers' clocks"),
        pytest.param("touchpoints.chat", {"min.insync.replicas": "1"}, id="acknowledged by one broker alone"),
        pytest.param("touchpoints.chat", {"retention.ms": "86399999"}, id="kept for less than the policy's window"),
        pytest.param("alerts.active", {"cleanup.policy": "delete"}, id="open alerts deleted by age"),
    ],
)
def test_what_is_a_risk_is_warned_of(name: str, configs: Mapping[str, str]) -> None:
    (warning,) = found(but(name, configs))
    assert warning.exit_code is None
    assert warning.says.startswith(f"topic {name} has ")
    assert warning.mend == CREATE


def test_a_channel_that_is_kept_as_long_as_the_window_is_not_warned_of() -> None:
    assert found(but("touchpoints.chat", {"retention.ms": "86400000"})) == []


def test_the_same_of_several_topics_is_one_warning() -> None:
    topics = {name: Described(4, 1, dict(there.configs or {})) for name, there in RIGHT.items() if isinstance(there, Described)}
    for there in topics.values():
        assert isinstance(there.configs, dict)
        there.configs["min.insync.replicas"] = "1"
    (warning,) = found(topics)
    assert warning.exit_code is None
    assert all(name in warning.says for name in needed(POLICY, "t"))
    assert "1 replica where 3 should be: it is lost with its broker" in warning.says


@pytest.mark.parametrize(("brokers", "mend"), [(1, "3 brokers"), (3, CREATE.replace("create", "check") + " says how")])
def test_of_few_replicas_it_is_said_what_can_be_done_about_them(brokers: int, mend: str) -> None:
    lonely = but("touchpoints.chat", {"min.insync.replicas": "1"}, replication=1)
    (warning,) = findings(POLICY, SETTINGS, Cluster(brokers, embedded=False, topics=lonely), "User:t")
    assert (warning.exit_code, warning.mend) == (None, mend)


def test_what_only_costs_time_or_space_is_left_to_topics_check() -> None:
    assert found(but("t.journeys", {"segment.bytes": "1073741824"})) == []


def test_a_cluster_that_does_not_tell_settings_is_believed_in_one_line() -> None:
    topics = {name: Described(4, 3) for name in RIGHT}
    (warning,) = found(topics)
    assert warning.exit_code is None
    assert warning.says == "8 topics do not tell their settings, which are taken as right: DescribeConfigs is not allowed"
    assert warning.mend.count("--topic") == len(RIGHT)


def test_the_embedded_broker_knows_no_settings_and_is_not_asked_for_them() -> None:
    assert found({name: Described(4, 1) for name in RIGHT}, embedded=True) == []


def test_an_empty_cluster_lacks_each_of_them() -> None:
    assert [finding.says for finding in found({})] == [f"topic {name} is missing" for name in RIGHT]


HAD = {"touchpoints.chat": 4, "touchpoints.shop": 4, "t.journeys": 4, "alerts.active": 4}
COUNTED = ("touchpoints.chat", "touchpoints.shop", "t.journeys")
GONE = "topic touchpoints.shop is gone, or may not be seen any more"


@pytest.mark.parametrize(
    ("now", "says"),
    [
        pytest.param(HAD, [], id="nothing has changed"),
        pytest.param(HAD | {"of.others": 1}, [], id="topics of others come and go"),
        pytest.param(HAD | {"alerts.active": 8}, [], id="what is only written may grow"),
        pytest.param({name: count for name, count in HAD.items() if name != "touchpoints.shop"}, [GONE], id="a topic was deleted"),
        pytest.param(
            dict.fromkeys(HAD, 6),
            [
                f"topic {topic} has 6 partitions, and had 4 when this worker started: customers would be told apart from their journeys"
                for topic in COUNTED
            ],
            id="all have grown alike",
        ),
    ],
)
def test_what_becomes_of_the_topics_while_a_worker_runs_counts_when_it_is_seen_twice(now: dict[str, int], says: list[str]) -> None:
    watch = Watch(HAD, COUNTED)
    assert watch.look(now) == []
    assert watch.look(now) == says


def test_a_broker_that_knows_of_fewer_topics_for_a_moment_ends_no_worker() -> None:
    watch = Watch(HAD, COUNTED)
    assert [watch.look(now) for now in ({}, HAD, {}, HAD)] == [[], [], [], []]
