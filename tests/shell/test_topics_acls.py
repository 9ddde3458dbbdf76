"""What each kind of user is allowed: enough for its work, and no more."""

import shlex

import pytest

from schemas.policy import Policy
from streams.kafka.acls import Needs, Role, commands, lacking, needs
from streams.kafka.catalogue import catalogue

POLICY = Policy.model_validate({"version": "1", "channels": {"chat": {}, "shop": {}}})
ALERTS = {"alerts.inconsistency", "alerts.slow-response", "alerts.abandonment-risk", "alerts.active"}


def one(role: Role, principal: str | None = None) -> Needs:
    (needed,) = needs(role, POLICY, "t", principal)
    return needed


def topics_with(needed: Needs, operation: str) -> set[str]:
    return {name for grant in needed.grants if grant.option == "topic" and operation in grant.operations for name in grant.names}


def test_a_worker_reads_channels_and_journeys_and_writes_everything() -> None:
    worker = one(Role.WORKER)
    every = {topic.name for topic in catalogue(POLICY, "t")}
    assert topics_with(worker, "Read") == {"touchpoints.chat", "touchpoints.shop", "t.journeys"}
    assert topics_with(worker, "Write") == topics_with(worker, "DescribeConfigs") == every
    assert {(grant.option, grant.names, grant.prefixed) for grant in worker.grants if grant.option != "topic"} == {
        ("group", ("t",), False),
        ("transactional-id", ("t-",), True),
    }


def test_nobody_but_the_operator_makes_topics_or_changes_them() -> None:
    for role in (Role.WORKER, Role.CHANNEL, Role.SUBSCRIBER):
        for needed in needs(role, POLICY, "t"):
            assert not topics_with(needed, "Create") | topics_with(needed, "AlterConfigs") | topics_with(needed, "Delete")


def test_a_channel_s_team_writes_to_its_own_topic_and_reads_nothing() -> None:
    chat, shop = needs(Role.CHANNEL, POLICY, "t")
    assert (topics_with(chat, "Write"), topics_with(shop, "Write")) == ({"touchpoints.chat"}, {"touchpoints.shop"})
    assert not topics_with(chat, "Read")


def test_subscribers_read_alerts_in_groups_of_their_own() -> None:
    crm = one(Role.SUBSCRIBER, "User:crm")
    assert topics_with(crm, "Read") == ALERTS
    assert not topics_with(crm, "Write")
    assert [(grant.names, grant.prefixed) for grant in crm.grants if grant.option == "group"] == [(("crm",), True)]


def test_the_lines_are_for_kafka_acls_and_survive_a_shell() -> None:
    lines = list(commands(one(Role.SUBSCRIBER, "User:CN=crm desk,O=Shop"), "k:9092"))
    assert len(lines) == 2
    words = shlex.split(lines[1])
    assert words == [
        "kafka-acls.sh", "--bootstrap-server", "k:9092", "--add", "--allow-principal", "User:CN=crm desk,O=Shop",
        "--operation", "Read", "--group", "CN=crm desk,O=Shop", "--resource-pattern-type", "prefixed",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("topic", "allowed", "missing"),
    [
        ("touchpoints.chat", {"READ", "WRITE", "DESCRIBE", "DESCRIBE_CONFIGS"}, []),
        ("touchpoints.chat", {"READ", "DESCRIBE"}, ["Write", "DescribeConfigs"]),
        ("alerts.active", {"DESCRIBE", "DESCRIBE_CONFIGS"}, ["Write"]),
        ("of.others", set(), []),
    ],
)
def test_what_a_worker_lacks_on_a_topic_is_named_as_acls_name_it(topic: str, allowed: set[str], missing: list[str]) -> None:
    assert lacking(one(Role.WORKER).grants, topic, frozenset(allowed)) == missing
