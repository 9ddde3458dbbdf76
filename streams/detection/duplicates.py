"""Which touchpoints a journey has counted lately, in one bytes object: eight bytes of a name's hash and eight of its arrival each."""

from hashlib import blake2b

from schemas.instant import DAY

WITHIN = DAY
"""A later copy is dropped if it arrived no longer than this after the last one that counted."""

_ENTRY = 16


_new_hash = blake2b(digest_size=8).copy


def name_of(channel: str, source: str, event_id: str) -> bytes:
    name = _new_hash()
    name.update(f"{channel}\0{source}\0{event_id}".encode())
    return name.digest()


def find(counted: bytes, name: bytes) -> int:
    """Where `name` stands, or -1."""
    at = counted.find(name)
    while at > 0 and at % _ENTRY:
        at = counted.find(name, at + 1)
    return at


def arrival(counted: bytes, at: int) -> int:
    return int.from_bytes(counted[at + 8 : at + _ENTRY], "big", signed=True)


def without(counted: bytes, at: int) -> bytes:
    return counted[:at] + counted[at + _ENTRY :]


def entry(name: bytes, arrived: int) -> bytes:
    return name + arrived.to_bytes(8, "big", signed=True)


def since(counted: bytes, oldest: int) -> bytes:
    """Only those that arrived at `oldest` or later."""
    return b"".join(counted[n : n + _ENTRY] for n in range(0, len(counted), _ENTRY) if arrival(counted, n) >= oldest)
