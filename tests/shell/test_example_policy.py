"""The example policy names every setting of what it speaks of, and where it does not say otherwise, its default."""

from pathlib import Path

import pytest
from pydantic import BaseModel
from ruamel.yaml import YAML

from schemas.policy import Policy
from streams.detection.detectors import load, sections
from streams.policy_file import check_policy, load_policy

EXAMPLE = Path(__file__).parents[2] / "deploy" / "policy.yaml"
TREE = YAML(typ="safe").load(EXAMPLE)
NAMED = {name: sections()[name] for name in TREE["detectors"]}
"""Detectors that it leaves out work with their defaults."""


def test_it_holds_no_mistake_and_says_nothing_in_vain() -> None:
    checked = check_policy(EXAMPLE)
    assert (checked.mistakes, checked.warnings) == ((), ())


def test_its_detectors_load() -> None:
    assert {detector.name for detector in load(load_policy(EXAMPLE))} >= set(NAMED)


@pytest.mark.parametrize(("model", "path"), [(Policy, ()), *((model, ("detectors", name)) for name, model in NAMED.items())])
def test_it_names_every_field(model: type[BaseModel], path: tuple[str, ...]) -> None:
    part = TREE
    for name in path:
        part = part[name]
    assert set(part) == set(model.model_fields)


DIFFERS = {
    "first_response": {"targets"},  # gold customers are answered sooner
}


@pytest.mark.parametrize("name", sorted(NAMED))
def test_what_is_not_said_to_differ_is_the_default(name: str) -> None:
    section, default = NAMED[name].model_validate(load_policy(EXAMPLE).detectors[name]), NAMED[name]()
    differing = {field for field in type(default).model_fields if getattr(section, field) != getattr(default, field)}
    assert differing == DIFFERS.get(name, set())
