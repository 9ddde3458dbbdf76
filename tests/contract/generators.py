"""JSON of every kind, with the words of the contract in it, and good events with anything in the wrong place."""

import json
from typing import Any

from hypothesis import strategies as st

from schemas.touchpoints import TYPES
from tests.contract.examples import GOOD

_EVENTS = [json.dumps(example.event) for example in GOOD if example.event]
_NAMES = sorted({name for event in _EVENTS for name in json.loads(event)})
_WORDS = ["1.0", "c-17", "null", "0", "1e3", "-0.5", "EUR", "2026-03-01T09:00:00Z", "2026-03-01T09:00:00", "customer", *TYPES]

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text() | st.sampled_from(_WORDS),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text() | st.sampled_from(_NAMES), inner, max_size=6),
    max_leaves=12,
)


@st.composite
def misplaced(draw: st.DrawFn) -> Any:
    """A good event with one value, somewhere, replaced."""
    event = json.loads(draw(st.sampled_from(_EVENTS)))
    place = event
    while True:
        key = draw(st.sampled_from(sorted(place)) if isinstance(place, dict) else st.integers(0, len(place) - 1))
        if not place[key] or not isinstance(place[key], dict | list) or draw(st.booleans()):
            break
        place = place[key]
    place[key] = draw(JSON)
    return event
