"""The schemas that others validate with: those in the repository are the code's own, and they say what decode does."""

import json
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from jsonschema import Draft202012Validator, FormatChecker
from ruamel.yaml import YAML

import schemas
from schemas.alert import AlertData, AlertEvent, Evidence, Severity, Subject
from schemas.compatibility import breaks
from schemas.decode import decode
from schemas.export import ALERT, ASYNCAPI, POLICY, export, file_of
from schemas.policy import Policy
from schemas.touchpoint import Refused, Touchpoint
from schemas.touchpoints import TYPES
from schemas.touchpoints.claim import ClaimMade
from streams.detection.detectors import sections
from tests.contract.examples import BAD, GOOD, Example, chat
from tests.contract.generators import misplaced

FOLDER = Path(schemas.__file__).parent / "published"
EXPORTED = export(sections())

FORMATS = FormatChecker(formats=())


@FORMATS.checks("date-time", raises=ValueError)
def aware(text: object) -> bool:
    return not isinstance(text, str) or datetime.fromisoformat(text).tzinfo is not None


@cache
def validator(name: str) -> Draft202012Validator:
    return Draft202012Validator(json.loads(EXPORTED[name]), format_checker=FORMATS)


def validator_of(event: Any) -> Draft202012Validator | None:
    model = TYPES.get(str(event.get("type"))) if isinstance(event, dict) else None
    return validator(file_of(model)) if model else None


BEYOND_A_SCHEMA = {
    ("feedback.given", "a score off its scale"),  # one field's bound is another field
    ("feedback.given", "a scale upside down"),
    ("order.billed", "more than twelve decimal places"),
    ("promise.made", "due in another century"),
    ("records", "a clock that was never set"),
    ("records", "a time in the year 2100"),
    ("records", "a time more than a minute ahead of the record's timestamp"),  # the record's is not in the event
}


def test_what_lies_in_the_repository_is_what_the_code_exports() -> None:
    """`throughline schemas export` writes them; `throughline schemas check` says first whom the change would break."""
    lying = {file.name: file.read_text() for file in FOLDER.iterdir()}
    assert not breaks(lying, EXPORTED)
    assert lying == EXPORTED


@pytest.mark.parametrize("name", [name for name in EXPORTED if name != ASYNCAPI])
def test_every_schema_is_one(name: str) -> None:
    Draft202012Validator.check_schema(json.loads(EXPORTED[name]))


@pytest.mark.parametrize("example", [example for example in GOOD if validator_of(example.event)], ids=str)
def test_what_is_a_good_example_is_good_by_its_schema(example: Example) -> None:
    schema = validator_of(example.event)
    assert schema
    schema.validate(example.event)


@pytest.mark.parametrize("example", [example for example in BAD if validator_of(example.event)], ids=str)
def test_what_is_a_bad_example_is_bad_by_its_schema_where_a_schema_can_say_so(example: Example) -> None:
    schema = validator_of(example.event)
    assert schema
    assert schema.is_valid(example.event) == ((example.of, example.says) in BEYOND_A_SCHEMA)


NOT_IN_A_SCHEMA = ("has more digits", "lies outside the years", "low must be", "score must lie", "is nested more")


@settings(max_examples=500, deadline=None)  # a busy machine is no mistake
@given(misplaced())
def test_what_its_schema_accepts_is_accepted(event: Any) -> None:
    """The other way round less is promised: decode reads more tolerantly than the schema that we ask producers to keep."""
    schema = validator_of(event)
    if schema is None or not schema.is_valid(event):
        return
    result = decode(chat(json.dumps(event).encode(), timestamp=4_000_000_000_000))
    assert not isinstance(result, Refused) or result.reason.startswith(NOT_IN_A_SCHEMA), result


@pytest.mark.parametrize("whole", [7, 7.0])
def test_a_whole_number_may_be_written_like_any_other(whole: float) -> None:
    """JSON Schema says so, and some languages write all numbers alike."""
    event = next(example.event for example in GOOD if example.of == "claim.made" and "version" in example.event["data"])
    written = event | {"data": event["data"] | {"version": whole}}
    validator("claim.made.v1.json").validate(written)
    seen = decode(chat(json.dumps(written).encode()))
    assert isinstance(seen, Touchpoint)
    assert isinstance(seen.data, ClaimMade)
    assert type(seen.data.version) is int


def alert(**changes: Any) -> AlertEvent:
    data: dict[str, Any] = {
        "alert_id": UUID(int=7),
        "revision": 0,
        "detector": "first_response",
        "policy_version": "1",
        "customer": "c-17",
        "anonymous": False,
        "channels": ("chat",),
        "subject": Subject(kind="conversation", id="v-1"),
        "severity": Severity(level="warning", number=50),
        "summary": "Nobody has answered for five minutes.",
        "state": "breached",
        "opened_at": 1_772_355_600_000,
        "evidence": (
            Evidence(event_id="m-1", channel="chat", topic="touchpoints.chat", partition=3, offset=17, occurred=1_772_355_600_000),
        ),
        "runbook": "https://throughline.example/runbooks/first_response",
    }
    return AlertEvent(
        id="7:0",
        source="/throughline",
        type="io.throughline.alert.opened.v1",
        time=1_772_355_600_000,
        data=AlertData(**(data | changes)),
    )


@pytest.mark.parametrize(
    "changes", [{}, {"score": 0.5, "contributions": {"stage": 1.5}, "scope": "first", "reason": "late", "due_at": 1_772_355_900_000}]
)
def test_an_alert_as_it_is_written_is_valid(changes: dict[str, Any]) -> None:
    validator(ALERT).validate(json.loads(alert(**changes).model_dump_json(exclude_none=True)))


def test_an_alert_with_something_missing_or_null_is_not() -> None:
    written = json.loads(alert().model_dump_json(exclude_none=True))
    del written["data"]["customer"]
    assert not validator(ALERT).is_valid(written)
    assert not validator(ALERT).is_valid(json.loads(alert().model_dump_json()))


def test_the_least_policy_is_valid_and_a_misspelt_one_is_not() -> None:
    least = {"version": "1", "channels": {"chat": {"lateness": "PT5S"}}}
    Policy.model_validate(least)
    validator(POLICY).validate(least)
    mistakes: tuple[dict[str, Any], ...] = (
        {"chanels": {}},
        {"channels": {"Live Chat": {}}},
        {"detectors": {"first_responze": {}}},
        {"window": 24},
    )
    for mistake in mistakes:
        assert not validator(POLICY).is_valid(least | mistake)


def test_the_core_alone_leaves_the_detectors_sections_open() -> None:
    core = Draft202012Validator(json.loads(export()[POLICY]))
    core.validate({"version": "1", "channels": {"chat": {}}, "detectors": {"of_tomorrow": {"limit": 3}}})


def references(node: Any) -> list[str]:
    if isinstance(node, list):
        return [found for part in node for found in references(part)]
    if not isinstance(node, dict):
        return []
    return [node["$ref"]] if "$ref" in node else [found for part in node.values() for found in references(part)]


def test_the_asyncapi_document_refers_to_nothing_that_is_not_there() -> None:
    document = YAML(typ="safe").load(EXPORTED[ASYNCAPI])
    assert document["asyncapi"] == "3.0.0"
    named = references(document)
    for reference in named:
        if reference.startswith("./"):
            assert reference.removeprefix("./") in EXPORTED
            continue
        place = document
        for step in reference.removeprefix("#/").split("/"):
            place = place[step]
    assert {reference for reference in named if reference.startswith("./")} == {
        f"./{name}" for name in EXPORTED if name not in (ASYNCAPI, POLICY)
    }
