"""A dead letter that was sent back to its topic: what the record says of it, and the mark that stays with the letters.

The record names its letter in the header `throughline.replayed`. Behind the letter, in the same partition of the dead letters, lies a
mark: no key, no value, the header `throughline.replayed` too, and in `throughline.replayed.to` the place that the record got. A mark is
never deleted before its letter, and both are written in one transaction with the record.
"""

import re
from collections.abc import Iterable
from typing import Any, NamedTuple

from schemas.dead_letter import HEADER_PREFIX

REPLAYED_HEADER = "throughline.replayed"
TO_HEADER = "throughline.replayed.to"

_PLACE = re.compile(r"([0-9]{1,10})/([0-9]{1,19})")


class LetterPlace(NamedTuple):
    """Where a letter lies among the dead letters; as text `<partition>/<offset>`."""

    partition: int
    offset: int

    def __str__(self) -> str:
        return f"{self.partition}/{self.offset}"


def read_place(text: str) -> LetterPlace:
    """ValueError if it is none."""
    found = _PLACE.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} names no dead letter: write PARTITION/OFFSET, such as 3/1041")
    return LetterPlace(int(found[1]), int(found[2]))


class Mark(NamedTuple):
    """`letter` was sent, and lies where `to` says: `touchpoints.chat/3/991`."""

    letter: LetterPlace
    to: str

    def headers(self) -> list[tuple[str, bytes]]:
        return [(REPLAYED_HEADER, str(self.letter).encode()), (TO_HEADER, self.to.encode())]


def mark_of(headers: Iterable[tuple[str, Any]]) -> Mark | None:
    """None for whatever else lies among the dead letters; a letter of a replayed record that was refused again is no mark."""
    named = {name: value for name, value in headers if value is not None}
    if TO_HEADER not in named or REPLAYED_HEADER not in named or any(name.startswith(HEADER_PREFIX) for name in named):
        return None
    try:
        return Mark(read_place(named[REPLAYED_HEADER].decode()), named[TO_HEADER].decode())
    except ValueError:
        return None


def as_sent_first(headers: Iterable[tuple[str, Any]]) -> list[tuple[str, Any]]:
    """A letter's headers without what refusing and replaying have added."""
    return [(name, value) for name, value in headers if not name.startswith(HEADER_PREFIX) and name != REPLAYED_HEADER]
