"""Everything known of one customer. What waits to be settled lies open, for admission asks for it; what is settled stays packed until
something is to be settled."""

from bisect import insort
from collections.abc import Mapping

import msgspec
from msgspec import Struct, field

from schemas.instant import NEVER
from streams.detection.fold import Folding
from streams.detection.packing import where
from streams.detection.past import Past, Stored

FORGETTABLE = NEVER + 1
"""The `due` of a journey of which nothing is known any more."""


class Pending(Struct, gc=False, order=True):
    """Admitted, and not yet settled. In order of place, channel and offset, which no two share."""

    place: int
    channel: str
    offset: int
    packed: bytes
    """The touchpoint, which would lie all over the memory while it waits if it were kept as an object."""


class Head(Struct, array_like=True, gc=False):
    """The first fields of a packed journey: all that a recovery needs to read."""

    due: int
    open: dict[str, int]
    applied: dict[str, int]


_Packed = tuple[
    int,  # due, open and applied: as in Head
    dict[str, int],
    dict[str, int],
    bytes,  # counted
    list[Stored],  # pending, by place
    int,  # settled_to
    bytes,  # what is settled
]
"""As `Journey.packed` writes it."""

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(_Packed).decode
head = msgspec.msgpack.Decoder(Head).decode


class Journey(Struct, gc=False):
    """As it is by default: of somebody nothing is known of."""

    due: int = NEVER
    """When something is to be done for it next; NEVER: nothing; FORGETTABLE: and nothing is known."""
    open: dict[str, int] = field(default_factory=dict)
    """How many of its told alerts are open, by `detector/severity number`."""
    applied: dict[str, int] = field(default_factory=dict)
    """By channel the last offset admitted."""
    counted: bytes = b""
    """The touchpoints counted lately, and when they arrived."""
    pending: list[Pending] = field(default_factory=list)
    """In order of place."""
    settled_to: int = -NEVER
    _packed_past: bytes = b""
    """Empty if the past may have changed since."""
    _past: Past | None = None

    def past(self, folding: Folding) -> Past:
        """What is settled."""
        if self._past is None:
            self._past = Past.unpack(self._packed_past, folding) if self._packed_past else Past(folding.blank())
            self.open = folding.still_there(self.open)
        return self._past

    def changing_past(self, folding: Folding) -> Past:
        """What is settled, which may change from now on."""
        past = self.past(folding)
        self._packed_past = b""
        return past

    def await_settling(self, pending: Pending) -> None:
        if self.pending and pending < self.pending[-1]:
            insort(self.pending, pending)
        else:
            self.pending.append(pending)

    # -- storage
    def packed(self, folding: Folding, acked: Mapping[str, int]) -> bytes:
        """`acked`: by channel the next offset that is durably committed; what lies before cannot be delivered again."""
        applied = {channel: offset for channel, offset in self.applied.items() if offset >= acked.get(channel, 0)}
        pending = [(each.place, each.packed) for each in self.pending]
        if not self._packed_past:
            self._packed_past = self.past(folding).packed(folding)
        return _encode((self.due, self.open, applied, self.counted, pending, self.settled_to, self._packed_past))

    @classmethod
    def unpack(cls, value: bytes) -> "Journey":
        due, opened, applied, counted, stored, settled_to, past = _decode(value)
        pending = [_pending(place, packed) for place, packed in stored]
        return cls(due, opened, applied, counted, pending, settled_to, past)

    def is_blank(self, folding: Folding) -> bool:
        """Equal to a new journey but for its applied offsets: may be forgotten once these are acked."""
        return not (self.pending or self.counted) and self.past(folding).is_blank(folding)


def _pending(place: int, packed: bytes) -> Pending:
    lies = where(packed)
    return Pending(place, lies.channel, lies.offset, packed)
