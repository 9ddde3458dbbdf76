"""The first mistake that pydantic finds, in words for the person who has to mend it; never quotes what was sent."""

from typing import NamedTuple

from pydantic import ValidationError

_PLAINER = {
    "missing": "is required",
    "extra_forbidden": "is not known here",
    "model_type": "must be an object",
    "model_attributes_type": "must be an object",
    "dict_type": "must be an object",
    "tuple_type": "must be an array",
    "list_type": "must be an array",
    "string_type": "must be a text",
    "bool_type": "must be true or false",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "string_too_short": "must not be empty",
}
"""By pydantic's error type; the other messages are plain enough."""


class Violation(NamedTuple):
    path: str
    """Dotted, from the model that was validated: `items.0.quantity`; empty for the whole."""
    reason: str


def first_violation(error: ValidationError) -> Violation:
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    path = first["loc"]
    if path and path[-1] == "[key]":  # preceded by the key itself, which is what was sent
        path = path[:-2]
    reason = _PLAINER.get(first["type"]) or first["msg"].removeprefix("Value error, ").replace("Input should", "must").replace(
        "String should", "must"
    )
    return Violation(".".join(map(str, path)), reason)
