"""What is wrong with a policy, where, and what to write instead: pydantic's findings in the policy's words."""

import re
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from typing import Any, get_args

from msgspec import Struct
from pydantic import BaseModel
from pydantic_core import ErrorDetails

from schemas.instant import format_duration
from streams.policy_file.source import Document, Path, Place, written


class Mistake(Struct, frozen=True):
    file: str
    place: Place | None
    """Unknown where the file cannot be read at all, and where a policy did not come from a file."""
    field: str
    """Dotted: `detectors.first_response.targets.0.within`; empty for the file as a whole."""
    message: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.place.line}:{self.place.column}" if self.place else self.file
        return f"{where}: {self.field}: {self.message}" if self.field else f"{where}: {self.message}"


def dotted(path: Path) -> str:
    return ".".join(str(part) for part in path)


def explained(error: ErrorDetails, model: type[BaseModel], document: Document, file: str, section: Path = ()) -> Mistake:
    """`model` is what the part of the document at `section` was held against."""
    parts = tuple(part for part in error["loc"] if part != "[key]")
    path = (*section, *parts)
    about_key = error["loc"][-1:] == ("[key]",) or error["type"] == "extra_forbidden"
    while len(path) > 1 and error["type"] != "missing" and not document.holds(path):
        path = path[:-1]  # pydantic's names for the branches of a union are no part of the file
    message = _message(error, model, parts)
    return Mistake(file, document.place(path, of_key=about_key), dotted(path), message)


def did_you_mean(name: str, known: Iterable[str]) -> str:
    known = sorted(known)
    close = get_close_matches(name, known, n=1)
    if close:
        return f"; did you mean {close[0]}?"
    return f"; known here: {', '.join(known)}" if known else ""


def _message(error: ErrorDetails, model: type[BaseModel], path: Path) -> str:
    given = error["input"]
    found = written(given)
    match error["type"]:
        case "missing":
            return "is missing"
        case "extra_forbidden":
            return f"is not known here{did_you_mean(str(path[-1]), _fields(model, path[:-1]))}"
        case "string_pattern_mismatch":
            return f"must begin with a small letter and hold at most 63 of a-z, 0-9, _ and -, not {found}"
        case "string_type":
            return f"must be text, not {found}: put it in quotes"
        case "model_type" | "dict_type":
            return f"must be a mapping (name: value), not {found}" + (": write {} for the defaults" if given is None else "")
        case "tuple_type" | "list_type":
            return f"must be a list, not {found}"
        case "bool_parsing" | "bool_type":
            return f"must be true or false, not {found}"
        case "int_parsing" | "int_type" | "int_from_float":
            return f"must be a whole number, not {found}"
    text = error["msg"].removeprefix("Value error, ").replace("Input should be", "must be").replace("String should have", "must have")
    if "ISO 8601 duration" in text:
        text += _as_duration(given)
    bound = next((limit for name, limit in error.get("ctx", {}).items() if name in {"ge", "gt", "le", "lt"}), None)
    if bound is not None and str(given).startswith("P"):
        text = text.replace(str(bound), format_duration(bound))
    if not found or isinstance(given, dict | list):
        return text
    return f"{text[0].lower()}{text[1:]}, not {found}"


def _as_duration(given: object) -> str:
    """What `30m` or `2 days` would be."""
    found = re.fullmatch(r"(\d+) ?(s|m|h|d|sec|min|seconds?|minutes?|hours?|days?)", str(given).strip().lower())
    if found is None:
        return ""
    unit = found[2][0].upper()
    return f" (write P{found[1]}D)" if unit == "D" else f" (write PT{found[1]}{unit})"


def _fields(model: type[BaseModel], path: Path) -> set[str]:
    """The names that may stand at `path` of a `model`."""
    models = [model]
    for part in path:
        inner = [each.model_fields[part].annotation for each in models if isinstance(part, str) and part in each.model_fields]
        if inner:  # otherwise a list's index or a mapping's key: the models inside are already at hand
            models = [found for annotation in inner for found in _models(annotation)]
    return {name for each in models for name in each.model_fields}


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models(inner)
