"""Every type has examples of what is accepted and of what is refused, and decode agrees with each."""

from typing import get_args

import pytest
from msgspec.structs import fields

from schemas.decode import decode
from schemas.touchpoint import Heartbeat, Refused, RefusedClass, Touchpoint
from schemas.touchpoints import FAMILIES, TYPES
from tests.contract.examples import BAD, FOLDER, GOOD, Example, type_of


@pytest.mark.parametrize("example", GOOD, ids=str)
def test_a_good_example_is_accepted(example: Example) -> None:
    match decode(example.record):
        case Touchpoint(data=data):
            assert example.of in ("records", data.TYPE)
        case Heartbeat():
            assert example.of == "channel.heartbeat"
        case Refused() as refused:
            pytest.fail(f"refused: {refused}")


@pytest.mark.parametrize("example", BAD, ids=str)
def test_a_bad_example_is_refused_for_the_class_and_field_it_names(example: Example) -> None:
    refused = decode(example.record)
    assert isinstance(refused, Refused)
    expected = example.refused
    assert {"class": refused.error_class} | ({"field": refused.field} if refused.field else {}) == expected
    assert refused.reason
    assert refused.stage == "decode"


@pytest.mark.parametrize("type_name", TYPES)
def test_every_type_has_at_least_two_good_and_three_bad_examples(type_name: str) -> None:
    assert len([example for example in GOOD if type_of(example) == type_name]) >= 2
    assert len([example for example in BAD if type_of(example) == type_name]) >= 3


def test_every_file_lies_where_its_type_is_described() -> None:
    lying = {file.relative_to(FOLDER).as_posix() for file in FOLDER.rglob("*") if file.is_file()}
    assert lying == {"records.json"} | {f"{family}/{model.TYPE}.json" for family, models in FAMILIES.items() for model in models}


def test_every_class_that_decode_gives_but_the_largest_has_an_example() -> None:
    shown = {example.refused["class"] for example in BAD if example.refused}
    elsewhere = {"too_large", "detector_failed"}  # two megabytes in test_decode.py; a detector's failure is none of decode's
    assert shown == set(get_args(RefusedClass)) - elsewhere


def test_every_required_field_is_missing_in_one_bad_example() -> None:
    without = {
        (example.of, name)
        for example in BAD
        if example.refused
        for name in (TYPES[type_of(example)].__struct_fields__ if type_of(example) in TYPES else ())
        if example.refused["field"] == f"data.{name}" and name not in example.event.get("data", {})
    }
    assert without >= {(model.TYPE, field.name) for model in TYPES.values() for field in fields(model) if field.required}
