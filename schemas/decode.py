"""From a Kafka record to a touchpoint, or to the reason why it is none. Total: no bytes make it raise.

The order of the checks is that of the refused classes: is it JSON, a CloudEvent, of a type that we know, with the
data of that type, from a clock that can be right, about somebody? So the class says how far a producer has come.
"""

from difflib import get_close_matches
from functools import lru_cache

from pydantic import ValidationError

from schemas.dead_letter import DEAD_LETTER_TOPIC
from schemas.envelope import Attributes, read_envelope
from schemas.identity import journey_of
from schemas.instant import LATEST, MINUTE, SECOND, parse_instant
from schemas.right import read_right
from schemas.touchpoint import TOPIC_PREFIX, TYPE_PREFIX, Heartbeat, Record, Refused, Touchpoint, TouchpointData
from schemas.touchpoints import TYPES
from schemas.touchpoints.channel import ChannelHeartbeat
from schemas.violation import first_violation

AHEAD = MINUTE
"""How far a touchpoint's own time may be ahead of its record's timestamp: clocks differ, the future does not happen."""


def decode(record: Record) -> Touchpoint | Heartbeat | Refused:
    channel = _channel_of(record.topic)
    if channel is None:
        return Refused("envelope_invalid", f"lies on a topic of no channel: {TOPIC_PREFIX}<channel> is one")
    read = read_right(record.value, record.headers) or _read_closely(record)
    if type(read) is Refused:
        return read
    attributes, data = read
    arrived = record.timestamp
    occurred = _occurred(attributes.time, arrived)
    if type(occurred) is Refused:
        return occurred
    if type(data) is ChannelHeartbeat:
        return Heartbeat(channel, record.partition, record.offset, arrived)
    journey = journey_of(attributes.customerid, attributes.anonymousid)
    if type(journey) is Refused:
        return journey
    return Touchpoint(
        journey=journey,
        channel=channel,
        partition=record.partition,
        offset=record.offset,
        source=attributes.source,
        id=attributes.id,
        occurred=occurred,
        arrived=arrived,
        data=data,
        correlation=attributes.correlationid or None,
    )


def _read_closely(record: Record) -> tuple[Attributes, TouchpointData] | Refused:
    envelope = read_envelope(record.value, record.headers)
    if isinstance(envelope, Refused):
        return envelope
    model = TYPES.get(envelope.type)
    if model is None:
        return Refused("type_unknown", _unknown(envelope.type), "type", recoverable=True)
    try:
        return envelope, model.of({} if envelope.data is None else envelope.data)
    except ValidationError as error:
        path, reason = first_violation(error)
        return Refused("schema_violation", reason, f"data.{path}" if path else "data")


@lru_cache(maxsize=1_024)
def _channel_of(topic: str) -> str | None:
    """The channel is the topic's, never the payload's word for it."""
    if not topic.startswith(TOPIC_PREFIX) or topic == DEAD_LETTER_TOPIC:
        return None
    return topic.removeprefix(TOPIC_PREFIX) or None


@lru_cache(maxsize=1_024)
def _unknown(type_name: str) -> str:
    name = type_name.removeprefix(TYPE_PREFIX).removesuffix(".v1")
    alike = get_close_matches(name, (model.TYPE for model in TYPES.values()), n=1)
    return "is none that this version knows" + (f": did you mean {TYPE_PREFIX}{alike[0]}.v1?" if alike else "")


def _occurred(time: object, arrived: int) -> int | Refused:
    if time is None:
        return Refused("time_invalid", "is required: when it happened", "time")
    try:
        occurred = parse_instant(time)
    except ValueError as error:
        return Refused("time_invalid", str(error), "time")
    if occurred > arrived + AHEAD:
        ahead = (occurred - arrived) / SECOND
        return Refused("time_invalid", f"is {ahead:.3f} s ahead of the record's timestamp: at most {AHEAD // SECOND} s may be", "time")
    if arrived >= LATEST:
        return Refused("time_invalid", "the record's own timestamp lies after 2099")
    return occurred
