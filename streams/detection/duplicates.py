"""Which touchpoints a journey has counted lately, in one bytes object: eight bytes of a name's hash and eight of its arrival each."""

from hashlib import blake2b
from struct import Struct

_entry = Struct(">8sq")
_ENTRY = _entry.size


_new_hash = blake2b(digest_size=8).copy
"""To make one takes as long as to compute it: its parameters are taken apart each time."""


def name_of(channel: str, source: str, event_id: str) -> bytes:
    hashing = _new_hash()
    hashing.update(f"{channel}\0{source}\0{event_id}".encode())
    return hashing.digest()


def find(counted: bytes, name: bytes) -> int:
    """Where `name` stands, or -1."""
    at = counted.find(name)
    while at > 0 and at % _ENTRY:
        at = counted.find(name, at + 1)
    return at


def arrival(counted: bytes, at: int) -> int:
    arrived: int = _entry.unpack_from(counted, at)[1]
    return arrived


def without(counted: bytes, at: int) -> bytes:
    return counted[:at] + counted[at + _ENTRY :]


def entry(name: bytes, arrived: int) -> bytes:
    return _entry.pack(name, arrived)


def since(counted: bytes, oldest: int) -> bytes:
    """Only those that arrived at `oldest` or later."""
    return b"".join(counted[n : n + _ENTRY] for n in range(0, len(counted), _ENTRY) if arrival(counted, n) >= oldest)
