"""Makes the topics that are missing and sets what is otherwise and may be changed; each is told as it is done."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future
from typing import Any, NamedTuple

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import AdminClient, AlterConfigOpType, ConfigEntry, ConfigResource, NewTopic, ResourceType  # type: ignore[attr-defined]  # exported, not declared

from streams.kafka.catalogue import Topic
from streams.kafka.client import ANSWER_WITHIN, KafkaTrouble, client
from streams.kafka.difference import Deviation, Differs, Missing
from streams.kafka.found import look

SEEN_WITHIN = 30.0
"""Seconds that brokers have to learn of new topics; milliseconds are usual."""
_OFTEN = 0.1


class Created(NamedTuple):
    topic: Topic


class Set(NamedTuple):
    difference: Differs


class Refused(NamedTuple):
    """By the broker; `why` are its words."""

    deviation: Deviation
    why: str


class Left(NamedTuple):
    """Nothing that a setting could mend."""

    deviation: Deviation


Done = Created | Set | Refused | Left


def create(kafka: str, deviations: Iterable[Deviation]) -> Iterator[Done]:
    """Done again, it does what is left. KafkaTrouble where nobody answers, or new topics do not appear."""
    deviations = tuple(deviations)
    admin = AdminClient(client(kafka))
    missing = {found.topic.name: found for found in deviations if isinstance(found, Missing)}
    made = list(_created(admin, missing, kafka))
    yield from made
    changes: dict[str, list[Differs]] = {}
    for found in deviations:
        match found:
            case Missing():
                pass
            case Differs():
                changes.setdefault(found.topic.name, []).append(found)
            case _:
                yield Left(found)
    yield from _set(admin, changes, kafka)
    _seen([done.topic.name for done in made if isinstance(done, Created)], kafka)


def _created(admin: AdminClient, missing: Mapping[str, Missing], kafka: str) -> Iterator[Done]:
    if not missing:
        return
    answers: Mapping[str, Future[None]] = admin.create_topics(
        [
            NewTopic(topic.name, topic.partitions, topic.replication, config={config.name: str(config.value) for config in topic.configs})
            for (topic,) in missing.values()
        ],
        operation_timeout=ANSWER_WITHIN,
        request_timeout=2 * ANSWER_WITHIN,
    )
    for name, answer in answers.items():
        why = _why(answer.result, kafka)
        # made meanwhile by somebody else: as good, or the next look says how it differs
        yield (
            Created(missing[name].topic)
            if why is None or why.code() == KafkaError.TOPIC_ALREADY_EXISTS
            else Refused(missing[name], why.str())
        )


def _set(admin: AdminClient, changes: Mapping[str, list[Differs]], kafka: str) -> Iterator[Done]:
    if not changes:
        return
    answers: Mapping[ConfigResource, Future[Any]] = admin.incremental_alter_configs(
        [
            ConfigResource(
                ResourceType.TOPIC,
                name,
                incremental_configs=[
                    ConfigEntry(each.config.name, str(each.config.value), incremental_operation=AlterConfigOpType.SET) for each in differing
                ],
            )
            for name, differing in changes.items()
        ],
        request_timeout=2 * ANSWER_WITHIN,
    )
    for resource, answer in answers.items():
        why = _why(answer.result, kafka)
        yield from (Set(each) if why is None else Refused(each, why.str()) for each in changes[resource.name])


def _why(result: Callable[[], Any], kafka: str) -> KafkaError | None:
    try:
        result()
    except KafkaException as error:
        refused: KafkaError = error.args[0]
        if refused.code() in {KafkaError._TIMED_OUT, KafkaError._TRANSPORT, KafkaError._ALL_BROKERS_DOWN}:  # noqa: SLF001 (its own names)
            raise KafkaTrouble(f"{kafka} does not answer any more ({refused.str()}): say the same again when it does") from None
        return refused
    return None


def _seen(names: list[str], kafka: str) -> None:
    """A worker that is started next asks a broker that perhaps has not heard of them yet."""
    deadline = time.monotonic() + SEEN_WITHIN
    while names and (unseen := set(names) - set(look(kafka, names).topics)):
        if time.monotonic() > deadline:
            raise KafkaTrouble(f"{kafka} has made {', '.join(sorted(unseen))}, and does not show them: are its brokers well?")
        time.sleep(_OFTEN)
