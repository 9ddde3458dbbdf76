"""The reference job as plain Python: one customer's state, one event, perhaps one alert.

Engines run it in virtual environments of their own: it imports the standard library alone. Both rules decide once two
things are known, whichever came first, so that no order of polling changes what is told.
"""

from datetime import datetime
from typing import Any

CHANNELS = ("chat", "email", "web")
TOPICS = tuple(f"touchpoints.{channel}" for channel in CHANNELS)
PARTITIONS = 4

CONFLICT, LATE_ANSWER = "conflict", "late answer"
TARGET_MS = 60_000
"""An answer later than this after the question is late: `within` of the bench's policies."""

Journey = dict[str, Any]
Alert = dict[str, str]

_PREFIX, _VERSION = "io.throughline.", ".v1"
_CLAIM, _OPENED, _MESSAGE = (f"{_PREFIX}{name}{_VERSION}" for name in ("claim.made", "conversation.opened", "message.sent"))


def new_journey() -> Journey:
    """`seen`: each channel's last touchpoint; `told`: values that one channel has told; `asked` and `answered`: by matter."""
    return {"seen": {}, "told": {}, "asked": {}, "answered": {}}


def channel_of(topic: str) -> str:
    return topic.removeprefix("touchpoints.")


def observe(journey: Journey, channel: str, event: dict[str, Any]) -> Alert | None:
    """`event`: the decoded CloudEvent. What is settled is forgotten: a journey stays small."""
    at = _milliseconds(event["time"])
    journey["seen"][channel] = at
    data = event["data"]
    kind = event["type"]
    if kind == _CLAIM:
        return _claim(journey["told"], event["customerid"], data)
    if kind == _OPENED:
        return _asked(journey, event["customerid"], data, at)
    if kind == _MESSAGE and data["author"] == "agent":
        return _answered(journey, event["customerid"], data, at)
    return None


def _claim(told: dict[str, str], customer: str, data: dict[str, Any]) -> Alert | None:
    thing = data["entity"]["id"]
    before = told.pop(thing, None)
    if before is None:
        told[thing] = data["value"]
    elif before != data["value"]:
        return _alert(CONFLICT, customer, thing)
    return None


def _asked(journey: Journey, customer: str, data: dict[str, Any], at: int) -> Alert | None:
    answered_at = journey["answered"].pop(data["about"], None)
    if answered_at is None:
        journey["asked"][data["about"]] = [data["conversation_id"], at]
    elif answered_at - at > TARGET_MS:
        return _alert(LATE_ANSWER, customer, data["conversation_id"])
    return None


def _answered(journey: Journey, customer: str, data: dict[str, Any], at: int) -> Alert | None:
    asked = journey["asked"].pop(data["about"], None)
    if asked is None:
        journey["answered"][data["about"]] = at
    elif at - asked[1] > TARGET_MS:
        return _alert(LATE_ANSWER, customer, asked[0])
    return None


def _alert(kind: str, customer: str, subject: str) -> Alert:
    return {"kind": kind, "customer": customer, "subject": subject}


def _milliseconds(time: str) -> int:
    return int(datetime.fromisoformat(time).timestamp() * 1000)
