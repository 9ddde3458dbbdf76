"""`throughline topics` where there is no Kafka, or the embedded one, which can make no topic."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from streams.broker import EmbeddedBroker
from streams.kafka.catalogue import catalogue
from streams.policy_file import load_policy
from tests.cli.running import throughline

POLICY = "version: '1'\nchannels: {chat: {}, shop: {}}\n"
NOBODY = "127.0.0.1:1"


@pytest.fixture
def policy(tmp_path: Path) -> str:
    (tmp_path / "policy.yaml").write_text(POLICY)
    return str(tmp_path / "policy.yaml")


@pytest.fixture
def embedded(policy: str) -> Iterator[str]:
    topics = {topic.name: 3 for topic in catalogue(load_policy(policy), "throughline") if topic.name != "touchpoints.shop"}
    with EmbeddedBroker(topics) as broker:
        yield broker.address


@pytest.mark.parametrize("command", ["create", "check", "plan"])
def test_each_explains_itself_with_an_example(command: str) -> None:
    told = throughline("topics", command, "--help")
    assert told.exit_code == 0
    assert f"throughline topics {command}" in told.stdout.partition("Example")[2]


@pytest.mark.parametrize("command", ["create", "check", "plan"])
def test_where_no_kafka_answers_one_line_says_so(command: str, policy: str) -> None:
    told = throughline("topics", command, "--kafka", NOBODY, "--policy", policy)
    assert told.exit_code == 1
    assert told.stderr.startswith(f"throughline: no Kafka answers at {NOBODY}")
    assert told.stdout == ""


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        pytest.param(["--retention", "a week"], "must be an ISO 8601 duration", id="a retention that is none"),
        pytest.param(["--partitions", "0"], "greater than or equal to 1", id="no partitions"),
        pytest.param(["--application", "a b"], "THROUGHLINE_APPLICATION: must hold only letters", id="a name that is none"),
        pytest.param(["--policy", "none.yaml"], "none.yaml: cannot be read", id="no policy"),
    ],
)
def test_what_cannot_be_meant_ends_with_2(arguments: list[str], says: str, policy: str) -> None:
    told = throughline("topics", "create", "--kafka", NOBODY, "--policy", policy, *arguments)
    assert told.exit_code == 2
    assert says in " ".join(told.stderr.replace("│", " ").split())


@pytest.mark.slow
def test_the_embedded_broker_makes_none_and_create_says_so(embedded: str, policy: str) -> None:
    told = throughline("topics", "create", "--kafka", embedded, "--policy", policy)
    assert told.exit_code == 1
    assert told.stdout == ""
    assert f"the broker at {embedded} is the embedded one: it makes topics when they are first used" in told.stderr


@pytest.mark.slow
def test_on_the_embedded_broker_names_and_numbers_are_checked(embedded: str, policy: str) -> None:
    told = throughline("topics", "check", "--kafka", embedded, "--policy", policy)
    assert told.exit_code == 1
    assert told.stdout == f"touchpoints.shop is missing\n    mend: throughline topics create --kafka {embedded} --policy {policy}\n"
    assert "only names and numbers of partitions were checked" in told.stderr


@pytest.mark.slow
def test_a_plan_names_each_setting_with_its_reason_and_each_grant_with_its_command(embedded: str, policy: str) -> None:
    told = throughline("topics", "plan", "--kafka", embedded, "--policy", policy, "--format", "json", "--role", "worker")
    assert told.exit_code == 0
    plan = json.loads(told.stdout)
    assert (plan["brokers"], plan["partitions"], plan["replicas"]) == (1, 3, 1)
    assert {change["topic"] for change in plan["changes"]} == {"touchpoints.shop"}
    assert all(change["why"] and change["change"] == "create" and change["now"] is None for change in plan["changes"])
    assert {acl["role"] for acl in plan["acls"]} == {"worker"}
    assert all(acl["command"].startswith(f"kafka-acls.sh --bootstrap-server {embedded} --add ") for acl in plan["acls"])


@pytest.mark.slow
def test_a_plan_for_people_is_a_table_and_lines_to_paste(embedded: str, policy: str) -> None:
    told = throughline("topics", "plan", "--kafka", embedded, "--policy", policy, "--role", "worker", "--principal", "User:w-1")
    assert told.exit_code == 0
    assert "What is to be done" in told.stdout
    pasted = [line for line in told.stdout.splitlines() if line.startswith("kafka-acls.sh")]
    assert len(pasted) == 6
    assert all("--allow-principal User:w-1" in line for line in pasted)
