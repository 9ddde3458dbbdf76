"""A whole life of a worker, held against the oracle."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from schemas.instant import DAY
from tests.detection.laws.alert import Alert
from tests.detection.laws.lives import play
from tests.detection.laws.log import Event, Log, log_of
from tests.detection.laws.oracle import Expected, expected
from tests.detection.laws.policy import AT_LAST, policy
from tests.detection.laws.touchpoints import ORIGIN
from tests.detection.laws.world import Op, World


def agree(world: World, oracle: Expected) -> None:
    """Told the same alerts, with the same revisions and content, and as many are open as the gauges say."""
    assert _certain(world.told, oracle) == _certain(oracle.alerts, oracle)
    twice = oracle.measured_twice
    assert {one for one in world.measured if one.key not in twice} == {one for one in oracle.measured if one.key not in twice}
    assert not world.failed
    if not oracle.ambiguous:
        assert {name: count for name, count in world.partition.open_alerts().items() if count} == world.open_alerts()


def _certain(alerts: dict[tuple[UUID, int], Alert], oracle: Expected) -> dict[tuple[UUID, int], Alert]:
    return {name: alert for name, alert in alerts.items() if name[0] not in oracle.ambiguous}


def finish(world: World, last: int = AT_LAST) -> World:
    """Reads on to the end, which the oracle must have seen likewise. Milliseconds after the origin."""
    settled = world.finish(ORIGIN + last)
    agree(world, expected(world.visible(), settled, world.policy))
    return world


def lived(
    log: Log | Sequence[Event],
    life: Iterable[Op] = (),
    *,
    wall: int = 0,
    last: int = AT_LAST,
    window: int = DAY,
    deduplication: int = DAY,
) -> World:
    """Read as `life` says from `wall` on, then to the end."""
    world = World(log if isinstance(log, dict) else log_of(log), ORIGIN + wall, policy(window, deduplication))
    play(world, life)
    return finish(world, last)


def stepwise(log: Log, step: int, until: int) -> World:
    """A live worker that settles and writes every `step`."""
    world = World(log, ORIGIN, policy())
    while world.wall < ORIGIN + until:
        world.wall += step
        world.read_all()
        world.checkpoint()
    return world
