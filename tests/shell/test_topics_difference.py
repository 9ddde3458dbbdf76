"""From what should be and what is to what is otherwise; what is better than needed is left alone."""

from collections.abc import Mapping
from types import MappingProxyType

import pytest

from schemas.policy import Policy
from streams.kafka.catalogue import Topic, catalogue
from streams.kafka.difference import Deviation, Differs, FewReplicas, Hidden, Missing, Uneven, Untold, differences, partitions_in_use
from streams.kafka.found import Described, Topics, Unseen
from streams.kafka.plan_shown import Change, changes, with_unit

POLICY = Policy.model_validate({"version": "1", "channels": {"chat": {}, "shop": {}}})
TOPICS = {topic.name: topic for topic in catalogue(POLICY, "t", partitions=4)}
CHAT, SHOP, JOURNEYS = TOPICS["touchpoints.chat"], TOPICS["touchpoints.shop"], TOPICS["t.journeys"]
NOTHING: Mapping[str, str] = MappingProxyType({})


def there(topic: Topic, changed: Mapping[str, str] = NOTHING, *, partitions: int = 4, replication: int = 3) -> Described:
    return Described(partitions, replication, {config.name: str(config.value) for config in topic.configs} | dict(changed))


def of(topic: Topic, found: Described | Unseen | None) -> list[Deviation]:
    return list(differences([topic], {} if found is None else {topic.name: found}))


def test_what_was_made_as_the_catalogue_says_differs_in_nothing() -> None:
    assert [difference for topic in TOPICS.values() for difference in of(topic, there(topic))] == []


def test_a_topic_that_is_not_there_is_missing_and_one_that_may_not_be_seen_is_hidden() -> None:
    assert of(CHAT, None) == [Missing(CHAT)]
    assert of(CHAT, Unseen()) == [Hidden(CHAT)]


def test_the_number_of_partitions_counts_where_customers_are_joined_and_nowhere_else() -> None:
    assert of(CHAT, there(CHAT, partitions=6)) == [Uneven(CHAT, 6)]
    assert of(JOURNEYS, there(JOURNEYS, partitions=3)) == [Uneven(JOURNEYS, 3)]
    alerts = TOPICS["alerts.active"]
    assert of(alerts, there(alerts, partitions=1)) == []


def test_of_fewer_replicas_no_more_are_asked_to_be_in_sync_than_can_be_spared() -> None:
    assert of(CHAT, there(CHAT, {"min.insync.replicas": "1"}, replication=1)) == [FewReplicas(CHAT, 1)]
    assert of(CHAT, there(CHAT, {"min.insync.replicas": "1"}, replication=2)) == [FewReplicas(CHAT, 2)]
    assert of(CHAT, there(CHAT, replication=5)) == []


def test_more_in_sync_than_there_are_replicas_would_refuse_every_record() -> None:
    few, differs = of(CHAT, there(CHAT, {"min.insync.replicas": "2"}, replication=1))
    assert few == FewReplicas(CHAT, 1)
    assert isinstance(differs, Differs)
    assert (differs.config.name, differs.config.value, differs.found) == ("min.insync.replicas", 1, "2")


@pytest.mark.parametrize(
    ("topic", "setting", "found"),
    [
        (CHAT, "message.timestamp.type", "CreateTime"),
        (CHAT, "min.insync.replicas", "1"),
        (CHAT, "retention.ms", "604799999"),
        (CHAT, "retention.bytes", "1073741824"),
        (CHAT, "unclean.leader.election.enable", "true"),
        (JOURNEYS, "cleanup.policy", "delete"),
        (JOURNEYS, "max.compaction.lag.ms", "9223372036854775807"),
        (JOURNEYS, "max.message.bytes", "1048588"),
    ],
)
def test_a_setting_that_is_worse_differs_and_says_how(topic: Topic, setting: str, found: str) -> None:
    (differs,) = of(topic, there(topic, {setting: found}))
    assert isinstance(differs, Differs)
    assert (differs.config.name, differs.found) == (setting, found)


@pytest.mark.parametrize(
    ("topic", "setting", "found"),
    [
        (CHAT, "min.insync.replicas", "3"),
        (CHAT, "retention.ms", "-1"),
        (CHAT, "max.message.bytes", "8000000"),
        (JOURNEYS, "min.cleanable.dirty.ratio", "0.1"),
        (JOURNEYS, "delete.retention.ms", "604800000"),
    ],
)
def test_a_setting_that_is_better_is_left_alone(topic: Topic, setting: str, found: str) -> None:
    assert of(topic, there(topic, {setting: found})) == []


def test_a_setting_that_an_older_kafka_does_not_know_is_not_missed() -> None:
    letters = TOPICS["touchpoints.dead-letter"]
    known = {name: value for name, value in (there(letters).configs or {}).items() if not name.startswith("message.timestamp.after")}
    assert of(letters, Described(4, 3, known)) == []


def test_settings_that_are_not_told_are_no_differences() -> None:
    assert of(CHAT, Described(4, 3)) == [Untold(CHAT)]


def test_new_topics_get_as_many_partitions_as_most_of_the_others_have() -> None:
    found: Topics = {"a": Described(6, 1), "b": Described(4, 1), "c": Described(4, 1), "d": Unseen(), "other": Described(9, 1)}
    assert partitions_in_use(found, "abcd") == 4
    assert partitions_in_use(found, "d") is None


def test_what_is_to_be_done_for_several_topics_alike_is_one_line_of_a_plan() -> None:
    differing = [*of(CHAT, there(CHAT, {"retention.ms": "3600000"})), *of(SHOP, there(SHOP, {"retention.ms": "3600000"}, partitions=6))]
    assert changes(differing) == [
        Change(
            ("touchpoints.chat", "touchpoints.shop"),
            "set",
            "retention.ms",
            "3600000 (PT1H)",
            "at least 604800000 (P7D)",
            next(config.why for config in CHAT.configs if config.name == "retention.ms"),
        ),
        Change(
            ("touchpoints.shop",),
            "by hand",
            "partitions",
            "6",
            "4",
            "the same in every channel and the journeys, or one customer is two partition numbers",
        ),
    ]


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("retention.ms", "86400000", "86400000 (P1D)"),
        ("retention.ms", "-1", "-1"),
        ("max.compaction.lag.ms", "9223372036854775807", "9223372036854775807"),
        ("max.message.bytes", "1048588", "1048588"),
    ],
)
def test_milliseconds_are_shown_as_a_duration_too(name: str, value: str, shown: str) -> None:
    assert with_unit(name, value) == shown
