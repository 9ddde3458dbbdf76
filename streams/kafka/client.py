"""Reaching Kafka from a command: what goes wrong is said once, in a sentence, with what to do."""

import asyncio
from functools import cache

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import AdminClient

from streams.exits import REFUSED
from streams.kafka.access import Access
from streams.kafka.greeting import greet
from streams.kafka.security import Security, security_of
from streams.settings import load_access

ANSWER_WITHIN = 10.0
"""Seconds that a broker has to answer."""

_FORBIDDEN = frozenset(
    {
        KafkaError.TOPIC_AUTHORIZATION_FAILED,
        KafkaError.GROUP_AUTHORIZATION_FAILED,
        KafkaError.CLUSTER_AUTHORIZATION_FAILED,
        KafkaError.TRANSACTIONAL_ID_AUTHORIZATION_FAILED,
    }
)


class KafkaTrouble(Exception):
    """Kafka could not do what was asked; the text says what, where, and what to do."""

    def __init__(self, text: str, code: int | None = None) -> None:
        """`code`: of streams.exits, where trying again helps nothing."""
        super().__init__(text)
        self.code = code


def partitions_of(admin: AdminClient, topic: str, kafka: str) -> list[int]:
    """KafkaTrouble if there is no such topic, or nobody answers."""
    try:
        found = admin.list_topics(topic, timeout=ANSWER_WITHIN).topics[topic]
    except KafkaException as error:
        raise KafkaTrouble(f"no Kafka answers at {kafka} ({error.args[0].str()}): is it running, and is the address right?") from None
    if found.error is not None:
        raise forbidden(found.error, f"see the topic {topic}", "Read, Write or Describe on it") or KafkaTrouble(
            f"{kafka} has no topic {topic} ({found.error.str()}): create it first"
        )
    return sorted(found.partitions)


def forbidden(error: KafkaError, doing: str, wanted: str) -> KafkaTrouble | None:
    """None unless an ACL is missing. `doing`: "read the topic x"; `wanted`: "Read on it"."""
    if error.code() not in _FORBIDDEN:
        return None
    return KafkaTrouble(f"Kafka does not let us {doing}: an ACL must allow {security_of(load_access()).known_as} {wanted}", REFUSED)


def client(kafka: str, access: Access | None = None) -> dict[str, str | int | float | bool]:
    """What each client of librdkafka is made with. KafkaTrouble if Kafka does not let us in, or nobody answers.

    librdkafka itself would try for ever, and say why at most on stderr. `access`: without it, what the environment says.
    """
    security = security_of(load_access() if access is None else access)
    _let_in(kafka, security)
    return {
        **security.librdkafka(kafka),
        "client.id": "throughline",
        "log_level": 0,  # what it would print on stderr comes back as errors, told once
        "socket.timeout.ms": int(ANSWER_WITHIN * 1000),
    }


@cache  # once a process: a command has several clients
def _let_in(kafka: str, security: Security) -> None:
    refusal = asyncio.run(greet(kafka, security))
    if refusal is not None:
        raise KafkaTrouble(refusal.why, refusal.code)
