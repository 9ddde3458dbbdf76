"""A touchpoint in as few bytes as a history may cost: positional msgpack, read again when it is settled and when late evidence asks for it.

A field added to the end of a type with a default can be read from bytes written before it was there.
"""

from msgspec import Raw, Struct
from msgspec.msgpack import Decoder, Encoder

from schemas.touchpoint import Seen, TouchpointData
from schemas.touchpoints import TYPES

_Stored = tuple[str, int, str, int, str | None, str, Raw]
"""As `Seen`, the data's type by its name and the data at last."""


class Where(Struct, array_like=True, gc=False):
    """The first fields of a packed touchpoint: where its record lies."""

    channel: str
    offset: int


_encode = Encoder().encode
_decode = Decoder(_Stored).decode
where = Decoder(Where).decode
_data: dict[str, Decoder[TouchpointData]] = {model.TYPE: Decoder(model) for model in TYPES.values()}


def pack(seen: Seen) -> bytes:
    return _encode((seen.channel, seen.offset, seen.id, seen.occurred, seen.correlation, seen.data.TYPE, seen.data))


def unpack(packed: bytes) -> Seen:
    channel, offset, name, occurred, correlation, kind, data = _decode(packed)
    return Seen(channel, offset, name, occurred, _data[kind].decode(data), correlation)
