"""From the topics that there should be and those that there are to what is otherwise, and what mends it. Pure."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from streams.kafka.acls import allow
from streams.kafka.catalogue import IN_SYNC, Bound, Config, Harm, Kind, Topic, in_sync
from streams.kafka.found import Described, Topics, Unseen


class Missing(NamedTuple):
    topic: Topic


class Hidden(NamedTuple):
    """We may not see it, if it is there."""

    topic: Topic


class Uneven(NamedTuple):
    """Its number of partitions, which nobody can change without moving customers."""

    topic: Topic
    found: int


class FewReplicas(NamedTuple):
    topic: Topic
    found: int


class Differs(NamedTuple):
    topic: Topic
    config: Config
    found: str


class Untold(NamedTuple):
    """Its settings may not be read."""

    topic: Topic


Deviation = Missing | Hidden | Uneven | FewReplicas | Differs | Untold


def differences(topics: Iterable[Topic], found: Topics) -> Iterator[Deviation]:
    for topic in topics:
        match found.get(topic.name):
            case None:
                yield Missing(topic)
            case Unseen():
                yield Hidden(topic)
            case Described() as described:
                yield from _of(topic, described)


def _of(topic: Topic, found: Described) -> Iterator[Deviation]:
    if topic.counts and found.partitions != topic.partitions:
        yield Uneven(topic, found.partitions)
    if found.replication < topic.replication:
        yield FewReplicas(topic, found.replication)
    if found.configs is None:
        yield Untold(topic)
        return
    for wanted in topic.configs:
        config = _writable(wanted, found.replication) if wanted.name == IN_SYNC else wanted
        now = found.configs.get(config.name)
        if now is not None and not config.holds(now):  # None: an older Kafka, which knows no such setting
            yield Differs(topic, config, now)
    now = found.configs.get(IN_SYNC)
    if now is not None and int(now) > found.replication:
        yield Differs(topic, _accepting(found.replication), now)


def _writable(wanted: Config, replication: int) -> Config:
    """What can be asked of a topic that has fewer replicas than it should: more in sync than there are would refuse every record."""
    return Config(wanted.name, min(int(wanted.value), in_sync(replication)), wanted.why, wanted.bound, wanted.harm)


def _accepting(replication: int) -> Config:
    return Config(IN_SYNC, in_sync(replication), "more than the topic has replicas: every record is refused", Bound.AT_MOST, Harm.FATAL)


def partitions_in_use(found: Topics, counted: Iterable[str]) -> int | None:
    """What most of the topics have whose number must be the same; None where there are none yet."""
    counts = [topic.partitions for name in counted if isinstance(topic := found.get(name), Described)]
    return max(counts, key=counts.count) if counts else None


def harm(deviation: Deviation) -> Harm:
    match deviation:
        case Missing() | Hidden() | Uneven():
            return Harm.FATAL
        case Differs(config=config):
            return config.harm
        case FewReplicas():
            return Harm.RISK
        case Untold():
            return Harm.COST


def said(deviation: Deviation, rule: str = "is what the others have") -> str:
    """A sentence without its topic's name at the start of which that belongs; `rule` says where the wanted number of partitions is from."""
    match deviation:
        case Missing():
            return "is missing"
        case Hidden():
            return "may not be seen, if it is there: Describe is not allowed"
        case Uneven(topic, found):
            return f"has {found} partitions where {topic.partitions} {rule}: one customer would be two partition numbers"
        case FewReplicas(topic, found):
            return f"has {_replicas(found)} where {topic.replication} should be: {_at_risk(found)}"
        case Differs(_, config, found):
            return f"has {config.name}={found} where {written(config)} should be: {config.why}"
        case Untold():
            return "does not tell its settings: DescribeConfigs is not allowed"


def written(config: Config) -> str:
    return f"{config.value}" if config.bound is Bound.EXACTLY else f"{config.bound.value} {config.value}"


def _replicas(number: int) -> str:
    return f"{number} replica{'s' * (number != 1)}"


def _at_risk(replicas: int) -> str:
    return "it is lost with its broker" if replicas == 1 else "with one broker down nothing may be written, or it lies on one alone"


def mend(deviation: Deviation, kafka: str, create: str, principal: str = "User:<yours>") -> str:
    """What to type, or to do where no command can; `create` is the `throughline topics create` that was meant."""
    topic = deviation.topic.name
    tool = f"--bootstrap-server {kafka}"
    match deviation:
        case Missing() | Differs():
            return create
        case Hidden():
            return allow(kafka, principal, "Describe", topic)
        case Untold():
            return allow(kafka, principal, "DescribeConfigs", topic)
        case FewReplicas():
            return f"kafka-reassign-partitions.sh {tool} --execute --reassignment-json-file <each partition of {topic} with its replicas>"
        case Uneven(of, found) if of.kind is Kind.CHANNEL and found < of.partitions:
            return (
                f"kafka-topics.sh {tool} --alter --topic {topic} --partitions {of.partitions} (what lies there is forwarded to its place)"
            )
        case Uneven(of) if of.kind is Kind.CHANNEL:
            return (
                f"its number cannot be made smaller: stop its producers, "
                f"save it (throughline dump {topic} | jq -c 'del(.partition, .offset)'), "
                f"kafka-topics.sh {tool} --delete --topic {topic}, {create}, send back what was saved "
                "(throughline produce), and give the workers a new "
                "THROUGHLINE_APPLICATION: they remember how far they had read the old topic"
            )
        case Uneven():
            return (
                "journeys cannot be moved to other partition numbers: give the workers a new THROUGHLINE_APPLICATION, whose journeys are "
                f"made anew from what the channels still hold, and {create}"
            )
