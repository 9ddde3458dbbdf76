"""Where topics begin and end, and what is there at all."""

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from confluent_kafka import IsolationLevel, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient, OffsetSpec  # type: ignore[attr-defined]  # exported, not declared

from streams.kafka.client import ANSWER_WITHIN, KafkaTrouble, client

MOCK_CLUSTER = "mockCluster"
"""How the embedded broker's cluster id begins."""

_Spec: Any = OffsetSpec
"""Without types of its own."""

Where = tuple[str, int]
"""A topic and a partition."""


class Span(NamedTuple):
    start: int
    end: int
    """The first offset that no longer belongs to it."""


class Found(NamedTuple):
    offset: int
    timestamp: int
    """Of the record there, where it was looked up by time; else -1."""


class Topics:
    """What a Kafka holds at one instant, and where."""

    def __init__(self, kafka: str) -> None:
        """KafkaTrouble if nobody answers."""
        self.kafka = kafka
        self.admin = AdminClient(client(kafka))
        try:
            # All of them: whoever asks for one by name may make it.
            metadata = self.admin.list_topics(timeout=ANSWER_WITHIN)
        except KafkaException as error:
            raise KafkaTrouble(f"no Kafka answers at {kafka} ({error.args[0].str()}): is it running, and is the address right?") from None
        self.counts: dict[str, int] = {name: len(topic.partitions) for name, topic in metadata.topics.items() if topic.error is None}
        self.embedded = str(metadata.cluster_id or "").startswith(MOCK_CLUSTER)

    def of(self, topic: str) -> list[Where]:
        """Its partitions. KafkaTrouble if there is no such topic."""
        if topic not in self.counts:
            raise KafkaTrouble(f"{self.kafka} has no topic {topic}, or none that we may see: throughline topics check tells more")
        return [(topic, number) for number in range(self.counts[topic])]

    def begins(self, wheres: Collection[Where]) -> dict[Where, int]:
        return {where: found.offset for where, found in self._ask(dict.fromkeys(wheres, _Spec.earliest())).items()}

    def ends(self, wheres: Collection[Where], *, committed: bool = False) -> dict[Where, int]:
        """`committed`: before the first record of a transaction that is still open."""
        isolation = IsolationLevel.READ_COMMITTED if committed else IsolationLevel.READ_UNCOMMITTED
        return {where: found.offset for where, found in self._ask(dict.fromkeys(wheres, _Spec.latest()), isolation).items()}

    def spans(self, wheres: Collection[Where], *, committed: bool = False) -> dict[Where, Span]:
        """From the beginning to the end."""
        begins, ends = self.begins(wheres), self.ends(wheres, committed=committed)
        return {where: Span(begins[where], ends[where]) for where in wheres}

    def since(self, wheres: Collection[Where], instant: int) -> dict[Where, Span]:
        """Without what lies before the first record of `instant` or later; the embedded broker knows no times: there it is the whole."""
        spans = self.spans(wheres)
        if self.embedded:
            return spans
        found = self._ask(dict.fromkeys(wheres, _Spec.for_timestamp(instant)))
        return {
            where: Span(span.end if found[where].offset < 0 else max(found[where].offset, span.start), span.end)
            for where, span in spans.items()
        }

    def latest(self, wheres: Collection[Where]) -> dict[Where, int]:
        """The timestamp of the latest record of each, where the broker knows one."""
        if self.embedded or not wheres:
            return {}
        found = self._ask(dict.fromkeys(wheres, _Spec.max_timestamp()))
        return {where: one.timestamp for where, one in found.items() if one.timestamp >= 0}

    def _ask(self, wanted: Mapping[Where, Any], isolation: IsolationLevel = IsolationLevel.READ_UNCOMMITTED) -> dict[Where, Found]:
        if not wanted:
            return {}
        asked = {TopicPartition(*where): spec for where, spec in wanted.items()}
        answers = self.admin.list_offsets(asked, isolation_level=isolation, request_timeout=ANSWER_WITHIN)
        found: dict[Where, Found] = {}
        for tp, answer in answers.items():
            try:
                told = answer.result()
            except KafkaException as error:
                raise KafkaTrouble(f"{self.kafka} does not tell the offsets of {tp.topic}[{tp.partition}]: {error.args[0].str()}") from None
            found[tp.topic, tp.partition] = Found(told.offset, told.timestamp)
        return found


def unread(spans: Mapping[Where, Span]) -> dict[Where, Span]:
    """Those in which there is something."""
    return {where: span for where, span in spans.items() if span.start < span.end}
