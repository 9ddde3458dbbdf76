"""What is settled of one customer, as a value: base, history of the window, fold, and what was told. Admission asks for none of it."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence

import msgspec
from msgspec import Struct, field

from schemas.instant import NEVER
from schemas.touchpoint import Seen
from streams.detection.fold import SEPARATOR, Fold, Folding
from streams.detection.packing import unpack
from streams.detection.telling import Told

Place = tuple[int, str, int]
"""(instant, channel, offset): sorts by itself."""

Stored = tuple[int, bytes]
"""An instant and a packed touchpoint."""

NOWHERE: Place = (-NEVER, "", -1)


class Mark(Struct, frozen=True, gc=False):
    """A fold on the way from the base: a replay may start from it instead."""

    last: Place
    """The latest that it holds, a touchpoint or a deadline."""
    items: int
    size: int
    """How many items of the history, and how many of its bytes, lie before."""
    fold: bytes

    def moved(self, items: int, size: int) -> "Mark":
        """So much more lies before."""
        return Mark(self.last, self.items + items, self.size + size, self.fold)


MARKS = 8
MARK_EVERY = 6
"""Touchpoints, where many are settled at once. The fold as it was stored is a mark too, behind as many."""

_AFTER_ALL = "\U0010ffff"
"""Of channels: at one instant deadlines come after all touchpoints."""


_Packed = tuple[
    int,  # erased_at, horizon
    int,
    bytes,  # the fold
    bytes | None,  # the base; None: the same as the fold
    bytes,  # history, items, first_at, last
    int,
    int,
    Place,
    dict[str, Told],
    bytes,  # measured
]
"""As `Past.packed` writes it."""

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(_Packed).decode
_items = msgspec.msgpack.Decoder(list[Stored]).decode


class Past(Struct, gc=False):
    fold: Fold
    erased_at: int = -NEVER
    horizon: int = -NEVER
    """What the base was folded up to, under a shorter window perhaps than the policy's now: nothing is inserted before."""
    base: bytes = b""
    """The fold before the first of history, packed; empty: blank."""
    history: bytes = b""
    """(instant, touchpoint) after (instant, touchpoint), packed, in order of occurrence."""
    items: int = 0
    first_at: int = NEVER
    """The instant of history's first item."""
    last: Place = NOWHERE
    """The latest that history ever held."""
    told: dict[str, Told] = field(default_factory=dict)
    measured: bytes = b""
    """The clocks whose end has been told, and when they ended (`counted`)."""
    marks: list[Mark] = field(default_factory=list)
    """The latest few, in order; not stored: they only save time."""

    # -- history
    def append(self, place: Place, packed: bytes) -> None:
        """A touchpoint that comes behind all others."""
        at = place[0]
        self.history += _encode((at, packed))
        if not self.items:
            self.first_at = at
        self.items += 1
        self.last = place

    def insert(self, item: "Item", since: Mark | None) -> tuple[Iterator["Item"], Iterator["Item"]]:
        """What lies before it, from a mark on, and what lies after it. Whether the marks behind it still hold is for the caller to say."""
        stored = self._stored(since)
        n = _rank(stored, item)
        entry = _encode((item.at, item.packed))
        size = (since.size if since else 0) + _size(stored[:n])
        self.history = self.history[:size] + entry + self.history[size:]
        self.items += 1
        self.first_at = min(self.first_at, item.at)
        self.last = max(self.last, item.place)
        kept = self.marks.index(since) + 1 if since else 0
        self.marks[kept:] = [mark.moved(1, len(entry)) for mark in self.marks[kept:]]
        return _unpacked(stored[:n]), _unpacked(stored[n:])

    def leave_behind(self, horizon: int, since: Mark | None) -> Iterator["Item"]:
        """What occurred before the horizon is history no more; gives what of it comes after a mark."""
        stored = self._stored()
        n = bisect_left(stored, horizon, key=_instant)
        size = _size(stored[:n])
        self.history = self.history[size:]
        self.items -= n
        self.first_at = stored[n][0] if n < len(stored) else NEVER
        self.marks = [mark.moved(-n, -size) for mark in self.marks if mark.last[0] >= horizon]
        return _unpacked(stored[since.items if since else 0 : n])

    def unpacked(self) -> list["Item"]:
        return list(_unpacked(self._stored()))

    def hold(self, history: list["Item"]) -> None:
        """`history`, in order, takes the place of all that was held."""
        self.marks = []
        self.history = b"".join(_encode((item.at, item.packed)) for item in history)
        self.items = len(history)
        self.first_at = history[0].at if history else NEVER
        if history:
            self.last = max(self.last, history[-1].place)

    def _stored(self, since: Mark | None = None) -> list[Stored]:
        items, size = (since.items, since.size) if since else (0, 0)
        return _items(b"\xdd" + (self.items - items).to_bytes(4, "big") + self.history[size:])

    def mark_before(self, place: Place) -> Mark | None:
        """The latest mark that a touchpoint at `place` can be put behind; None: only the base."""
        return next((mark for mark in reversed(self.marks) if mark.last < place), None)

    def mark(self, folding: Folding) -> None:
        """Now and then, where nothing is stored for long."""
        if self.items - (self.marks[-1].items if self.marks else 0) >= MARK_EVERY:
            self._mark(folding.pack(self.fold))

    def _mark(self, fold: bytes) -> None:
        last = max(self.last, (self.fold.fired, _AFTER_ALL, 0))
        if len(self.marks) == MARKS:
            del self.marks[0]
        self.marks.append(Mark(last, self.items, len(self.history), fold))

    def drop_marks_after(self, mark: Mark | None) -> None:
        del self.marks[self.marks.index(mark) + 1 if mark else 0 :]

    # -- storage
    def packed(self, folding: Folding) -> bytes:
        fold = folding.pack(self.fold)
        base = None if self.base == fold else self.base
        return _encode(
            (self.erased_at, self.horizon, fold, base, self.history, self.items, self.first_at, self.last, self.told, self.measured)
        )

    @classmethod
    def unpack(cls, value: bytes, folding: Folding) -> "Past":
        erased_at, horizon, fold, base, history, items, first_at, last, told, measured = _decode(value)
        if told:
            told = {key: each for key, each in told.items() if key.split(SEPARATOR, 1)[0] in folding.names}
        base = fold if base is None else base
        past = cls(folding.unpack(fold), erased_at, horizon, base, history, items, first_at, last, told, measured)
        if items >= MARK_EVERY:
            past._mark(fold)
        return past

    def is_blank(self, folding: Folding) -> bool:
        held = self.history or self.told or self.measured or self.erased_at > -NEVER
        return not held and folding.is_blank(self.fold)


class Item(Struct, gc=False):
    """One of a history, unpacked."""

    at: int
    packed: bytes
    seen: Seen

    @property
    def place(self) -> Place:
        return self.at, self.seen.channel, self.seen.offset


def _unpacked(stored: Sequence[Stored]) -> Iterator[Item]:
    return (Item(at, packed, unpack(packed)) for at, packed in stored)


def _rank(stored: list[Stored], item: Item) -> int:
    """How many of them lie before it: of those at its instant channel and offset decide."""
    first, end = bisect_left(stored, item.at, key=_instant), bisect_right(stored, item.at, key=_instant)
    return first + sum(other.place < item.place for other in _unpacked(stored[first:end]))


def _size(stored: Sequence[Stored]) -> int:
    return sum(len(_encode(entry)) for entry in stored)


def _instant(entry: Stored) -> int:
    return entry[0]
