"""What the engine asks of every detector in the folder, the next one included."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.defined import as_model
from schemas.instant import DAY, HOUR, MINUTE, NEVER, SECOND
from schemas.touchpoint import Seen, TouchpointData
from schemas.touchpoints import TYPES
from schemas.touchpoints.conversation import ConversationOpened
from schemas.touchpoints.shopping import CheckoutStarted, OrderPlaced
from streams.detection.detector import Detector, View
from streams.detection.detectors import DETECTORS, load
from streams.detection.packing import pack, unpack
from tests.detection.laws.agreement import lived
from tests.detection.laws.law import law
from tests.detection.laws.log import Event, instants
from tests.detection.laws.policy import policy
from tests.detection.laws.spoken import cart, price, reply, resolved, viewed
from tests.detection.laws.touchpoints import ORIGIN, handled, touchpoints_of

detectors = pytest.mark.parametrize("detector", load(policy()), ids=lambda detector: detector.name)
types = pytest.mark.parametrize("model", TYPES.values(), ids=lambda model: model.TYPE)


class Stranger:
    """Nothing else is known of the customer."""

    tier: str | None = None
    value: Decimal | None = None

    def findings(self) -> Iterator[View]:
        return iter(())


@pytest.mark.parametrize("model", handled(), ids=lambda model: model.TYPE)
@law
@given(st.data())
def test_the_laws_can_show_the_detectors_whatever_type_one_of_them_handles(model: type[TouchpointData], data: st.DataObject) -> None:
    assert type(data.draw(touchpoints_of(model))) is model


def test_four_detectors_are_found_and_hear_in_their_order() -> None:
    assert list(DETECTORS) == ["conflicting_claims", "first_response", "resolution", "purchase_abandonment"]


@types
@law
@given(st.data())
def test_a_touchpoint_of_whatever_type_is_the_same_after_storage(model: type[TouchpointData], data: st.DataObject) -> None:
    touchpoint = data.draw(touchpoints_of(model))
    seen = Seen("chat", 7, "id", ORIGIN, touchpoint, data.draw(st.sampled_from([None, "ticket"])))
    stored = unpack(pack(seen))
    assert stored == seen
    assert as_model(stored.data).model_dump() == as_model(touchpoint).model_dump()
    assert pack(stored) == pack(seen)


@detectors
def test_a_new_state_waits_for_nothing(detector: Detector[Any]) -> None:
    assert detector.deadline(detector.State()) == detector.next_word(detector.State()) == NEVER


@detectors
@law
@given(st.data())
def test_a_state_is_the_same_after_storage_and_returns_to_nothing(detector: Detector[Any], data: st.DataObject) -> None:
    """Whatever it has heard; and what is due is settled when it is due."""
    shown = sorted(data.draw(st.lists(instants, max_size=8)))
    kinds = sorted(detector.handles, key=lambda model: model.TYPE)
    state = detector.State()
    for n, instant in enumerate(shown):
        at = ORIGIN + instant
        _expire(detector, state, at - 1)
        seen = Seen(
            data.draw(st.sampled_from(["chat", "web"])), n, str(n), at, data.draw(touchpoints_of(data.draw(st.sampled_from(kinds))))
        )
        list(detector.observe(state, at, seen, Stranger()))
        stored: Any = msgspec.msgpack.decode(msgspec.msgpack.encode(state), type=detector.State)
        assert stored == state
        assert detector.deadline(stored) == detector.deadline(state)
    _expire(detector, state, ORIGIN + 1_000 * DAY)
    assert state == detector.State()


def _expire(detector: Detector[Any], state: Any, until: int) -> None:
    """Nothing is said before the next word, whatever is forgotten meanwhile."""
    word = detector.next_word(state)
    while (due := detector.deadline(state)) <= until:
        if list(detector.expire(state, due, Stranger())):
            assert due >= word
            word = detector.next_word(state)
        assert detector.deadline(state) > due


# -- prompt and consistent channels
def _contact(name: str) -> list[tuple[int, TouchpointData]]:
    """Asked, answered and solved before anything is even at risk."""
    asked = ConversationOpened(conversation_id=name)
    return [(0, asked), (100 * SECOND, reply(name)), (20 * MINUTE, resolved(name))]


def _purchase(name: str) -> list[tuple[int, TouchpointData]]:
    done = OrderPlaced.of({"order_id": name, "cart_id": name, "total": "9.90", "currency": "EUR"})
    return [(0, viewed()), (MINUTE, cart(name)), (20 * MINUTE, CheckoutStarted(cart_id=name)), (24 * MINUTE, done)]


def _telling(name: str) -> list[tuple[int, TouchpointData]]:
    """A price, the same told again, and a new one that is told as such."""
    return [(0, price("100", 1)), (HOUR, price("100.00", 1)), (2 * HOUR, price(f"12{name[-1]}", 2)), (2 * HOUR + MINUTE, price("100", 1))]


@law
@given(st.lists(st.tuples(st.sampled_from([_contact, _purchase, _telling]), st.integers(0, 3 * DAY)), max_size=6), st.data())
def test_consistent_and_prompt_channels_raise_nothing(stories: list[tuple[Any, int]], data: st.DataObject) -> None:
    """Several stories at once, each told by whatever channels; each thing is a thing of its own."""
    events = [
        Event(data.draw(st.sampled_from(["chat", "email", "web"])), touchpoint, start + after, customer=f"c:{story.__name__}{n}")
        for n, (story, start) in enumerate(stories)
        for after, touchpoint in story(f"thing-{n}")
    ]
    assert lived(events).told == {}
