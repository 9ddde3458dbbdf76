"""A touchpoint in as few bytes as a history may cost: positional msgpack, read again when it is settled and when late evidence asks for it.

A field added to the end of a type with a default can be read from bytes written before it was there.
"""

from hashlib import blake2b

from msgspec import Raw, Struct
from msgspec.msgpack import Decoder, Encoder

from schemas.touchpoint import Seen, TouchpointData
from schemas.touchpoints import TYPES

_Stored = tuple[str, int, str, int, str | None, int, Raw]
"""As `Seen`, the data's type by its code and the data at last."""


class Where(Struct, array_like=True, gc=False):
    """The first fields of a packed touchpoint: where its record lies."""

    channel: str
    offset: int


_encode = Encoder().encode
_decode = Decoder(_Stored).decode
where = Decoder(Where).decode
_codes = {model: int.from_bytes(blake2b(model.TYPE.encode(), digest_size=2).digest(), "big") for model in TYPES.values()}
"""Of each type: a hash of its name, so that it stays whatever types are added."""
_data: dict[int, Decoder[TouchpointData]] = {code: Decoder(model) for model, code in _codes.items()}
if len(_data) < len(_codes):
    raise AssertionError("two types of touchpoints have the same code: rename the newer one")


def pack(seen: Seen) -> bytes:
    return _encode((seen.channel, seen.offset, seen.id, seen.occurred, seen.correlation, _codes[type(seen.data)], seen.data))


def unpack(packed: bytes) -> Seen:
    channel, offset, name, occurred, correlation, code, data = _decode(packed)
    return Seen(channel, offset, name, occurred, _data[code].decode(data), correlation)
