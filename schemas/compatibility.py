"""What a new version of the contract would break, and for whom.

A producer breaks when something it may write today would be refused or passed over tomorrow; a subscriber when it may
get tomorrow what it was promised never to get, or misses what it was promised. So the same comparison serves both, turned round.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Literal, NamedTuple

from ruamel.yaml import YAML

from schemas.accepting import Json, Lost, lost
from schemas.export import ALERT, ASYNCAPI, DEAD_LETTER, POLICY

Party = Literal["producers", "subscribers", "policy files"]


class Break(NamedTuple):
    schema: str
    """The file's name."""
    path: str
    """Dotted, into what the schema describes; `*` for each item of an array or each value of a mapping. Empty for the whole."""
    party: Party
    change: str

    def __str__(self) -> str:
        return f"{self.schema}: {self.path or 'the whole'} {self.change}: breaks {self.party}"


def breaks(published: Mapping[str, str], exported: Mapping[str, str]) -> list[Break]:
    """Both by file name, as `export` gives them; only what was published before can break."""
    return [
        found
        for name in sorted(published)
        for found in (
            [Break(name, "", _party(name), "is gone")] if name not in exported else _changes(name, published[name], exported[name])
        )
    ]


def _party(name: str) -> Party:
    if name in (ALERT, DEAD_LETTER):
        return "subscribers"
    return "policy files" if name == POLICY else "producers"


def _changes(name: str, published: str, exported: str) -> Iterator[Break]:
    if name == ASYNCAPI:
        yield from _topics(published, exported)
        return
    party = _party(name)
    old, new = json.loads(published), json.loads(exported)
    if party == "subscribers":
        gone = _fields(old, old) - _fields(new, new)
        found = {(path, "is no longer told") for path in gone}
        found |= {
            (path, _TURNED_ROUND[kind].format(what)) for path, kind, what in lost(new, old) if kind in _TURNED_ROUND and path not in gone
        }
    else:
        unheard = {"default"} if party == "policy files" else set()  # a default may get better; nobody's file is refused for it
        found = {(path, _SAID[kind].format(what)) for path, kind, what in lost(old, new) if kind not in unheard}
    yield from (Break(name, path, party, change) for path, change in sorted(found))


def _topics(published: str, exported: str) -> Iterator[Break]:
    """The schemas that the document refers to are compared themselves."""
    before, after = ({channel["address"] for channel in YAML(typ="safe").load(text)["channels"].values()} for text in (published, exported))
    for address in sorted(before - after):
        yield Break(ASYNCAPI, address, "producers" if "{" in address else "subscribers", "is gone")


_SAID: Mapping[Lost, str] = {
    "kind": "may no longer be of type {}",
    "value": "may no longer be {}",
    "required": "is now required",
    "bound": "is now bound by {}",
    "rule": "must now obey {}",
    "unknown": "is no longer known, and refused",
    "unread": "is no longer read",
    "closed": "no longer tolerates unknown fields",
    "default": "now means {} where it is left out",
}

_TURNED_ROUND: Mapping[Lost, str] = {
    "kind": "may now be of type {}",
    "value": "may now be {}",
    "required": "is no longer always there",
    "bound": "is no longer bound by {}",
    "rule": "need no longer obey {}",
}
"""The others are fields that are new to a subscriber, and new fields break nobody."""


def _fields(schema: Json, root: Json, path: str = "") -> set[str]:
    """The paths of all fields that a schema names."""
    if "$ref" in schema:
        return _fields(root["$defs"][schema["$ref"].removeprefix("#/$defs/")], root, path)
    named = {f"{path}.{name}".lstrip("."): field for name, field in schema.get("properties", {}).items()}
    inner: list[tuple[str, Any]] = [*named.items(), *((path, part) for part in schema.get("anyOf", ()))]
    if isinstance(schema.get("items"), dict):
        inner.append((f"{path}.*".lstrip("."), schema["items"]))
    return set(named).union(*(_fields(part, root, below) for below, part in inner))
