"""What CONTRIBUTING.md shows is a detector that works, and a table that it passes."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from schemas.instant import format_instant
from schemas.touchpoints.promise import PromiseKept, PromiseMade
from streams.detection.detectors import DETECTORS
from tests.detection.cases import Alert, Case, after, chat, check

BLOCKS = re.findall(r"```python\n(.*?)```", (Path(__file__).parents[2] / "CONTRIBUTING.md").read_text(), re.DOTALL)


def made(name: str, due: str) -> PromiseMade:
    return PromiseMade.of({"promise_id": name, "kind": "callback", "due_at": format_instant(after(due))})


def kept(name: str) -> PromiseKept:
    return PromiseKept(promise_id=name)


@pytest.fixture
def shown() -> Iterator[dict[str, Any]]:
    """The detector of the first block, found as if its file were there; the cases of the second."""
    module = ModuleType("shown_in_contributing")
    sys.modules[module.__name__] = module  # pydantic looks there for names
    exec(compile(BLOCKS[0], "CONTRIBUTING.md", "exec"), vars(module))  # noqa: S102  the text under test
    DETECTORS["broken_promise"] = module.BrokenPromise
    table: dict[str, Any] = {"Case": Case, "Alert": Alert, "chat": chat, "made": made, "kept": kept}
    exec(compile(BLOCKS[1], "CONTRIBUTING.md", "exec"), table)  # noqa: S102
    yield table
    del DETECTORS["broken_promise"]
    del sys.modules[module.__name__]


def test_the_detector_that_is_shown_passes_the_table_that_is_shown(shown: dict[str, Any]) -> None:
    assert len(shown["CASES"]) == 2
    for case in shown["CASES"]:
        check(case, "broken_promise")
