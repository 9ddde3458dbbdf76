"""Workers that die between two writes, and journeys that are forgotten: neither may be seen."""

import pytest

from schemas.instant import DAY, HOUR, MINUTE, SECOND
from schemas.touchpoints.outreach import OutreachSent
from tests.detection.laws.agreement import finish, lived
from tests.detection.laws.log import Event, log_of
from tests.detection.laws.policy import AT_LAST, policy
from tests.detection.laws.spoken import ask, opened, price, reply, tier, viewed
from tests.detection.laws.touchpoints import ORIGIN
from tests.detection.laws.world import Advance, Checkpoint, Op, Poll, Probe, ReadAll, Wait, World

LIMIT = 5 * MINUTE
"""Of a first response in chat."""

OTHERS_ARE_QUIET: list[Op] = [Probe("email"), Probe("web"), Advance()]


@pytest.mark.parametrize("cut", range(12))
def test_a_backlog_spans_the_longest_window_inside_one_checkpoint(cut: int) -> None:
    """The journey is blank before its second touchpoint is acked: tombstoned now, it would take that for a first one."""
    log = log_of([Event("chat", ask()), Event("chat", ask(), LIMIT), Event("chat", viewed(), 60 * DAY, customer="c:y")])
    lived(log, [Poll("chat", 1), *OTHERS_ARE_QUIET, Checkpoint(), Poll("chat", 2), Advance(), Checkpoint(cut)], wall=100 * DAY)


@pytest.mark.parametrize("cut", range(12))
def test_what_is_clean_after_a_restart_is_not_therefore_acked(cut: int) -> None:
    asks = [Event("chat", ask(), after) for after in (0, LIMIT, LIMIT + MINUTE)]
    log = log_of([*asks, Event("chat", viewed(), 60 * DAY, customer="c:y")])
    life = [Poll("chat", 1), *OTHERS_ARE_QUIET, Checkpoint(), Poll("chat", 3), Advance(), Checkpoint(cut), Poll("chat", 1), Checkpoint()]
    lived(log, life, wall=100 * DAY)


@pytest.mark.parametrize("cut", range(8))
def test_an_offset_that_a_journey_has_applied_is_not_applied_again(cut: int) -> None:
    """Its journey is written and its offset is not acked; by its id nobody would know it, for it is older than a day."""
    log = log_of([Event("chat", ask()), Event("chat", price("100"), SECOND), Event("chat", viewed(), 3 * DAY, customer="c:y")])
    world = World(log, ORIGIN + 100 * DAY, policy())
    for op in [Poll("chat", 3), *OTHERS_ARE_QUIET, Checkpoint(cut), Poll("chat", 3), Advance(), Checkpoint(cut)]:
        world.do(op)
    finish(world)


def test_a_touchpoint_that_is_pending_when_its_worker_dies_is_not_lost() -> None:
    log = log_of([Event("chat", ask()), Event("chat", reply(), MINUTE), Event("chat", viewed(), HOUR)])
    world = lived(log, [Poll("chat", 3), Checkpoint(), Poll("chat", 1)], wall=HOUR)
    assert world.words("first_response") == []


def test_a_deadline_survives_a_death_in_an_otherwise_dead_silence() -> None:
    world = World(log_of([Event("chat", ask())]), ORIGIN, policy())
    world.read_all()
    world.checkpoint()
    world.restart()
    world.wall += 5 * MINUTE
    world.read_all()
    world.checkpoint()
    assert world.words("first_response") == [("opened", "at_risk", 225 * SECOND)]


def test_what_a_deadline_has_said_is_not_said_again_after_a_death() -> None:
    """The journey was stored before the deadline and after it, and dies in between two such."""
    world = World(log_of([Event("chat", ask()), Event("email", reply(), 5 * HOUR)]), ORIGIN, policy())
    for _ in range(3):
        world.wall += 4 * MINUTE
        world.read_all()
        world.checkpoint()
        world.restart()
    world.finish(ORIGIN + AT_LAST)
    words = [(word, state) for word, state, _ in world.words("first_response")]
    assert words == [("opened", "at_risk"), ("updated", "breached"), ("resolved", "met_late")]


def test_a_busy_journey_is_tidied_early_and_nobody_sees_it() -> None:
    """A message every hour for a week: what is kept of it is what a day and a quarter hold."""
    messages = [Event("chat", ask(), n * HOUR) for n in range(168)]
    another = [Event("web", ask("B"), 90 * HOUR), Event("email", reply("B"), 90 * HOUR + MINUTE, delay=20 * HOUR)]
    log = log_of([*messages, *another])
    world = World(log, ORIGIN, policy())
    longest = 0
    while world.wall < ORIGIN + 168 * HOUR:
        world.wall += HOUR
        world.read_all()
        world.checkpoint()
        longest = max(longest, len(world.changelog["c:x"]))
    finish(world)
    assert [alert.word for alert in world.told.values() if alert.subject[1] == "B"] == ["opened", "updated", "retracted"]
    assert longest < 60 * len(log["chat"][0].id) * 8 + 2_000
    assert world.partition.counts["replayed"] < 400


def test_at_last_only_what_was_told_of_the_customer_stays() -> None:
    log = log_of([Event("chat", ask()), Event("web", tier("gold"), SECOND), Event("chat", ask(), customer="c:y")])
    world = lived(log)
    for again in range(1, 4):
        world.finish(ORIGIN + AT_LAST + again * 30 * DAY)
    assert world.changelog.keys() == {"c:x"}
    assert len(world.partition) == 1


def test_what_no_detector_minds_leaves_nothing_behind() -> None:
    world = lived([Event("chat", OutreachSent(purpose="service"))], last=MINUTE)
    assert world.changelog == {}
    assert len(world.partition) == 0


def test_a_journey_is_forgotten_in_a_live_life_too_once_its_offsets_are_acked() -> None:
    world = World(log_of([Event("web", viewed())]), ORIGIN, policy())
    world.acks = False
    for _ in range(5):
        world.do(Wait(DAY))
        world.do(ReadAll(live=True))
        world.do(Checkpoint())
    assert world.changelog.keys() == {"c:x"}
    world.acks = True
    world.do(Checkpoint())
    assert world.changelog == {}


def test_due_times_that_hold_no_longer_are_swept() -> None:
    """Each arrival is due earlier than the one before, and leaves an entry in vain."""
    log = log_of([Event("email", viewed(), MINUTE - n * SECOND // 2, delay=n * SECOND // 2 + n) for n in range(100)])
    world = World(log, ORIGIN + HOUR, policy())
    world.do(Poll("email", 100))
    world.do(Advance())
    waiting = len(world.partition._heap)
    world.do(ReadAll(live=False))
    list(world.partition.advance(ORIGIN))
    assert (waiting, len(world.partition._heap)) == (100, 1)
    finish(world)


def test_open_alerts_are_counted_anew_after_a_restart() -> None:
    log = log_of([Event("chat", opened("A")), Event("chat", opened("B"), customer="c:y")])
    world = World(log, ORIGIN + 7 * MINUTE, policy())
    world.read_all()
    world.checkpoint()
    world.restart()
    assert dict(world.partition.open_alerts()) == {("first_response", "warning"): 2}
    assert dict(world.open_alerts()) == {("first_response", "warning"): 2}
