"""Which faults strike when and whom: all of it follows from the seed."""

from collections.abc import Iterator, Sequence
from random import Random
from typing import NamedTuple

from schemas.alert import Family
from streams.simulate.channels import FEEDS
from tests.faults.fault import COSTS, Fault, Kind

ROUND_S = 65.0
"""Seconds of faults in a round, about; its start, its settling and its judgement come to that."""
FEWEST, MOST = 1, 3
"""Workers at any time."""
CHANNELS = tuple(FEEDS)


class Round(NamedTuple):
    seed: int
    number: int
    """From 1."""
    traffic: int
    """The seed of what the customers do."""
    workers: int
    """At the beginning."""
    static: bool
    """Whether workers keep their name over a restart (static membership)."""
    faults: tuple[Fault, ...]

    @property
    def backlog(self) -> Fault | None:
        """Lies there before the first worker starts."""
        return next((fault for fault in self.faults if fault.kind is Kind.BACKLOG), None)


def rounds(seed: int, *, short: bool = False) -> Iterator[Round]:
    """Without end, or with each kind of fault exactly once."""
    chance = Random(f"faults {seed}")
    deck = _Deck(chance, once=short)
    number = 0
    while kinds := _hand(deck):
        number += 1
        workers = chance.choice((2, 3))
        yield Round(seed, number, chance.getrandbits(32), workers, chance.random() < 0.5, tuple(_faults(kinds, workers, chance)))


def lethal(seed: int, number: int) -> Round:
    """A short round in which every worker dies twice: what is not written by then is not known any more."""
    chance = Random(f"lethal {seed}")
    kinds = (Kind.WORKER_KILLED, Kind.WORKERS_GONE, Kind.WORKER_KILLED, Kind.WORKERS_GONE)
    return Round(seed, number, chance.getrandbits(32), 2, static=True, faults=tuple(_faults(kinds, 2, chance)))


class _Deck:
    """Of kinds, each with its number of copies; dealt anew when it is used up, so that all are tried before any is tried much more."""

    def __init__(self, chance: Random, *, once: bool) -> None:
        self._chance = chance
        self._once = once
        self._left: list[Kind] = []
        self._deal()

    def _deal(self) -> None:
        self._left = [kind for kind, cost in COSTS.items() for _ in range(1 if self._once else cost.copies)]
        self._chance.shuffle(self._left)

    def pop(self, wanted: Sequence[Kind], room: float) -> Kind | None:
        """The next that fits into `room` seconds beside what is `wanted` already."""
        if not self._left and not self._once:
            self._deal()
        for at, kind in enumerate(self._left):
            if COSTS[kind].takes <= room and not (kind is Kind.BACKLOG and kind in wanted):
                return self._left.pop(at)
        return None


def _hand(deck: _Deck) -> list[Kind]:
    kinds: list[Kind] = []
    room = ROUND_S
    while (kind := deck.pop(kinds, room)) is not None:
        kinds.append(kind)
        room -= COSTS[kind].takes
    kinds.sort(key=lambda kind: kind is not Kind.BACKLOG)  # which is there before all else; the others stay in their order
    return kinds


def _faults(kinds: Sequence[Kind], workers: int, chance: Random) -> Iterator[Fault]:
    topics = [family.topic for family in Family]
    for dealt in kinds:
        kind = _possible(dealt, workers)
        workers += {Kind.WORKER_JOINED: 1, Kind.WORKER_LEFT: -1}.get(kind, 0)
        lasts = COSTS[kind].lasts * chance.uniform(0.8, 1.2)
        yield Fault(kind, chance.uniform(0.3, 2.5), lasts, chance.randrange(12), chance.choice(CHANNELS), chance.choice(topics))


def _possible(kind: Kind, workers: int) -> Kind:
    """Who joins where there is no room leaves instead, and the other way round."""
    if kind is Kind.WORKER_JOINED and workers == MOST:
        return Kind.WORKER_LEFT
    if kind is Kind.WORKER_LEFT and workers == FEWEST:
        return Kind.WORKER_JOINED
    return kind
