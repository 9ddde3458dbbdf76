"""Reaching Kafka from a command: what goes wrong is said once, in a sentence, with what to do."""

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

ANSWER_WITHIN = 10.0
"""Seconds that a broker has to answer."""


class KafkaTrouble(Exception):
    """Kafka could not do what was asked; the text says what, where, and what to do."""


def partitions_of(admin: AdminClient, topic: str, kafka: str) -> list[int]:
    """KafkaTrouble if there is no such topic, or nobody answers."""
    try:
        found = admin.list_topics(topic, timeout=ANSWER_WITHIN).topics[topic]
    except KafkaException as error:
        raise KafkaTrouble(f"no Kafka answers at {kafka} ({error.args[0].str()}): is it running, and is the address right?") from None
    if found.error is not None:
        raise KafkaTrouble(f"{kafka} has no topic {topic} ({found.error.str()}): create it first")
    return sorted(found.partitions)


def client(kafka: str) -> dict[str, str | int | float | bool]:
    # What librdkafka would print on stderr comes back as errors, told once.
    return {"bootstrap.servers": kafka, "client.id": "throughline", "log_level": 0, "socket.timeout.ms": int(ANSWER_WITHIN * 1000)}
