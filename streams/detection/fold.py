"""A fold: what all touchpoints and deadlines before some instant amount to, in event time."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from hashlib import blake2b
from typing import Any, Protocol

import msgspec
from msgspec import Struct, field
from msgspec.structs import replace

from schemas.instant import NEVER
from schemas.policy import Policy
from schemas.touchpoint import Seen, TouchpointData
from schemas.touchpoints.customer import CustomerErased, CustomerUpdated
from streams.detection.detector import Detector, Measured, Said, Says, View
from streams.detection.telling import view_after

SEPARATOR = "\x1f"
_CODE = 4
"""Bytes of the hash of a detector's name."""


class Overdue(Exception):
    """A detector left something due that it was asked to settle: time would stand still."""


class DetectorRaised(Exception):
    """The cause is the detector's own exception."""

    def __init__(self, detector: str, error: str) -> None:
        super().__init__(f"{detector} raised {error}")
        self.detector = detector
        self.error = error


class Fold(Struct, array_like=True, gc=False):
    """Detectors read it as `Known`. It is stored by position, as far as `fired`."""

    tier: str | None
    value: Decimal | None
    policies: bytes
    """A hash of the detectors and their policies, which deadlines follow from."""
    detectors: bytes
    """A hash of each one's name, in their order."""
    due: list[int]
    """The next deadline of each detector."""
    packed: list[bytes | None]
    """The state of each as it was last packed, empty if blank; None where it may have changed since, which is never stored."""
    views: dict[str, View]
    now: int
    """The last instant at which anything happened."""
    fired: int
    """The last instant at which a deadline took effect."""

    states: list[Any] = field(default_factory=list)
    """None where nobody has asked for it since it was packed."""
    soonest: int = NEVER
    """The first of the deadlines."""

    def findings(self) -> Iterable[View]:
        return (view for view in self.views.values() if view.ended_at is None)

    def next_deadline(self) -> int:
        """A deadline takes effect at the later of itself and the occurrence that created it."""
        return self.soonest if self.soonest > self.now else self.now  # noqa: FURB136 -- asked at every step; max costs seven times as much

    def schedule(self, detector: int, deadline: int) -> None:
        if deadline != self.due[detector]:
            self.due[detector] = deadline
            self.soonest = min(self.due)


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Fold).decode


class Occurrence(Protocol):
    at: int
    seen: Seen


class Step(Struct, gc=False):
    """What one touchpoint or deadline said: the alerts whose view may have changed, and the clocks that finished."""

    keys: set[str] = field(default_factory=set)
    measured: list[Measured] = field(default_factory=list)

    def clear(self) -> None:
        self.keys.clear()
        self.measured.clear()


