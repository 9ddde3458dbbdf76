"""A detector that cannot bear a touchpoint: the touchpoint is left out, and all goes on as if it never was."""

from collections.abc import Iterable
from typing import Any, ClassVar

import pytest
from msgspec import Struct

from schemas.alert import Family
from schemas.instant import HOUR, MINUTE, NEVER, SECOND
from schemas.policy import Policy
from schemas.touchpoint import Seen, TouchpointData
from schemas.touchpoints.conversation import ConversationResolved, MessageSent
from streams.detection.detector import Detector, DetectorPolicy, Known, Says, View
from streams.detection.detectors import load
from streams.detection.fold import Overdue
from streams.detection.partition import Partition
from tests.detection.laws.log import Event, Log, log_of
from tests.detection.laws.policy import AT_LAST, policy
from tests.detection.laws.spoken import ask, cart, message, reply, resolved, viewed
from tests.detection.laws.touchpoints import ORIGIN
from tests.detection.laws.world import World


class Nothing(Struct, array_like=True):
    due: int = NEVER


class Unlucky:
    """Cannot bear a note of the system's; comes after the others, so that they have heard it already."""

    name: ClassVar = "unlucky"
    family: ClassVar = Family.SLOW_RESPONSE
    order: ClassVar = 99
    handles: ClassVar[frozenset[type[TouchpointData]]] = frozenset({MessageSent, ConversationResolved})
    clocks: ClassVar[tuple[str, ...]] = ()
    State: ClassVar[type] = Nothing
    Policy: ClassVar = DetectorPolicy

    def __init__(self, policy: DetectorPolicy) -> None:
        self.policy = policy

    def observe(self, state: Nothing, at: int, seen: Seen, known: Known) -> Iterable[Says]:  # noqa: ARG002  the contract's
        if getattr(seen.data, "author", "") == "bot":
            raise ZeroDivisionError(f"with the customer's own words: {seen.id}")
        return ()

    def deadline(self, state: Nothing) -> int:
        return state.due

    next_word = deadline

    def expire(self, state: Nothing, at: int, known: Known) -> Iterable[Says]:  # noqa: ARG002  the contract's
        return ()

    def summary(self, view: View) -> str:
        return f"Nothing is ever said of {view.about.id}."


class Idle(Unlucky):
    """Has something due and does not settle it."""

    name: ClassVar = "idle"

    def observe(self, state: Nothing, at: int, seen: Seen, known: Known) -> Iterable[Says]:  # noqa: ARG002  the contract's
        state.due = at + SECOND
        return ()


def _with_unlucky(policy: Policy) -> tuple[Detector[Any], ...]:
    return (*load(policy), Unlucky(DetectorPolicy()))


def _told(log: Log) -> World:
    world = World(log, ORIGIN, policy(), _with_unlucky)
    world.finish(ORIGIN + AT_LAST)
    return world


@pytest.mark.parametrize(
    "unbearable",
    [
        Event("web", message("bot"), 2 * MINUTE),
        Event("web", message("bot"), 0),
        Event("web", message("bot"), 2 * MINUTE, delay=HOUR),
        Event("web", message("bot"), 2 * MINUTE, delay=3 * HOUR),
        Event("web", message("bot"), 2 * HOUR),
    ],
    ids=["in time", "at the instant of another", "late", "late after the end", "last of all"],
)
def test_the_journey_is_as_if_the_touchpoint_never_was(unbearable: Event) -> None:
    others = [Event("chat", ask()), Event("email", cart(), MINUTE), Event("chat", reply(), HOUR), Event("chat", viewed(), 90 * MINUTE)]
    log = log_of([*others, unbearable])
    without = log | {"web": []}
    world = _told(log)
    assert world.told == _told(without).told
    assert [(one.detector, one.error, one.touchpoint.id, one.journey, one.partition) for one in world.failed] == [
        ("unlucky", "ZeroDivisionError", "web-4", "c:x", 3)
    ]


def test_it_is_told_of_each_and_nothing_of_the_customers_words() -> None:
    log = log_of([Event("chat", ask()), *(Event("web", message("bot"), after) for after in (SECOND, MINUTE, HOUR))])
    world = _told(log)
    assert [one.touchpoint.id for one in world.failed] == ["web-1", "web-2", "web-3"]
    assert {one.error for one in world.failed} == {"ZeroDivisionError"}


def test_late_evidence_after_it_still_finds_a_journey_that_can_be_folded() -> None:
    events = [Event("chat", ask()), Event("web", message("bot"), MINUTE), Event("email", reply(), 2 * MINUTE, delay=HOUR)]
    world = _told(log_of(events))
    assert world.words("first_response")[-1][:2] == ("retracted", "breached")
    assert len(world.failed) == 1


def test_a_detector_that_leaves_something_due_stops_the_worker() -> None:
    log = log_of([Event("chat", resolved())])
    world = World(log, ORIGIN, policy(), load=lambda _: (Idle(DetectorPolicy()),))
    with pytest.raises(Overdue, match="idle"):
        world.finish(ORIGIN + AT_LAST)


def test_without_a_detector_there_is_nothing_to_find() -> None:
    with pytest.raises(ValueError, match="no detector is enabled"):
        Partition(0, policy(), ())
