"""One customer's journey over all channels: what happened, and what was said of it, where it happened."""

from collections.abc import Iterable, Iterator
from typing import Any, Literal

from msgspec import Struct

from schemas.decode import decode
from schemas.defined import as_model
from schemas.policy import Policy
from schemas.touchpoint import Touchpoint
from schemas.touchpoints.claim import ClaimMade, Figure
from streams.detection.detector import Measured
from streams.logs.file import LogRecord
from streams.replay.order import in_order_of_arrival
from streams.replay.outcome import Alert
from streams.replay.whole import replay


class Entry(Struct, frozen=True):
    at: int
    """When it occurred; for an alert its place: when its evidence was complete."""
    kind: Literal["touchpoint", "claim", "alert"]
    channels: tuple[str, ...]
    what: str
    """The touchpoint's type, or what the alert says: `first_response breached`."""
    detail: str
    content: dict[str, Any]
    """The touchpoint's data, or the alert's, as published."""
    arrived: int | None = None
    repeated: bool = False
    """A copy that its producer sent again: it does not count."""


class Timeline(Struct, frozen=True):
    journey: str
    until: int
    entries: list[Entry]
    clocks: list[Measured]
    """Those that have come to an end."""


def timeline(log: Iterable[LogRecord], policy: Policy, journey: str, partitions: int, until: int | None = None) -> Timeline:
    """`journey` as touchpoints name it: `c:` and a customer id, or `a:` and an anonymous id. Customers do not influence each other,
    so only this one's records are replayed; `until` as replay has it, for the whole log.
    """
    own: list[LogRecord] = []
    last = -1
    for record in log:
        touchpoint = decode(record)
        if isinstance(touchpoint, Touchpoint) and touchpoint.channel in policy.channels:
            last = max(last, touchpoint.occurred, touchpoint.arrived - policy.channels[touchpoint.channel].lateness)
            if touchpoint.journey == journey:
                own.append(record)
    end = last + 1 if until is None else until
    replayed = replay(own, policy, partitions, end)
    entries = [*_happened(own, end), *map(_told, replayed.alerts)]
    entries.sort(key=lambda entry: (entry.at, entry.kind == "alert"))
    return Timeline(journey, end, entries, replayed.measured)


def _happened(log: Iterable[LogRecord], until: int) -> Iterator[Entry]:
    counted: set[tuple[str, str, str]] = set()
    for record in in_order_of_arrival(log):
        touchpoint = decode(record)
        if not isinstance(touchpoint, Touchpoint) or touchpoint.occurred >= until:
            continue
        name = (touchpoint.channel, touchpoint.source, touchpoint.id)
        data = touchpoint.data
        yield Entry(
            at=touchpoint.occurred,
            kind="claim" if isinstance(data, ClaimMade) else "touchpoint",
            channels=(touchpoint.channel,),
            what=data.TYPE,
            detail=_claimed(data) if isinstance(data, ClaimMade) else _flat(as_model(data).model_dump(mode="json", exclude_defaults=True)),
            content=as_model(data).model_dump(mode="json", exclude_defaults=True),
            arrived=touchpoint.arrived,
            repeated=name in counted,
        )
        counted.add(name)


def _told(alert: Alert) -> Entry:
    data = alert.event.data
    word = alert.event.type.split(".")[3]
    state = "retracted" if word == "retracted" else data.state
    return Entry(
        at=alert.event.time,
        kind="alert",
        channels=data.channels,
        what=f"{data.detector} {state}",
        detail=data.summary,
        content={"word": word, **data.model_dump(mode="json", exclude_none=True)},
    )


def _claimed(claim: ClaimMade) -> str:
    terms = _flat(as_model(claim.terms).model_dump(mode="json", exclude_none=True))
    limits = _flat(as_model(claim).model_dump(mode="json", include={"valid_from", "valid_until", "version"}, exclude_none=True))
    told = claim.value.amount if isinstance(claim.value, Figure) else claim.value
    value = f"{told} {claim.unit}" if claim.unit else f"{told}"
    more = ", ".join(filter(None, (terms, limits)))
    return f"{claim.attribute} of {claim.entity.kind} {claim.entity.id} is {value}" + (f" ({more})" if more else "")


def _flat(content: dict[str, Any]) -> str:
    return ", ".join(f"{name} {_short(value)}" for name, value in content.items())


def _short(value: Any) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case list():
            return f"({len(value)})"
        case dict():
            return f"({_flat(value)})"
        case _:
            return str(value)