class Folding:
    """The detectors of a policy, applied to folds in their order."""

    def __init__(self, policy: Policy, detectors: Sequence[Detector[Any]]) -> None:
        if not detectors:
            raise ValueError("no detector is enabled: there is nothing to find")
        self.detectors = detectors
        self.names = {detector.name for detector in detectors}
        self._severity = policy.severity
        policies = "".join(f"{detector.name}{detector.policy.model_dump_json()}" for detector in detectors)
        self._policies = blake2b(policies.encode(), digest_size=8).digest()
        self._codes = [blake2b(detector.name.encode(), digest_size=_CODE).digest() for detector in detectors]
        self._in_order = b"".join(self._codes)
        self._blank = [detector.State() for detector in detectors]
        self._states: list[msgspec.msgpack.Decoder[Any]] = [msgspec.msgpack.Decoder(detector.State) for detector in detectors]
        self._wanted: dict[type[TouchpointData], list[tuple[int, Detector[Any]]]] = {CustomerUpdated: [], CustomerErased: []}
        for n, detector in enumerate(detectors):
            for model in detector.handles:
                self._wanted.setdefault(model, []).append((n, detector))

    def wants(self, data: TouchpointData) -> bool:
        return type(data) in self._wanted

    def still_there(self, open_alerts: dict[str, int]) -> dict[str, int]:
        """By `detector/severity number`: without those of detectors that are gone since it was stored."""
        return {name: count for name, count in open_alerts.items() if name.split("/", 1)[0] in self.names}

    def blank(self) -> Fold:
        n = len(self.detectors)
        return Fold(None, None, self._policies, self._in_order, [NEVER] * n, [b""] * n, {}, -NEVER, -NEVER, [None] * n)

    def is_blank(self, fold: Fold) -> bool:
        """Nothing is known: equal to a new one but for when that was last so."""
        return not fold.views and fold.tier is None and fold.value is None and self.blank_detectors(fold) == self.names

    def blank_detectors(self, fold: Fold) -> set[str]:
        """Those that know nothing, so that none of their earlier matters can come up again."""
        return {detector.name for n, detector in enumerate(self.detectors) if not self._packed(fold, n)}

    # -- one step
    def observe(self, fold: Fold, at: int, seen: Seen, step: Step) -> None:
        fold.now = at
        if at != seen.occurred:
            seen = replace(seen, counted=at)
        data = seen.data
        if type(data) is CustomerUpdated:
            fold.tier = data.tier if data.tier is not None else fold.tier
            fold.value = data.value if data.value is not None else fold.value
        for n, detector in self._wanted.get(type(data), ()):  # stored when a detector wanted it that is no longer there
            state = self._to_change(fold, n)
            try:
                for one in detector.observe(state, at, seen, fold):
                    self._hear(fold, detector, at, one, step)
            except Exception as cause:
                raise DetectorRaised(detector.name, type(cause).__name__) from cause
            fold.schedule(n, detector.deadline(state))

    def fire(self, fold: Fold, at: int, step: Step) -> None:
        """All deadlines that take effect at `at`, which is the fold's next."""
        fold.now = fold.fired = at
        for n, detector in enumerate(self.detectors):
            if fold.due[n] > at:
                continue
            state = self._to_change(fold, n)
            for one in detector.expire(state, at, fold):
                self._hear(fold, detector, at, one, step)
            fold.schedule(n, detector.deadline(state))
            if fold.due[n] <= at:
                raise Overdue(f"{detector.name} did not settle what was due at {at}")

    def run(self, fold: Fold, until: int, step: Step) -> None:
        """All deadlines that take effect strictly before `until`."""
        while (at := fold.next_deadline()) < until:
            self.fire(fold, at, step)

    def next_word(self, fold: Fold, before: int) -> int:
        """The first deadline before an instant at which something may be said; that instant where there is none."""
        for n, detector in enumerate(self.detectors):
            if fold.due[n] < before:
                before = min(before, max(fold.due[n], detector.next_word(self._state(fold, n))))
        return before

    def start(self, base: bytes) -> Fold:
        """`base`: what was packed before the first of a history; empty if nothing was known."""
        return self.unpack(base) if base else self.blank()

    def go_on(self, fold: Fold, history: Iterable[Occurrence], step: Step) -> None:
        """`history`: in order of occurrence, all of it later than what was folded so far."""
        for item in history:
            self.run(fold, item.at, step)
            self.observe(fold, item.at, item.seen, step)

    def observe_late(self, fold: Fold, late: Occurrence, step: Step) -> bool:
        """Whether it makes a difference: if not, all that follows is as if it had not been."""
        self.run(fold, late.at, step)
        before = self._known_of(fold, late)
        said = Step()
        self.observe(fold, late.at, late.seen, said)
        step.keys |= said.keys
        step.measured += said.measured
        return bool(said.keys or said.measured) or self._known_of(fold, late) != before

    def _known_of(self, fold: Fold, late: Occurrence) -> bytes:
        """To the byte, for the order in which a detector came to know things may matter to it."""
        return _encode([fold.tier, fold.value, [self._packed(fold, n) for n, _ in self._wanted.get(type(late.seen.data), ())]])

    def _hear(self, fold: Fold, detector: Detector[Any], at: int, one: Says, step: Step) -> None:
        if type(one) is Measured:
            step.measured.append(one)
            return
        key = key_of(detector.name, one)
        bases = detector.policy.severity
        base = bases.get(f"{one.state}/{one.reason}", bases.get(one.state, 0))
        severity = min(100, int(base * self._severity.weight(fold.tier, fold.value)))
        fold.views[key] = view_after(fold.views.get(key), detector.name, one, at, severity)
        step.keys.add(key)

    # -- storage
    def _to_change(self, fold: Fold, n: int) -> Any:
        """The state of a detector, which may change from now on."""
        state = self._state(fold, n)
        fold.packed[n] = None
        return state

    def _state(self, fold: Fold, n: int) -> Any:
        if (state := fold.states[n]) is None:
            packed = fold.packed[n]
            state = fold.states[n] = self._states[n].decode(packed) if packed else self.detectors[n].State()
        return state

    def _packed(self, fold: Fold, n: int) -> bytes:
        if (packed := fold.packed[n]) is None:
            packed = fold.packed[n] = b"" if fold.states[n] == self._blank[n] else _encode(fold.states[n])
        return packed

    def pack(self, fold: Fold) -> bytes:
        for n, packed in enumerate(fold.packed):
            if packed is None:
                self._packed(fold, n)
        return _encode((fold.tier, fold.value, self._policies, self._in_order, fold.due, fold.packed, fold.views, fold.now, fold.fired))

    def unpack(self, packed: bytes) -> Fold:
        """What detectors that are no longer there knew and said is dropped; new ones start blank. A state stays packed until asked for."""
        fold = _decode(packed)
        if fold.policies != self._policies:
            return self._adopted(fold)
        fold.states, fold.soonest = [None] * len(fold.due), min(fold.due)
        return fold

    def _adopted(self, stored: Fold) -> Fold:
        """Of other detectors, or of other policies of theirs."""
        codes = [stored.detectors[at : at + _CODE] for at in range(0, len(stored.detectors), _CODE)]
        fold, packed = self.blank(), dict(zip(codes, stored.packed, strict=True))
        fold.tier, fold.value, fold.now, fold.fired = stored.tier, stored.value, stored.now, stored.fired
        for n, (detector, code) in enumerate(zip(self.detectors, self._codes, strict=True)):
            if state := packed.get(code):
                fold.packed[n] = state
                fold.schedule(n, detector.deadline(self._to_change(fold, n)))
        fold.views = {key: view for key, view in stored.views.items() if view.detector in self.names}
        return fold


def key_of(detector: str, said: Said) -> str:
    """Names an alert within its journey."""
    return SEPARATOR.join((detector, said.scope or "", said.about.kind, said.about.id, said.opened_by))
