"""What counts only once, a touchpoint or a clock's end: in one bytes object eight bytes of each name's hash and eight of an instant."""

from collections.abc import Iterator
from hashlib import blake2b
from struct import Struct

_entry = Struct(">8sq")
_ENTRY = _entry.size


_new_hash = blake2b(digest_size=8).copy
"""To make one takes as long as to compute it: its parameters are taken apart each time."""


def name_of(*parts: str) -> bytes:
    hashing = _new_hash()
    hashing.update("\0".join(parts).encode())
    return hashing.digest()


def find(counted: bytes, name: bytes) -> int:
    """Where `name` stands, or -1."""
    at = counted.find(name)
    while at > 0 and at % _ENTRY:
        at = counted.find(name, at + 1)
    return at


def instant(counted: bytes, at: int) -> int:
    """When what stands there was counted."""
    instant: int = _entry.unpack_from(counted, at)[1]
    return instant


def without(counted: bytes, at: int) -> bytes:
    return counted[:at] + counted[at + _ENTRY :]


def entry(name: bytes, instant: int) -> bytes:
    return _entry.pack(name, instant)


def each(counted: bytes) -> Iterator[tuple[bytes, int]]:
    """(name, instant) after (name, instant)"""
    return _entry.iter_unpack(counted)


def since(counted: bytes, oldest: int) -> bytes:
    """Only what was counted at `oldest` or later."""
    return b"".join(entry(name, at) for name, at in each(counted) if at >= oldest)
