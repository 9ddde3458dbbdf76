"""The topics a worker needs, and what is wrong with those that are there: said once, when it starts."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from schemas.policy import Policy
from streams.exits import MISCONFIGURED, REFUSED
from streams.kafka.acls import Role, allow, lacking, needs
from streams.kafka.catalogue import PARTITIONS, REPLICATION, Harm, catalogue, changelog, partitioned, written
from streams.kafka.difference import Deviation, FewReplicas, Hidden, Untold, differences, harm, mend, partitions_in_use, said
from streams.kafka.found import Cluster, Described
from streams.kafka.planning import create_command
from streams.settings import Settings

__all__ = ["UNKNOWN", "Finding", "Watch", "changed", "changelog", "findings", "needed", "partitioned", "verdict", "written"]

UNKNOWN = "User:<this worker's>"


class Finding(NamedTuple):
    says: str
    mend: str
    exit_code: int | None
    """None for a warning: the worker can work with it."""


def needed(policy: Policy, application: str) -> list[str]:
    return [*partitioned(policy, application), *written()]


def verdict(found: Iterable[Finding]) -> int | None:
    """The exit code of a worker that cannot begin; None of one that can."""
    codes = {finding.exit_code for finding in found if finding.exit_code is not None}
    return max(codes, default=None)


def findings(policy: Policy, settings: Settings, cluster: Cluster, principal: str = UNKNOWN) -> list[Finding]:
    """By name what the worker cannot work with; what it can work with, the same of several topics in one sentence."""
    in_use = partitions_in_use(cluster.topics, partitioned(policy, settings.application))
    # how long history is to be kept beyond the window is for `throughline topics check` to say
    wanted = catalogue(policy, settings.application, partitions=settings.partitions or in_use or PARTITIONS, retention=policy.window)
    deviations = list(differences(wanted, cluster.topics))
    create = create_command(settings.kafka, settings.policy, settings.application, settings.partitions)
    rule = "is what THROUGHLINE_PARTITIONS says" if settings.partitions else "is what the others have"
    fatal = [
        Finding(
            f"topic {deviation.topic.name} {said(deviation, rule)}",
            mend(deviation, settings.kafka, create, principal),
            REFUSED if isinstance(deviation, Hidden) else MISCONFIGURED,
        )
        for deviation in deviations
        if harm(deviation) is Harm.FATAL
    ]
    if cluster.embedded:  # it has one broker, and no settings
        return fatal
    return [
        *fatal,
        *_forbidden(policy, settings, cluster, principal),
        *_risks(deviations, cluster.brokers, create),
        *_untold(deviations, settings, principal),
    ]


def changed(before: Mapping[str, int], now: Mapping[str, int], counted: Iterable[str]) -> list[str]:
    """What has become of the topics since the worker started, a sentence each; numbers of partitions by topic.

    `counted`: those whose number must stay. More of them for every channel alike would be no better: customers would move to other
    partition numbers, away from their journeys.
    """
    gone = [f"topic {topic} is gone, or may not be seen any more" for topic in before if topic not in now]
    return gone + [
        f"topic {topic} has {now[topic]} partitions, and had {before[topic]} when this worker started: customers would be told apart from "
        "their journeys"
        for topic in counted
        if topic in now and topic in before and now[topic] != before[topic]
    ]


class Watch:
    """Says what has changed once it is seen twice: a broker that has just come back may know of fewer topics than there are."""

    def __init__(self, before: Mapping[str, int], counted: Iterable[str]) -> None:
        self._before = before
        self._counted = tuple(counted)
        self._last: list[str] = []

    def look(self, now: Mapping[str, int]) -> list[str]:
        seen, self._last = self._last, changed(self._before, now, self._counted)
        return [change for change in self._last if change in seen]


def _forbidden(policy: Policy, settings: Settings, cluster: Cluster, principal: str) -> Iterator[Finding]:
    """An ACL that is missing would else be met by the first record that needs it."""
    (worker,) = needs(Role.WORKER, policy, settings.application, principal)
    for name, topic in cluster.topics.items():
        if isinstance(topic, Described) and topic.operations is not None:
            for operation in lacking(worker.grants, name, topic.operations):
                if operation != "DescribeConfigs":  # without it, the settings are taken as right
                    yield Finding(f"topic {name}: {operation} is not allowed", allow(settings.kafka, principal, operation, name), REFUSED)


def _risks(deviations: Iterable[Deviation], brokers: int, create: str) -> Iterator[Finding]:
    together: dict[tuple[str, str], list[str]] = {}
    for deviation in deviations:
        if harm(deviation) is Harm.RISK:
            mended = create
            if isinstance(deviation, FewReplicas):
                mended = f"{create.replace(' create ', ' check ')} says how" if brokers >= REPLICATION else f"{REPLICATION} brokers"
            together.setdefault((said(deviation), mended), []).append(deviation.topic.name)
    for (what, mended), names in together.items():
        yield Finding(f"topic {names[0]} {what}" if len(names) == 1 else f"topics {', '.join(names)}: each {what}", mended, None)


def _untold(deviations: Iterable[Deviation], settings: Settings, principal: str) -> Iterator[Finding]:
    names = [deviation.topic.name for deviation in deviations if isinstance(deviation, Untold)]
    if names:
        yield Finding(
            f"{len(names)} topics do not tell their settings, which are taken as right: DescribeConfigs is not allowed",
            allow(settings.kafka, principal, "DescribeConfigs", *names),
            None,
        )
