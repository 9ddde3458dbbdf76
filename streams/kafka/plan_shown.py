"""A plan for people and for programs: what is to be made, set, or mended by hand, and why."""

from collections.abc import Iterable
from typing import Any

from msgspec import Struct

from schemas.instant import format_duration
from streams.kafka.acls import Needs, commands
from streams.kafka.catalogue import Bound, Config, Topic
from streams.kafka.difference import Deviation, Differs, FewReplicas, Hidden, Missing, Uneven, Untold
from streams.kafka.planning import Plan

LONGEST = 2**53
"""Milliseconds from here on are no duration that anybody means."""


class Change(Struct, frozen=True):
    """One line of a plan, of all topics it is the same for."""

    topics: tuple[str, ...]
    does: str
    """create, set, or by hand."""
    setting: str
    now: str
    should_be: str
    why: str


def changes(deviations: Iterable[Deviation]) -> list[Change]:
    """In the catalogue's order; the same of several topics is one."""
    together: dict[tuple[Any, ...], list[str]] = {}
    for deviation in deviations:
        for line in _lines(deviation):
            together.setdefault((deviation.topic.kind, *line), []).append(deviation.topic.name)
    return [Change(tuple(names), *line) for (_, *line), names in together.items()]


def _lines(deviation: Deviation) -> Iterable[tuple[str, str, str, str, str]]:
    match deviation:
        case Missing(topic):
            yield "create", "partitions", "", str(topic.partitions), _partitions_why(topic)
            yield "create", "replicas", "", str(topic.replication), "each lies on another broker"
            for config in topic.configs:
                yield "create", config.name, "", shown(config), config.why
        case Differs(_, config, found):
            yield "set", config.name, with_unit(config.name, found), shown(config), config.why
        case Uneven(topic, found):
            yield "by hand", "partitions", str(found), str(topic.partitions), _partitions_why(topic)
        case FewReplicas(topic, found):
            yield "by hand", "replicas", str(found), str(topic.replication), "each lies on another broker"
        case Hidden():
            yield "by hand", "Describe", "not allowed", "allowed", "the topic may not be seen, if it is there"
        case Untold():
            yield "by hand", "DescribeConfigs", "not allowed", "allowed", "its settings may not be seen"


def _partitions_why(topic: Topic) -> str:
    if topic.counts:
        return "the same in every channel and the journeys, or one customer is two partition numbers"
    return "any number will do"


def shown(config: Config) -> str:
    value = with_unit(config.name, str(config.value))
    return value if config.bound is Bound.EXACTLY else f"{config.bound.value} {value}"


def with_unit(name: str, value: str) -> str:
    """`604800000 (P7D)`."""
    if not name.endswith(".ms") or not value.isdecimal() or int(value) >= LONGEST:
        return value
    return f"{value} ({format_duration(int(value))})"


def as_json(plan: Plan, create: str, needed: Iterable[Needs]) -> dict[str, Any]:
    return {
        "kafka": plan.kafka,
        "brokers": plan.cluster.brokers,
        "partitions": plan.partitions,
        "replicas": plan.replication,
        "changes": [
            {
                "topic": deviation.topic.name,
                "kind": deviation.topic.kind,
                "change": does,
                "setting": setting,
                "now": now or None,
                "should_be": should_be,
                "why": why,
                "mend": plan.of(deviation, create)[1],
            }
            for deviation in plan.deviations
            for does, setting, now, should_be, why in _lines(deviation)
        ],
        "acls": [
            {
                "role": each.role,
                "principal": each.principal,
                "resource": grant.option,
                "names": list(grant.names),
                "prefixed": grant.prefixed,
                "operations": list(grant.operations),
                "why": grant.why,
                "command": command,
            }
            for each in needed
            for grant, command in zip(each.grants, commands(each, plan.kafka), strict=True)
        ],
    }
