"""Each kind of fault, done to what runs."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from deploy.kafka.cluster import Cluster
from schemas.instant import HOUR
from schemas.touchpoint import TOPIC_PREFIX
from tests.faults.crew import Crew
from tests.faults.fault import Fault, Kind
from tests.faults.kafka import LARGEST, LEAST_IN_SYNC, REPLICAS, Operator
from tests.faults.sending import Channels

WRONG_BY = 3 * HOUR
NO_ALERT_S_SIZE = "200"
"""Bytes."""


class Scene(NamedTuple):
    cluster: Cluster
    operator: Operator
    crew: Crew
    channels: Channels


def inflict(fault: Fault, scene: Scene) -> None:
    """Returns when the cause is gone; what it caused may go on."""
    _INFLICTED[fault.kind](fault, scene)


def mend(cluster: Cluster) -> None:
    """All brokers are there and awake."""
    for broker in range(REPLICAS):
        if cluster.alive(broker):
            cluster.thaw(broker)
    gone = [broker for broker in range(REPLICAS) if not cluster.alive(broker)]
    with ThreadPoolExecutor(REPLICAS) as together:  # one alone may be no majority
        list(together.map(cluster.restart, gone))


def _slot(fault: Fault, crew: Crew) -> int:
    slots = crew.slots
    return slots[fault.whom % len(slots)]


def _broker(fault: Fault) -> int:
    return fault.whom % REPLICAS


def _last(fault: Fault) -> None:
    time.sleep(fault.lasts)  # how long the fault lasts: nothing is waited for


def _worker_killed(fault: Fault, scene: Scene) -> None:
    scene.crew.kill(_slot(fault, scene.crew))


def _worker_terminated(fault: Fault, scene: Scene) -> None:
    scene.crew.restart(_slot(fault, scene.crew))


def _worker_paused(fault: Fault, scene: Scene) -> None:
    slot = _slot(fault, scene.crew)
    scene.crew.pause(slot)
    _last(fault)
    scene.crew.wake(slot)


def _worker_joined(_: Fault, scene: Scene) -> None:
    scene.crew.join()


def _worker_left(fault: Fault, scene: Scene) -> None:
    scene.crew.leave(_slot(fault, scene.crew))


def _workers_gone(fault: Fault, scene: Scene) -> None:
    scene.crew.kill_all()
    _last(fault)
    scene.crew.back()


def _broker_killed(fault: Fault, scene: Scene) -> None:
    scene.cluster.kill(_broker(fault))
    _last(fault)
    scene.cluster.restart(_broker(fault))


def _broker_restarted(fault: Fault, scene: Scene) -> None:
    scene.cluster.terminate(_broker(fault))
    _last(fault)
    scene.cluster.restart(_broker(fault))


def _broker_frozen(fault: Fault, scene: Scene) -> None:
    scene.cluster.freeze(_broker(fault))
    _last(fault)
    scene.cluster.thaw(_broker(fault))


def _brokers_down(fault: Fault, scene: Scene) -> None:
    for broker in range(REPLICAS):
        scene.cluster.kill(broker)
    _last(fault)
    mend(scene.cluster)


def _leaders_moved(fault: Fault, scene: Scene) -> None:
    scene.operator.move_leaders(fault.whom)


def _clock_off(fault: Fault, scene: Scene) -> None:
    topic = TOPIC_PREFIX + fault.channel
    scene.channels.clocks[topic] = WRONG_BY if fault.kind is Kind.CLOCK_AHEAD else -WRONG_BY
    _last(fault)
    del scene.channels.clocks[topic]


def _alerts_unreplicated(fault: Fault, scene: Scene) -> None:
    scene.operator.configure(fault.topic, {LEAST_IN_SYNC: str(REPLICAS)})
    scene.cluster.kill(_broker(fault))
    _last(fault)
    scene.operator.configure(fault.topic, {LEAST_IN_SYNC: None})
    scene.cluster.restart(_broker(fault))


def _alerts_too_small(fault: Fault, scene: Scene) -> None:
    scene.operator.configure(fault.topic, {LARGEST: NO_ALERT_S_SIZE})
    _last(fault)
    scene.operator.configure(fault.topic, {LARGEST: None})


def _there_already(_: Fault, __: Scene) -> None:
    """A backlog lies there before the workers start; the round loads it."""


_INFLICTED: dict[Kind, Callable[[Fault, Scene], None]] = {
    Kind.WORKER_KILLED: _worker_killed,
    Kind.WORKER_TERMINATED: _worker_terminated,
    Kind.WORKER_PAUSED: _worker_paused,
    Kind.WORKER_ZOMBIE: _worker_paused,
    Kind.WORKER_JOINED: _worker_joined,
    Kind.WORKER_LEFT: _worker_left,
    Kind.WORKERS_GONE: _workers_gone,
    Kind.BROKER_KILLED: _broker_killed,
    Kind.BROKER_RESTARTED: _broker_restarted,
    Kind.BROKER_FROZEN: _broker_frozen,
    Kind.BROKERS_DOWN: _brokers_down,
    Kind.LEADERS_MOVED: _leaders_moved,
    Kind.BACKLOG: _there_already,
    Kind.CLOCK_AHEAD: _clock_off,
    Kind.CLOCK_BEHIND: _clock_off,
    Kind.ALERTS_UNREPLICATED: _alerts_unreplicated,
    Kind.ALERTS_TOO_SMALL: _alerts_too_small,
}
