"""What must hold of every log, every life of a worker and every detector in the folder."""

from dataclasses import replace
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from schemas.instant import DAY, HOUR, MINUTE
from schemas.touchpoints.customer import CustomerUpdated
from streams.detection.progress import SKEW
from tests.detection.laws.agreement import finish, lived
from tests.detection.laws.alert import Alert
from tests.detection.laws.law import law
from tests.detection.laws.lives import lives, play
from tests.detection.laws.log import Event, ends_at, log_of, some_events, told_apart
from tests.detection.laws.policy import AT_LAST, LATENESS, policy
from tests.detection.laws.touchpoints import ORIGIN
from tests.detection.laws.world import Op, World

windows = st.sampled_from([DAY, DAY, 2 * HOUR, 10 * DAY])
walls = st.sampled_from([-MINUTE, -MINUTE, 0, HOUR, 27 * HOUR, 100 * DAY])


@law
@given(some_events(), lives, walls, st.sampled_from([0, 12 * MINUTE, 2 * HOUR, 40 * HOUR, AT_LAST]), windows)
def test_any_reading_says_what_the_oracle_says(events: list[Event], life: list[Op], wall: int, last: int, window: int) -> None:
    world = lived(events, life, wall=wall, last=last, window=window)
    assert world.partition.counts["order_repaired"] == 0


@law
@given(some_events(), lives, walls)
def test_a_clock_that_steps_back_within_the_skew_changes_nothing(events: list[Event], life: list[Op], wall: int) -> None:
    world = lived(log_of(events, step_back=SKEW), life, wall=wall)
    assert world.partition.counts["order_repaired"] == 0


@law
@given(some_events(), lives)
def test_customers_do_not_influence_each_other(events: list[Event], life: list[Op]) -> None:
    log = log_of(events)
    both = lived(log)
    alone = lived({channel: [one for one in rows if one.journey == "c:x"] for channel, rows in log.items()}, life)
    assert alone.told == {name: alert for name, alert in both.told.items() if (alert.customer, alert.anonymous) == ("x", False)}


@law
@given(some_events(st.just(0), copies=False), st.data())
def test_the_order_of_arrival_within_the_lateness_does_not_matter(events: list[Event], data: st.DataObject) -> None:
    apart = told_apart(events)
    disordered = [_delayed(event, data.draw(st.integers(0, LATENESS[event.channel]))) for event in apart]
    assert _believed(lived(disordered)) == _believed(lived(apart))


@law
@given(some_events(copies=False), st.data())
def test_delivered_twice_is_delivered_once(events: list[Event], data: st.DataObject) -> None:
    """The producers send some again, later: the copies that arrived first count."""
    apart = [replace(event, name=f"event-{n}") for n, event in enumerate(told_apart(events))]
    again = data.draw(st.lists(st.tuples(st.sampled_from(apart), st.integers(1, DAY)), max_size=6))
    twice = [*apart, *(_delayed(event, event.delay + later) for event, later in again)]
    assert _believed(lived(twice)) == _believed(lived(apart))


@law
@given(some_events(), lives, st.integers(1, 3))
def test_what_is_delivered_again_after_a_crash_changes_nothing(events: list[Event], life: list[Op], deaths: int) -> None:
    """Nothing is acked until the end, so every death has all of it delivered again to journeys that know some of it."""
    world = World(log_of(events), ORIGIN, policy())
    world.acks = False
    for _ in range(deaths):
        play(world, life)
        world.restart()
    world.acks = True
    finish(world)


@law
@given(some_events(), st.integers(1, 4))
def test_how_often_time_advances_and_journeys_sleep_does_not_matter(events: list[Event], most: int) -> None:
    """Read, stored and restored after every few records, or read in one go."""
    log = log_of(events)
    step_by_step = World(log, ORIGIN - MINUTE, policy())
    while step_by_step.wall < ends_at(log):
        step_by_step.wall += most * 7 * MINUTE if step_by_step.wall < ORIGIN + 4 * HOUR else 13 * HOUR
        step_by_step.read_all()
        step_by_step.checkpoint()
        step_by_step.restart()
    finish(step_by_step)
    assert lived(log).told == step_by_step.told


@law
@given(some_events(copies=False, erased=False))
def test_late_evidence_inside_the_window_ends_where_timely_evidence_would_have(events: list[Event]) -> None:
    apart = [_delayed(event, min(event.delay, DAY)) for event in told_apart(events)]
    late, prompt = _at_last(lived(apart)), _at_last(lived([_delayed(event, 0) for event in apart]))
    assert {name: alert for name, alert in late.items() if alert != prompt.get(name)} == {}
    # One that would have come and gone in time is not owed; one that stands is.
    assert {name for name, alert in prompt.items() if alert.ended_at is None} <= late.keys()


@law
@given(some_events(), lives, windows)
def test_at_last_everything_is_forgotten(events: list[Event], life: list[Op], window: int) -> None:
    """But for a customer's tier and value, which are told once and hold."""
    known = {event.customer for event in events if isinstance(event.data, CustomerUpdated)}
    world = lived(events, life, window=window)
    for again in range(1, 5):
        world.finish(ORIGIN + AT_LAST + again * 30 * DAY)
    assert world.changelog.keys() <= known
    assert len(world.partition) == len(world.changelog)


def _delayed(event: Event, delay: int) -> Event:
    return replace(event, delay=delay)


def _believed(world: World) -> dict[tuple[UUID, int], Alert]:
    return {name: alert.without_offsets() for name, alert in world.told.items()}


def _at_last(world: World) -> dict[UUID, Alert]:
    """What subscribers believe at the end: how it came about left out."""
    return {
        alert.id: replace(alert.without_offsets(), revision=0, word="", time=0)
        for alert in world.last_told().values()
        if alert.word != "retracted"
    }
