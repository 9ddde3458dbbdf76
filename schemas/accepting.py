"""What one JSON Schema accepts and another does not: over the keywords that our schemas are made of, and cautious about all others.

Alternatives (`anyOf`, `enum`, several types) are taken apart first: each of the old ones has to find a new one that accepts all of it.
"""

import re
from collections.abc import Iterator
from typing import Any, Literal, NamedTuple

Json = dict[str, Any]

Lost = Literal["kind", "value", "required", "bound", "rule", "unknown", "unread", "closed", "default"]


class Loss(NamedTuple):
    path: str
    kind: Lost
    what: str
    """The type, value, bound or rule, for a sentence."""


_LOWER = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
_UPPER = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
_STRUCTURE = frozenset({"type", "const", "required", "properties", "additionalProperties", "patternProperties", "items"})
_SAYS_NOTHING = frozenset({"title", "description", "default", "examples", "$schema", "$id", "$defs", "$comment", "deprecated"})


def lost(old: Json, new: Json) -> list[Loss]:
    """Everything that `old` accepts and `new` does not, as far as their keywords tell; empty when `new` accepts all of it."""
    return list(_Comparison(old, new).of(old, new, ""))


class _Comparison:
    def __init__(self, old_root: Json, new_root: Json) -> None:
        self._old_root = old_root
        self._new_root = new_root

    def of(self, old: Json, new: Json, path: str) -> Iterator[Loss]:
        alternatives = list(_alternatives(new, self._new_root))
        for alternative in _alternatives(old, self._old_root):
            yield from self._best(alternative, alternatives, path)

    def _best(self, old: Json, alternatives: list[Json], path: str) -> list[Loss]:
        alike = [new for new in alternatives if _kind(new) in (_kind(old), None) or (_kind(old), _kind(new)) == ("integer", "number")]
        if not alike:
            return [Loss(path, "kind", _kind(old) or "any")]
        return min((list(self._of_one_kind(old, new, path)) for new in alike), key=len)

    def _of_one_kind(self, old: Json, new: Json, path: str) -> Iterator[Loss]:
        if "const" in new and old.get("const", ...) != new["const"]:
            yield Loss(path, "value", repr(old["const"]) if "const" in old else f"anything but {new['const']!r}")
            return
        if "const" in old:
            if not _admits(new, old["const"]):
                yield Loss(path, "value", repr(old["const"]))
            return
        yield from _bounds(old, new, path)
        for keyword in sorted(set(new) - _STRUCTURE - _SAYS_NOTHING - set(_LOWER) - set(_UPPER)):
            if old.get(keyword) != new[keyword]:
                yield Loss(path, "rule", f"{keyword} {new[keyword]!r}")
        yield from self._fields(old, new, path)
        if isinstance(new.get("items"), dict):
            yield from self.of(old.get("items") or {}, new["items"], f"{path}.*".lstrip("."))

    def _fields(self, old: Json, new: Json, path: str) -> Iterator[Loss]:
        below = f"{path}." if path else ""
        before, after = old.get("properties", {}), new.get("properties", {})
        for name in new.get("required", ()):
            if name not in old.get("required", ()):
                yield Loss(f"{below}{name}", "required", "")
        for name, field in before.items():
            if name in after:
                yield from self.of(field, after[name], f"{below}{name}")
                if "default" in after[name] and field.get("default") != after[name]["default"]:
                    yield Loss(f"{below}{name}", "default", repr(after[name]["default"]))
            elif new.get("additionalProperties") is False:
                yield Loss(f"{below}{name}", "unknown", "")
            else:
                yield Loss(f"{below}{name}", "unread", "")
        for pattern in set(new.get("patternProperties", ())) - set(old.get("patternProperties", ())):
            yield Loss(path, "rule", f"names like {pattern}")
        values_before, values_after = _values(old), _values(new)
        if values_after is False and values_before is not False:
            yield Loss(path, "closed", "")
        elif isinstance(values_after, dict) and values_before is not False:
            yield from self.of(values_before if isinstance(values_before, dict) else {}, values_after, f"{below}*")


def _admits(schema: Json, constant: Any) -> bool:
    """Whether a constant obeys what a schema of its type asks of texts; constants of other types have no such rules here."""
    text = str(constant)
    return (
        schema.get("minLength", 0) <= len(text) <= schema.get("maxLength", len(text))
        and re.search(schema.get("pattern", ""), text) is not None
    )


def _bounds(old: Json, new: Json, path: str) -> Iterator[Loss]:
    for keywords, sign in ((_LOWER, 1), (_UPPER, -1)):
        for keyword in keywords:
            if keyword in new and (keyword not in old or sign * new[keyword] > sign * old[keyword]):
                yield Loss(path, "bound", f"{keyword} {new[keyword]}")


def _alternatives(schema: Json, root: Json) -> Iterator[Json]:
    if "$ref" in schema:
        beside = {keyword: rule for keyword, rule in schema.items() if keyword != "$ref"}
        yield from _alternatives(root["$defs"][schema["$ref"].removeprefix("#/$defs/")] | beside, root)
    elif "anyOf" in schema and not all(set(part) <= {"required"} for part in schema["anyOf"]):
        beside = {keyword: rule for keyword, rule in schema.items() if keyword != "anyOf"}
        for part in schema["anyOf"]:
            yield from _alternatives(beside | part, root)
    elif "enum" in schema:
        beside = {keyword: rule for keyword, rule in schema.items() if keyword != "enum"}
        yield from (beside | {"const": value} for value in schema["enum"])
    else:
        yield schema


def _kind(schema: Json) -> str | None:
    """Its type, or that of a constant text; None for a schema that accepts any."""
    if "type" in schema:
        return str(schema["type"])
    return "string" if isinstance(schema.get("const"), str) else None


def _values(schema: Json) -> Json | bool:
    """What the fields of an object that are not named have to be; patterns of names are rules of their values here."""
    if patterns := schema.get("patternProperties"):
        return {"anyOf": [*patterns.values()]}
    values = schema.get("additionalProperties", True)
    return values if isinstance(values, dict) else bool(values)
