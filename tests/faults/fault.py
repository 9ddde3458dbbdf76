"""What goes wrong: the kinds of faults, and one of them as it is planned."""

from enum import StrEnum
from typing import NamedTuple


class Kind(StrEnum):
    """Each in an SRE's words, as the table shows it."""

    WORKER_KILLED = "worker killed (SIGKILL)"
    WORKER_TERMINATED = "worker restarted (SIGTERM)"
    WORKER_PAUSED = "worker stopped for less than its session (SIGSTOP)"
    WORKER_ZOMBIE = "worker stopped past its session and woken"
    WORKER_JOINED = "worker joins"
    WORKER_LEFT = "worker leaves"
    WORKERS_GONE = "all workers killed, and back later"
    BROKER_KILLED = "broker killed (SIGKILL)"
    BROKER_RESTARTED = "broker restarted (SIGTERM)"
    BROKER_FROZEN = "broker frozen"
    BROKERS_DOWN = "all brokers down"
    LEADERS_MOVED = "partition leaders moved"
    BACKLOG = "backlog of an hour in one channel"
    CLOCK_AHEAD = "a producer's clock hours ahead"
    CLOCK_BEHIND = "a producer's clock hours behind"
    ALERTS_UNREPLICATED = "alert topic has too few replicas"
    ALERTS_TOO_SMALL = "alert topic takes no alert so large"


class Cost(NamedTuple):
    lasts: float
    """Seconds; 0: it is over at once."""
    takes: float
    """Seconds until progress again, about, its own time included: rounds are filled by it."""
    copies: int
    """In a deck: what is cheap is tried more often."""


COSTS = {
    Kind.WORKER_KILLED: Cost(0, 10, 3),
    Kind.WORKER_TERMINATED: Cost(0, 6, 2),
    Kind.WORKER_PAUSED: Cost(3, 6, 2),
    Kind.WORKER_ZOMBIE: Cost(11, 16, 2),
    Kind.WORKER_JOINED: Cost(0, 7, 2),
    Kind.WORKER_LEFT: Cost(0, 6, 2),
    Kind.WORKERS_GONE: Cost(6, 14, 1),
    Kind.BROKER_KILLED: Cost(5, 14, 2),
    Kind.BROKER_RESTARTED: Cost(1, 12, 1),
    Kind.BROKER_FROZEN: Cost(30, 38, 1),
    Kind.BROKERS_DOWN: Cost(30, 45, 1),
    Kind.LEADERS_MOVED: Cost(0, 6, 2),
    Kind.BACKLOG: Cost(0, 15, 2),
    Kind.CLOCK_AHEAD: Cost(3, 8, 1),
    Kind.CLOCK_BEHIND: Cost(3, 8, 1),
    Kind.ALERTS_UNREPLICATED: Cost(10, 18, 1),
    Kind.ALERTS_TOO_SMALL: Cost(8, 15, 1),
}


class Fault(NamedTuple):
    kind: Kind
    after: float
    """Seconds of peace before it."""
    lasts: float
    """Seconds."""
    whom: int
    """Which worker or broker, counted from 0 over those that there are, and round again."""
    channel: str
    """Whose clock or backlog it is."""
    topic: str
    """Of alerts."""
