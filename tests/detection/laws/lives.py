"""Lives of a worker, by chance: mostly reading on, now and then dying."""

from collections.abc import Iterable, Iterator
from random import Random

from hypothesis import strategies as st

from schemas.instant import DAY, HOUR, MINUTE, SECOND
from tests.detection.laws.policy import CHANNELS
from tests.detection.laws.world import Advance, Checkpoint, Crash, HandOver, Life, Op, Poll, Probe, ReadAll, Wait, WaitForNext, World

_channels = st.sampled_from(CHANNELS)
_op: st.SearchStrategy[Op] = st.one_of(
    st.builds(WaitForNext, st.sampled_from([0, 0, 1, -1, SECOND, SECOND + 1, 3 * SECOND, 62 * SECOND])),
    st.builds(Poll, _channels, st.integers(1, 4)),
    st.builds(Probe, _channels),
    st.just(Advance()),
    st.builds(ReadAll, st.booleans()),
    st.builds(Wait, st.sampled_from([1, SECOND, 5 * SECOND, 5 * MINUTE, HOUR, DAY, 8 * DAY])),
    st.builds(Checkpoint, st.one_of(st.none(), st.integers(0, 5))),
    st.just(Crash()),
    st.just(HandOver()),
)
lives: st.SearchStrategy[list[Op]] = st.one_of(
    st.lists(_op, max_size=40), st.builds(Life, st.integers(0, 1 << 32)).map(lambda life: [life])
)


def play(world: World, ops: Iterable[Op]) -> None:
    for op in ops:
        if isinstance(op, Life):
            play(world, _long_life(op.seed))
        else:
            world.do(op)


def _long_life(seed: int) -> Iterator[Op]:
    """Longer than what a search would draw step by step; shrinks only by its events."""
    chance = Random(seed)
    deadly, most = chance.choice([0, 0.02, 0.1]), chance.choice([1, 3, 50])
    for _ in range(chance.choice([30, 120])):
        some: list[Op] = [
            WaitForNext(chance.choice([0, 1, -1, SECOND, SECOND + 1, 62 * SECOND])),
            Poll(chance.choice(CHANNELS), chance.randint(1, most)),
            Poll(chance.choice(CHANNELS), chance.randint(1, most)),
            Probe(chance.choice(CHANNELS)),
            Advance(),
            Advance(),
            ReadAll(live=True),
            Wait(chance.choice([SECOND, MINUTE, HOUR, DAY])) if chance.random() < 0.2 else Advance(),
            Checkpoint(chance.randint(0, 6) if chance.random() < 3 * deadly else None),
        ]
        yield chance.choice(some)
        if chance.random() < deadly:
            yield Crash() if chance.random() < 0.5 else HandOver()
