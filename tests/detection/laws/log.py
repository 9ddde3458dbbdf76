"""What happened, and the log that came of it: the records of one partition number, by channel, in order of offset."""

from collections.abc import Sequence
from dataclasses import dataclass

from hypothesis import strategies as st

from schemas.instant import DAY, HOUR, MINUTE, SECOND
from schemas.touchpoint import Touchpoint, TouchpointData
from tests.detection.laws.policy import CHANNELS
from tests.detection.laws.touchpoints import ORIGIN, mixtures

NUMBER = 3

Log = dict[str, list[Touchpoint]]


@dataclass(frozen=True)
class Event:
    channel: str
    data: TouchpointData
    occurred: int = 0
    """Milliseconds after the origin."""
    delay: int = 0
    """How much later it arrived."""
    customer: str = "c:x"
    correlation: str | None = None
    name: str | None = None
    """Given to several of a channel, these are copies of one touchpoint; None: there is no other."""


def log_of(events: Sequence[Event], step_back: int = 0) -> Log:
    """Each channel's in order of arrival. `step_back`: by so much the timestamp of every other record is behind."""
    log: Log = {channel: [] for channel in CHANNELS}
    for n, event in sorted(enumerate(events), key=lambda one: one[1].occurred + one[1].delay):
        rows = log[event.channel]
        rows.append(
            Touchpoint(
                journey=event.customer,
                channel=event.channel,
                partition=NUMBER,
                offset=len(rows),
                source=f"urn:{event.channel}",
                id=f"{event.channel}-{event.name or n}",
                occurred=ORIGIN + event.occurred,
                arrived=ORIGIN + event.occurred + event.delay - (step_back if len(rows) % 2 else 0),
                data=event.data,
                correlation=event.correlation,
            )
        )
    return log


def ends_at(log: Log) -> int:
    """When the last record arrived."""
    return max((rows[-1].arrived for rows in log.values() if rows), default=ORIGIN)


# -- by chance: at and around the limits of the detectors
_LIMITS = [
    0, 112_500, 150 * SECOND, 225 * SECOND, 5 * MINUTE, 450 * SECOND, 10 * MINUTE, 30 * MINUTE, HOUR, 90 * MINUTE, 135 * MINUTE, 3 * HOUR,
    26 * HOUR, 7 * DAY, 8 * DAY,
]  # fmt: skip
_AROUND = [0, 0, 0, 1, -1, SECOND, -SECOND, 2 * SECOND]
_IN_TIME = [0, 0, 0, 1, SECOND]
_LATE = [
    2 * SECOND, 2 * SECOND + 1, 5 * SECOND, 61 * SECOND, 8 * MINUTE, HOUR, 5 * HOUR, 23 * HOUR, DAY + 2 * SECOND, 30 * HOUR, 9 * DAY,
]  # fmt: skip
_AHEAD = [-30 * SECOND]

instants = st.builds(lambda limit, off: limit + off, st.sampled_from(_LIMITS), st.sampled_from(_AROUND))
_delays = st.sampled_from([*_IN_TIME, *_IN_TIME, *_LATE, *_AHEAD])


def some_events(delays: st.SearchStrategy[int] = _delays, *, copies: bool = True, erased: bool = True) -> st.SearchStrategy[list[Event]]:
    """`copies`: whether producers send some of them again; `erased`: whether customers are."""
    return st.one_of([_events(data, delays, copies=copies) for data in mixtures(erased=erased)])


def _events(data: st.SearchStrategy[TouchpointData], delays: st.SearchStrategy[int], *, copies: bool) -> st.SearchStrategy[list[Event]]:
    event = st.builds(
        Event,
        channel=st.sampled_from(CHANNELS),
        data=data,
        occurred=instants,
        delay=delays,
        customer=st.sampled_from(["c:x"] * 8 + ["c:y", "a:x"]),
        correlation=st.sampled_from([None, None, None, "ticket"]),
        name=st.sampled_from([None, None, None, "copy"] if copies else [None]),
    )
    few, several, many = (st.lists(event, min_size=least, max_size=most) for least, most in ((1, 12), (8, 12), (16, 24)))
    return st.one_of(few, several, many)


def told_apart(events: Sequence[Event]) -> list[Event]:
    """Without those of one channel at one instant, whose order is that of their arrival."""
    return list({(event.channel, event.occurred): event for event in events}.values())
