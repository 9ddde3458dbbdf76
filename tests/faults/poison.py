"""Records that must be refused, one recipe a class: what each is refused as is known before anybody decodes it."""

import json
from collections.abc import Callable
from random import Random
from typing import Any

from schemas.envelope import LARGEST
from schemas.instant import format_instant
from schemas.touchpoint import TYPE_PREFIX, RefusedClass
from tests.engine.fragile import UNBEARABLE

Brewed = Callable[[dict[str, Any], Random], bytes | None]
"""From a sound event to the value that is sent; None is a tombstone."""


def _cut_off(event: dict[str, Any], chance: Random) -> bytes:
    value = json.dumps(event).encode()
    return value[: chance.randrange(1, len(value) - 1)]


def _no_cloud_event(event: dict[str, Any], chance: Random) -> bytes | None:
    if chance.random() < 0.5:
        return None
    return _told({name: content for name, content in event.items() if name != "specversion"})


def _of_no_type(event: dict[str, Any], _: Random) -> bytes:
    return _told(event | {"type": f"{TYPE_PREFIX}customer.teleported.v1"})


def _of_another_shape(event: dict[str, Any], _: Random) -> bytes:
    return _told(event | {"type": f"{TYPE_PREFIX}cart.updated.v1", "data": {"cart_id": 4711}})


def _of_no_time(event: dict[str, Any], _: Random) -> bytes:
    return _told(event | {"time": "yesterday"})


def _of_nobody(event: dict[str, Any], _: Random) -> bytes:
    return _told({name: content for name, content in event.items() if name not in ("customerid", "anonymousid")})


def _of_a_placeholder(event: dict[str, Any], chance: Random) -> bytes:
    return _told(event | {"customerid": chance.choice(("undefined", "null", "[object Object]", "-1", "000"))})


def _of_great_length(event: dict[str, Any], _: Random) -> bytes:
    return _told(event | {"note": "x" * LARGEST})


def _unbearable(event: dict[str, Any], chance: Random) -> bytes:
    """A touchpoint like any other, but one detector cannot bear it."""
    ended = {"type": f"{TYPE_PREFIX}conversation.resolved.v1", "data": {"conversation_id": f"{UNBEARABLE}-{chance.getrandbits(40):x}"}}
    return _told(event | ended)


def _told(event: dict[str, Any]) -> bytes:
    return json.dumps(event).encode()


POISONS: dict[RefusedClass, Brewed] = {
    "not_json": _cut_off,
    "envelope_invalid": _no_cloud_event,
    "type_unknown": _of_no_type,
    "schema_violation": _of_another_shape,
    "time_invalid": _of_no_time,
    "identity_missing": _of_nobody,
    "identity_blocked": _of_a_placeholder,
    "too_large": _of_great_length,
    "detector_failed": _unbearable,
}

WEIGHTS = {refused: 1 if refused == "too_large" else 6 for refused in POISONS}
"""A megabyte each is much for a loopback shared by three brokers."""


def poisoned(value: bytes, chance: Random) -> tuple[RefusedClass, bytes | None]:
    """`value` is a sound event's; each gets an id of its own, or two would be copies of one."""
    (refused,) = chance.choices(list(POISONS), list(WEIGHTS.values()))
    event = json.loads(value) | {"id": f"poison-{chance.getrandbits(64):x}"}
    return refused, POISONS[refused](event, chance)


def with_clock_off(value: bytes, by: int, occurred: int) -> bytes:
    """The event as a producer sends it whose clock is `by` milliseconds ahead."""
    return json.dumps(json.loads(value) | {"time": format_instant(occurred + by)}).encode()
