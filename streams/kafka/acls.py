"""What each kind of user must be allowed on the cluster, and nothing more."""

import shlex
from collections.abc import Iterable, Iterator
from enum import StrEnum

from msgspec import Struct

from schemas.alert import ACTIVE_TOPIC, Family
from schemas.dead_letter import DEAD_LETTER_TOPIC
from schemas.policy import Policy
from schemas.touchpoint import TOPIC_PREFIX
from streams.kafka.catalogue import changelog


class Role(StrEnum):
    WORKER = "worker"
    CHANNEL = "channel"
    SUBSCRIBER = "subscriber"
    OPERATOR = "operator"


class Grant(Struct, frozen=True):
    """The same operations on one or more resources."""

    option: str
    """How kafka-acls.sh names the kind of resource, as `topic`."""
    names: tuple[str, ...]
    operations: tuple[str, ...]
    why: str
    prefixed: bool = False


class Needs(Struct, frozen=True):
    role: Role
    principal: str
    grants: tuple[Grant, ...]


def needs(role: Role, policy: Policy, application: str, principal: str | None = None) -> tuple[Needs, ...]:
    """Of one role; of the channels' teams one for each, unless all are to be one `principal`."""
    channels = tuple(TOPIC_PREFIX + channel for channel in policy.channels)
    match role:
        case Role.WORKER:
            return (Needs(role, principal or f"User:{application}", _worker(channels, application)),)
        case Role.CHANNEL if principal is not None:
            return (Needs(role, principal, _channel(channels)),)
        case Role.CHANNEL:
            return tuple(Needs(role, f"User:{channel}", _channel((TOPIC_PREFIX + channel,))) for channel in policy.channels)
        case Role.SUBSCRIBER:
            return (Needs(role, principal or "User:subscriber", _subscriber(principal or "User:subscriber")),)
        case Role.OPERATOR:
            return (Needs(role, principal or "User:operator", _operator(channels, application)),)


def _worker(channels: tuple[str, ...], application: str) -> tuple[Grant, ...]:
    alerts = (*(family.topic for family in Family), ACTIVE_TOPIC)
    journeys = changelog(application)
    return (
        Grant(
            "topic", channels, ("Read", "Write"), "reads touchpoints; forwards those that lie on another partition than their customer's"
        ),
        Grant("topic", (DEAD_LETTER_TOPIC, *alerts), ("Write",), "writes what it finds, and what it cannot use"),
        Grant("topic", (journeys,), ("Read", "Write"), "keeps the journeys, and gets them back after a restart"),
        Grant("topic", (*channels, DEAD_LETTER_TOPIC, *alerts, journeys), ("DescribeConfigs",), "checks their settings when it starts"),
        Grant("group", (application,), ("Read",), "shares the partitions with the other workers, and keeps its place"),
        Grant("transactional-id", (f"{application}-",), ("Write", "Describe"), "one transaction a partition number", prefixed=True),
    )


def _channel(channels: tuple[str, ...]) -> tuple[Grant, ...]:
    return (Grant("topic", channels, ("Write", "Describe"), "sends touchpoints, and sees how many partitions there are"),)


def _subscriber(principal: str) -> tuple[Grant, ...]:
    alerts = (*(family.topic for family in Family), ACTIVE_TOPIC)
    group = principal.partition(":")[2] or principal
    return (
        Grant("topic", alerts, ("Read", "Describe"), "reads alerts; leave out the families that are not its business"),
        Grant("group", (group,), ("Read",), "its own consumer groups: any name that begins so", prefixed=True),
    )


def _operator(channels: tuple[str, ...], application: str) -> tuple[Grant, ...]:
    alerts = (*(family.topic for family in Family), ACTIVE_TOPIC)
    journeys = changelog(application)
    every = (*channels, DEAD_LETTER_TOPIC, *alerts, journeys)
    return (
        Grant("topic", every, ("Create", "Describe", "DescribeConfigs", "AlterConfigs"), "throughline topics create, check and plan"),
        Grant("topic", every, ("Read",), "throughline dump, lag, journey, alerts, dead-letters list and show"),
        Grant("topic", (*channels, DEAD_LETTER_TOPIC), ("Write",), "throughline produce, dead-letters replay"),
        Grant("topic", (DEAD_LETTER_TOPIC,), ("Delete",), "throughline dead-letters purge"),
        Grant("group", (application,), ("Describe",), "throughline lag: how far the workers are"),
    )


def commands(needed: Needs, kafka: str) -> Iterator[str]:
    """kafka-acls.sh, a line for each grant."""
    return (_command(grant, needed.principal, kafka) for grant in needed.grants)


def allow(kafka: str, principal: str, operation: str, *topics: str) -> str:
    return _command(Grant("topic", topics, (operation,), ""), principal, kafka)


def _command(grant: Grant, principal: str, kafka: str) -> str:
    words = ["kafka-acls.sh", "--bootstrap-server", kafka, "--add", "--allow-principal", principal]
    words += _each("--operation", grant.operations)
    words += _each(f"--{grant.option}", grant.names)
    if grant.prefixed:
        words += ["--resource-pattern-type", "prefixed"]
    return shlex.join(words)


def lacking(needed: Iterable[Grant], topic: str, allowed: frozenset[str]) -> list[str]:
    """The operations on the topic, as Kafka spells them in ACLs, that are needed and not allowed."""
    wanted = dict.fromkeys(
        operation for grant in needed if grant.option == "topic" and topic in grant.names for operation in grant.operations
    )
    return [operation for operation in wanted if _constant(operation) not in allowed]


def _constant(operation: str) -> str:
    """`DescribeConfigs` is DESCRIBE_CONFIGS to the client."""
    return "".join("_" + letter if letter.isupper() and place else letter for place, letter in enumerate(operation)).upper()


def _each(option: str, names: Iterable[str]) -> list[str]:
    return [word for name in names for word in (option, name)]
