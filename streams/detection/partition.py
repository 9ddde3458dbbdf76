"""One partition number: admits touchpoints of all its topics, and settles their journeys in order of place.

How often `advance` is called, and in which order topics are admitted, cannot change what comes out. Pending touchpoints lie
in the journey, so one changelog record holds all that is known of a customer, and an offset is never committed ahead of it.
"""

import heapq
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

from schemas.instant import NEVER
from schemas.policy import Policy
from schemas.touchpoint import Touchpoint
from streams.detection import counted
from streams.detection.change import Change
from streams.detection.detector import Detector
from streams.detection.fold import Folding
from streams.detection.journey import FORGETTABLE, Journey, Pending, head
from streams.detection.packing import pack
from streams.detection.settling import Settling

Admission = Literal["new", "repeated", "redelivered"]
"""Repeated: a copy that its producer sent again; redelivered: the very record that has been admitted before."""


class Partition:
    def __init__(self, number: int, policy: Policy, detectors: Sequence[Detector[Any]]) -> None:
        self.number = number
        self._lateness = policy.lateness
        self._deduplication = policy.deduplication
        self._severity = policy.severity
        self._folding = Folding(policy, detectors)
        self._settling = Settling(number, policy, self._folding)
        self.counts = self._settling.counts
        self._packed: dict[str, bytes] = {}
        """All journeys as they were packed last; empty: new, and not packed yet."""
        self._awake: dict[str, Journey] = {}
        """Those that admission has changed since."""
        self._heap: list[tuple[int, str]] = []
        """(due, journey); an entry whose journey has another due by now is passed over."""
        self._changed: dict[str, bytes] = {}
        """Those packed since the changelog was last given any."""
        self._quiet: dict[str, dict[str, int]] = {}
        """Blank journeys and the offsets they came from: kept until these are acked."""
        self._acked: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._packed)

    def knows(self, journey: str) -> bool:
        return journey in self._packed

    # -- storage
    def restore(self, journey: str, value: bytes) -> None:
        """`value` as `changed` gave it out."""
        first = head(value)
        self._packed[journey] = value
        if first.open:
            self._settling.open.update(self._folding.still_there(first.open))
        self._schedule(journey, first.due, first.applied)

    def changed(self) -> list[tuple[str, bytes]]:
        """The journeys changed since the last call, as the changelog must hold them."""
        for key, journey in self._awake.items():
            self._pack(key, journey)
        self._awake.clear()
        changed = list(self._changed.items())
        self._changed.clear()
        return changed

    def forget(self, acked: Mapping[str, int]) -> list[str]:
        """`acked`: by channel the next offset that is durably committed. The journeys of which nothing is left, to be tombstoned."""
        self._acked = dict(acked)
        gone = [
            key
            for key, applied in self._quiet.items()
            if key not in self._changed and all(offset < acked.get(channel, 0) for channel, offset in applied.items())
        ]
        for key in gone:
            del self._quiet[key]
            self._packed.pop(key, None)
        return gone

    def open_alerts(self) -> Mapping[tuple[str, str], int]:
        """How many alerts are open, by (detector, severity level)."""
        levels: Counter[tuple[str, str]] = Counter()
        for name, count in self._settling.open.items():
            detector, severity = name.split("/")
            levels[detector, self._severity.level(int(severity))] += count
        return levels

    def _unpacked(self, key: str) -> Journey:
        return Journey.unpack(packed) if (packed := self._packed.get(key)) else Journey()

    def _pack(self, key: str, journey: Journey) -> None:
        self._packed[key] = self._changed[key] = journey.packed(self._folding, self._acked)

    def _schedule(self, key: str, due: int, applied: dict[str, int]) -> None:
        if due < NEVER:
            heapq.heappush(self._heap, (due, key))
        elif due == FORGETTABLE:
            self._quiet[key] = applied

    # -- in
    def admit(self, touchpoint: Touchpoint) -> Admission:
        if not self._folding.wants(touchpoint.data):
            return "new"
        key, channel, arrived = touchpoint.journey, touchpoint.channel, touchpoint.arrived
        journey = self._awake.get(key) or self._unpacked(key)
        if touchpoint.offset <= journey.applied.get(channel, -1):
            return "redelivered"
        journey.applied[channel] = touchpoint.offset
        self._awake[key] = journey
        self._packed.setdefault(key, b"")
        self._quiet.pop(key, None)
        name = counted.name_of(channel, touchpoint.source, touchpoint.id)
        if (at := counted.find(journey.counted, name)) >= 0:
            if arrived - counted.instant(journey.counted, at) <= self._deduplication:
                return "repeated"
            journey.counted = counted.without(journey.counted, at)
        journey.counted += counted.entry(name, arrived)
        place, earliest = touchpoint.occurred, arrived - self._lateness[channel]
        if place < earliest:
            place = earliest
            self.counts["late"] += 1
        if place < journey.settled_to:
            self.counts["order_repaired"] += 1
            place = journey.settled_to
        journey.await_settling(Pending(place, channel, touchpoint.offset, pack(touchpoint)))
        if place < journey.due:
            journey.due = place
            heapq.heappush(self._heap, (place, key))
        return "new"

    # -- out
    def advance(self, to: int, at_most: int = NEVER) -> Iterator[Change]:
        """Settles all that is placed strictly before `to`: what lies at `to` may still be on its way.

        `at_most` so many journeys: the others are left for the next call, which changes nothing but when they are told.
        """
        if len(self._heap) > 4 * len(self) + 64:
            self._sweep()
        while self.behind(to) and at_most > 0:
            due, key = heapq.heappop(self._heap)
            if self._due(key) != due:
                continue
            at_most -= 1
            journey = self._awake.pop(key, None) or self._unpacked(key)
            changes = self._settling.settle(key, journey, to)
            self._schedule(key, journey.due, journey.applied)
            self._pack(key, journey)  # at once: while it lies in the processor's cache that costs a third
            yield from changes

    def behind(self, to: int) -> bool:
        """Whether there may be anything left to settle before `to`."""
        return bool(self._heap) and self._heap[0][0] < to

    def _due(self, key: str) -> int | None:
        if (journey := self._awake.get(key)) is not None:
            return journey.due
        return head(packed).due if (packed := self._packed.get(key)) else None

    def _sweep(self) -> None:
        """Drops what the heap holds in vain."""
        self._heap = [(due, key) for due, key in set(self._heap) if self._due(key) == due]
        heapq.heapify(self._heap)
