"""The topics as they should be: what must hold of their settings together."""

import pytest

from schemas.alert import Family
from schemas.instant import DAY, HOUR
from schemas.policy import Policy
from streams.kafka.catalogue import Bound, Config, Kind, Topic, catalogue, changelog, partitioned, written

POLICY = Policy.model_validate({"version": "1", "channels": {"chat": {}, "shop": {}}})
TOPICS = catalogue(POLICY, "t")


def value(topic: Topic, name: str) -> str | int | float | None:
    return next((config.value for config in topic.configs if config.name == name), None)


def of(kind: Kind, topics: tuple[Topic, ...] = TOPICS) -> list[Topic]:
    return [topic for topic in topics if topic.kind is kind]


def test_it_names_every_topic_that_a_worker_reads_or_writes_once() -> None:
    assert sorted(topic.name for topic in TOPICS) == sorted([*partitioned(POLICY, "t"), *written()])
    assert {topic.name for topic in TOPICS if topic.counts} == set(partitioned(POLICY, "t"))
    assert len(of(Kind.ALERTS)) == len(Family)


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_each_setting_stands_once_and_has_its_reason(topic: Topic) -> None:
    names = [config.name for config in topic.configs]
    assert len(names) == len(set(names))
    assert all(len(config.why) > 20 for config in topic.configs)


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_what_is_asked_for_holds_where_it_was_made(topic: Topic) -> None:
    assert [config.name for config in topic.configs if not config.holds(str(config.value))] == []


def test_only_the_dead_letters_keep_the_time_of_their_records() -> None:
    stamped = {topic.kind: value(topic, "message.timestamp.type") for topic in TOPICS}
    assert {kind for kind, by in stamped.items() if by == "CreateTime"} == {Kind.DEAD_LETTERS}


def test_what_is_compacted_is_never_deleted_by_age_or_size() -> None:
    for topic in TOPICS:
        kept_by_key = value(topic, "cleanup.policy") == "compact"
        assert kept_by_key == (topic.kind in {Kind.ACTIVE, Kind.JOURNEYS})
        assert (value(topic, "retention.ms") is None) == kept_by_key


def test_a_dead_letter_outlives_its_record_whatever_the_record_s_age() -> None:
    for retention in (HOUR, 7 * DAY, 90 * DAY):
        topics = catalogue(POLICY, "t", retention=retention)
        (letters,), (channel, _) = of(Kind.DEAD_LETTERS, topics), of(Kind.CHANNEL, topics)
        assert int(value(letters, "retention.ms") or 0) >= int(value(channel, "retention.ms") or 0) + 21 * DAY


def test_channels_are_kept_at_least_for_the_policy_s_window() -> None:
    wide = Policy.model_validate({"version": "1", "channels": {"chat": {}}, "window": "P10D"})
    (channel,) = of(Kind.CHANNEL, catalogue(wide, "t"))
    assert value(channel, "retention.ms") == 10 * DAY


def test_for_ever_is_for_ever_of_the_dead_letters_too() -> None:
    topics = catalogue(POLICY, "t", retention=-1)
    for topic in (*of(Kind.CHANNEL, topics), *of(Kind.DEAD_LETTERS, topics)):
        assert value(topic, "retention.ms") == -1


@pytest.mark.parametrize("largest", [1_048_588, 8_000_000])
def test_the_largest_record_of_a_channel_fits_into_the_dead_letters_with_its_headers(largest: int) -> None:
    (letters,) = of(Kind.DEAD_LETTERS, catalogue(POLICY, "t", largest=largest))
    assert int(value(letters, "max.message.bytes") or 0) >= largest + 16_384


def test_a_segment_holds_the_largest_record() -> None:
    (journeys,) = of(Kind.JOURNEYS)
    assert journeys.name == changelog("t")
    assert int(value(journeys, "segment.bytes") or 0) > int(value(journeys, "max.message.bytes") or 0)


@pytest.mark.parametrize(("replication", "in_sync"), [(1, 1), (2, 1), (3, 2), (5, 2)])
def test_one_broker_may_be_down_and_writing_goes_on(replication: int, in_sync: int) -> None:
    for topic in catalogue(POLICY, "t", replication=replication):
        assert value(topic, "min.insync.replicas") == in_sync


@pytest.mark.parametrize(
    ("bound", "wanted", "found", "holds"),
    [
        (Bound.AT_LEAST, 100, "100", True),
        (Bound.AT_LEAST, 100, "99", False),
        (Bound.AT_LEAST, 100, "-1", True),
        (Bound.AT_MOST, 100, "100", True),
        (Bound.AT_MOST, 100, "101", False),
        (Bound.AT_MOST, 100, "-1", False),
        (Bound.AT_MOST, 0.3, "0.5", False),
        (Bound.EXACTLY, -1, "-1", True),
        (Bound.EXACTLY, -1, "1000", False),
        (Bound.EXACTLY, "compact", "compact", True),
        (Bound.EXACTLY, "compact", "compact,delete", False),
        (Bound.EXACTLY, "false", "true", False),
    ],
)
def test_a_bound_holds_up_to_itself_and_minus_one_is_without_end(bound: Bound, wanted: str | float, found: str, holds: bool) -> None:
    assert Config("any", wanted, "because", bound).holds(found) is holds
