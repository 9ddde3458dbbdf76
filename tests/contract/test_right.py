"""What msgspec reads in one go is what pydantic would have made of it, to the type of every value."""

import json
from typing import Any

import pytest
from hypothesis import given
from msgspec import Struct
from msgspec.structs import asdict

from schemas.envelope import Envelope, read_envelope
from schemas.right import read_right
from schemas.touchpoints import TYPES
from tests.contract.examples import GOOD, Example
from tests.contract.generators import misplaced

ATTRIBUTES = ("id", "source", "time", "customerid", "anonymousid", "correlationid")


def spelled(value: Any) -> Any:
    """With the types, by which `True` is not 1 and a text no number."""
    if isinstance(value, Struct):
        return type(value), [(name, spelled(part)) for name, part in asdict(value).items()]
    return (type(value), [spelled(part) for part in value]) if isinstance(value, tuple | list) else (type(value), value)


def assert_as_pydantic(event: bytes) -> bool:
    """Whether there was anything to compare."""
    right = read_right(event, ())
    if right is None:
        return False
    attributes, data = right
    envelope = read_envelope(event, ())
    assert isinstance(envelope, Envelope)
    assert spelled(data) == spelled(TYPES[envelope.type].of(envelope.data))
    for name in ATTRIBUTES:
        assert getattr(attributes, name) == getattr(envelope, name)
    return True


@pytest.mark.parametrize("example", [example for example in GOOD if example.event], ids=str)
def test_good_events_are_read_in_one_go(example: Example) -> None:
    event: Any = example.event
    read = assert_as_pydantic(json.dumps(event).encode())
    assert read == (event.get("data") is not None)


@pytest.mark.parametrize("example", [example for example in GOOD if example.event and example.event.get("data") is not None], ids=str)
def test_in_binary_mode_they_are_the_same(example: Example) -> None:
    event: Any = dict(example.event)
    data = json.dumps(event.pop("data")).encode()
    right = read_right(data, [(f"ce_{name}", str(value).encode()) for name, value in event.items()])
    structured = read_right(json.dumps(example.event).encode(), ())
    assert right is not None
    assert structured is not None
    assert spelled(right[1]) == spelled(structured[1])
    for name in ATTRIBUTES:
        assert getattr(right[0], name) == getattr(structured[0], name)


@given(misplaced())
def test_whatever_is_in_the_wrong_place_is_never_read_as_anything_else(event: Any) -> None:
    assert_as_pydantic(json.dumps(event).encode())


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("cart.updated", {"cart_id": "c", "items": [], "total": 1, "currency": "EUR\n"}),
        ("cart.updated", {"cart_id": "c", "items": [], "total": True, "currency": "EUR"}),
        ("cart.updated", {"cart_id": "c", "items": [], "total": 1e400, "currency": "EUR"}),
        ("cart.updated", {"cart_id": "c", "items": [None], "total": 1, "currency": "EUR"}),
        ("cart.updated", {"cart_id": "c" * 257, "items": [], "total": 1, "currency": "EUR"}),
        ("message.sent", {"conversation_id": "v", "author": "customer", "question": 1}),
        ("message.sent", {"conversation_id": "v", "author": "customer", "asks": ["a"] * 501}),
        ("message.sent", {"conversation_id": "v", "author": "customer", "asks": None}),
        ("claim.made", {"entity": {"kind": "p", "id": "x"}, "attribute": "a", "value": None}),
        ("claim.made", {"entity": {"kind": "p", "id": "x"}, "attribute": "a", "value": "v", "terms": None}),
        ("claim.made", {"entity": {"kind": "p", "id": "x"}, "attribute": "a", "value": "v", "version": 1.5}),
        ("feedback.given", {"metric": "nps", "score": 11, "low": 0, "high": 10}),
        ("promise.made", {"promise_id": "p", "kind": "refund", "due_at": None}),
        ("promise.made", {"promise_id": "p", "kind": "refund", "due_at": "2026-03-01"}),
    ],
)
def test_what_pydantic_refuses_is_refused(kind: str, data: dict[str, Any]) -> None:
    event = {"specversion": "1.0", "id": "1", "source": "s", "type": f"io.throughline.{kind}.v1", "time": "2026-03-01T09:00:00Z"}
    assert read_right(json.dumps(event | {"customerid": "c", "data": data}).encode(), ()) is None


@pytest.mark.parametrize("version", [7, 7.0, "absent"])
def test_defaults_and_kinds_of_numbers(version: Any) -> None:
    data = {"entity": {"kind": "p", "id": "x"}, "attribute": "a", "value": 10.50} | ({} if version == "absent" else {"version": version})
    event = {"specversion": "1.0", "id": "1", "source": "s", "type": "io.throughline.claim.made.v1", "time": "2026-03-01T09:00:00Z"}
    assert assert_as_pydantic(json.dumps(event | {"customerid": "c", "data": data}).encode())
