"""Journeys that are tidied while late evidence comes: replays start on the way, in histories that have lost their beginning."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from schemas.instant import HOUR, MINUTE, SECOND
from schemas.touchpoint import TouchpointData
from streams.detection.detector import Measured
from tests.detection.laws.agreement import lived
from tests.detection.laws.law import law
from tests.detection.laws.log import Event, log_of
from tests.detection.laws.policy import CHANNELS, policy
from tests.detection.laws.spoken import ask, cart, opened, price, reply, resolved, tier, viewed
from tests.detection.laws.touchpoints import ORIGIN
from tests.detection.laws.world import Op, Poll, ReadAll, WaitForNext, World

MANY = 48
WINDOW = 25 * MINUTE

_READ_AS_IT_COMES: list[Op] = [WaitForNext(3 * SECOND), ReadAll(live=True)] * MANY
_TALK: list[TouchpointData] = [ask(), ask("B"), reply(), reply("B"), opened("C"), resolved("C")]
_HAPPENS = [*_TALK, price("100"), price("120"), cart(), tier("gold")]
_MAKES_NO_DIFFERENCE: list[TouchpointData] = [viewed()] * len(_HAPPENS)


def _busy(seed: int) -> list[Event]:
    chance = Random(seed)
    now, events = 0, []
    for _ in range(MANY):
        now += chance.choice([0, SECOND, MINUTE, 2 * MINUTE, 4 * MINUTE])
        delay = chance.choice([0] * 6 + [5 * SECOND, 3 * MINUTE, 12 * MINUTE, HOUR])
        data = chance.choice(chance.choice([_HAPPENS, _HAPPENS, _MAKES_NO_DIFFERENCE]))
        events.append(Event(chance.choice(CHANNELS), data, now, delay))
    return events


@law
@given(st.integers(0, 1 << 32))
def test_late_evidence_in_a_busy_journey_is_told_as_if_folded_from_its_beginning(seed: int) -> None:
    lived(_busy(seed), _READ_AS_IT_COMES, last=30 * HOUR, window=WINDOW)


def test_what_was_over_and_is_forgotten_is_not_told_again_by_a_replay_from_before_its_end() -> None:
    """The replay starts behind what the journey forgot, from where the answer was still remembered."""
    answered = [Event("chat", ask()), Event("chat", reply(), 4 * MINUTE)]
    looks = [Event("chat", viewed(), 5 * MINUTE + n * MINUTE) for n in range(60)]
    late = Event("web", ask("B"), 44 * MINUTE + 1, delay=5 * MINUTE)
    world = lived([*answered, *looks, late], _READ_AS_IT_COMES, last=6 * MINUTE + HOUR, window=WINDOW)
    assert world.words("first_response")[:2] == [("opened", "at_risk", 225 * SECOND), ("resolved", "met", 4 * MINUTE)]


def test_late_evidence_that_changes_nothing_leaves_what_lies_around_it_where_it_was() -> None:
    """Again and again in front of the same marks, and then some that changes much behind them."""
    asked = [Event("chat", ask(f"conversation-{n}"), n * SECOND) for n in range(20)]
    nothing = [Event("web", viewed(), n * SECOND + 1, delay=HOUR + n) for n in range(12)]
    much = [Event("email", reply(f"conversation-{n}"), n * SECOND + 2, delay=2 * HOUR) for n in range(20)]
    world = lived([*asked, *nothing, *much], last=5 * HOUR)
    assert len(world.measured) == 20
    assert world.partition.counts["rebuilt"] == 20


def test_a_clock_is_measured_once_though_its_replay_and_its_forgetting_meet() -> None:
    """A new worker knows no place on the way to replay from: the answer of yesterday is folded again, and forgotten in the same step."""
    answered = [Event("chat", ask()), Event("chat", reply(), MINUTE)]
    looks = [Event("chat", viewed(), 2 * MINUTE + n * SECOND) for n in range(MANY)]
    late = [Event("chat", viewed(), 8 * HOUR), Event("web", ask("B"), 7 * HOUR + MINUTE, delay=24 * HOUR)]
    world = World(log_of([*answered, *looks, *late]), ORIGIN + 9 * HOUR, policy())
    world.finish()
    world.restart()
    world.wall = ORIGIN + 32 * HOUR
    world.do(Poll("web", 1))
    told = list(world.partition.advance(world.wall))
    assert len(world.measured) == 1
    assert [change for change in told if isinstance(change, Measured)] == []
