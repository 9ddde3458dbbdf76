"""Many touchpoints waiting, one channel an hour ahead of the others: memory, the rate of catching up, and whether anything is invented.

Of that channel the first hour is not there, as if the worker had read it before the others fell behind: what follows lies an hour
(of arrival) ahead of what is read of the others, and must not be read before its time.
"""

from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct

from schemas.instant import HOUR
from schemas.touchpoint import TOPIC_PREFIX
from streams.engine.held import CLOCK_KEY, Clock
from streams.engine.topics import changelog
from streams.kafka.dump import dump
from streams.logs.file import Found, LogRecord
from streams.replay import Replay
from streams.replay.outcome import Alert
from streams.simulate.plan import Plan
from tests.bench.worker.crew import Worker
from tests.bench.worker.drain import Drain, drained
from tests.bench.worker.ground import APPLICATION, Ground, ground
from tests.bench.worker.results import keep, table
from tests.bench.worker.speed import POLICY
from tests.bench.worker.told import ids
from tests.bench.worker.traffic import MONDAY, kept, loaded, until_now

ARRIVED_IN_S = 4 * 3_600
"""However many they are."""
CUSTOMERS_A_TOUCHPOINT = 750
"""By touchpoints a second."""
SETTLED_S = 600.0


class Judged(Struct, frozen=True):
    """Live alerts beside those of a replay of the same log."""

    alerts: int
    lost: int
    different: int
    invented: int


class Backlog(Struct, frozen=True):
    touchpoints: int
    ahead: str
    """The channel."""
    a_second: float
    cpu_us: float
    faster_than_arrival: float
    """How many seconds of arrival are worked off in one."""
    rss_mb: list[float]
    """At every twentieth of the backlog; the first one before any of it."""
    rss_most_mb: float
    judged: Judged | None


def run(touchpoints: int, ahead: str, within_s: float, *, compare: bool) -> None:
    rate = touchpoints / ARRIVED_IN_S
    file = kept(Plan(customers=round(rate * CUSTOMERS_A_TOUCHPOINT), start=MONDAY, rate=rate, seed=4), touchpoints)
    with ground(POLICY) as on:
        sent = loaded(on, file, until_now(file), lambda lines: _without_first_hour(lines, TOPIC_PREFIX + ahead))
        with Worker(on) as worker:
            drain = drained(on, [worker], sent, within_s)
            judged = _judged(on, worker) if compare else None
    found = Backlog(
        sent,
        ahead,
        drain.a_second,
        drain.cpu_us,
        drain.a_second / rate,
        [rss / 1e6 for rss in _by_twentieths(drain)],
        drain.rss / 1e6,
        judged,
    )
    table(
        f"{sent:,} touchpoints waiting, {ahead} an hour ahead of the others",
        ["a second", "µs CPU each", "seconds of arrival in one", "most RSS MB", "alerts", "lost", "different", "invented"],
        [
            [
                f"{found.a_second:,.0f}", f"{found.cpu_us:.1f}", f"{found.faster_than_arrival:,.0f}", f"{found.rss_most_mb:,.0f}",
                *([f"{judged.alerts:,}", str(judged.lost), str(judged.different), str(judged.invented)] if judged else ["not compared"]),
            ]
        ],
    )  # fmt: skip
    table(
        "RSS MB, at every twentieth of the backlog",
        ["", *(f"{5 * n}%" for n in range(len(found.rss_mb)))],
        [["", *(f"{rss:,.0f}" for rss in found.rss_mb)]],
    )
    keep("backlog", found)


def _without_first_hour(lines: Iterable[Found], topic: str) -> Iterator[Found]:
    return (found for found in lines if found.says.topic != topic or found.says.timestamp >= MONDAY + HOUR)


def _by_twentieths(drain: Drain) -> list[int]:
    all_of_it = drain.moments[-1].done
    return [next(moment.rss for moment in drain.moments if moment.done * 20 >= all_of_it * part) for part in range(21)]


def _judged(on: Ground, worker: Worker) -> Judged:
    """Once the worker has told all: the log is over, so the clock on the wall is what its time has come to."""
    worker.ready(SETTLED_S)
    worker.stop()
    live = ids(on)
    wanted = dict(_replayed(on, _clocks(on)))
    return Judged(
        len(live),
        len(wanted.keys() - live.keys()),
        sum(live[name] != wanted[name] for name in live.keys() & wanted.keys()),
        len(live.keys() - wanted.keys()),
    )


def _clocks(on: Ground) -> Mapping[int, Clock]:
    """By partition number, how far it was settled at last."""
    records = dump([changelog(APPLICATION)], on.kafka)
    return {record.partition: Clock.unpacked(record.value or b"") for record in records if record.key == CLOCK_KEY}


def _replayed(on: Ground, clocks: Mapping[int, Clock]) -> Iterator[tuple[str, bytes]]:
    by_number: dict[int, list[LogRecord]] = {number: [] for number in clocks}
    for record in dump([TOPIC_PREFIX + channel for channel in on.policy.channels], on.kafka):
        by_number[record.partition].append(record)
    for number, clock in clocks.items():
        for outcome in Replay(by_number[number], on.policy, on.partitions, clock.settled).run():
            if isinstance(outcome, Alert):
                yield outcome.event.id, outcome.value
