"""How soon an alert is there, while events happen now at a steady rate."""

import statistics
import time
from collections.abc import Sequence
from functools import partial
from itertools import islice

from tests.bench.jobs.engine import Engine
from tests.bench.jobs.log import Event, Told, events
from tests.bench.jobs.measuring import Surroundings, await_milestone, prepared, start, subscribed
from tests.bench.jobs.process import EngineFailed
from tests.bench.jobs.records import BY_BROKER, Writer
from tests.bench.jobs.result import Latency
from tests.bench.jobs.rule import CONFLICT, TOPICS
from tests.faults.watch import InVain, now, until

WARM_UP_S = 5.0
"""What is told of events of this time does not count."""
LAST_ALERTS_S = 30.0
FEWEST = 5


def latency(engine: Engine, name: str, around: Surroundings, rate: int, seconds: float) -> Latency:
    """`rate`: events a second. EngineFailed where an alert that was due does not come."""
    around.topics.anew(TOPICS, BY_BROKER)
    count = round(rate * (seconds + WARM_UP_S))
    log = list(events(2 * count))
    writer = Writer(around.kafka, linger_ms=5)
    for event in log:
        if event.milestone == 0:
            writer.write(event, now())
    writer.flush()
    with prepared(engine, name, around) as run:
        subscriber = subscribed(engine, run)
        try:
            with start(engine, run) as process:
                await_milestone(process, subscriber, 0)
                appended = _send(writer, list(islice((event for event in log if event.milestone is None), count)), rate)
                process.check()
                try:
                    until(lambda: appended.keys() <= subscriber.heard(), "the last alerts", LAST_ALERTS_S)
                except InVain:
                    missing = appended.keys() - subscriber.heard()
                    raise EngineFailed(f"{len(missing)} of {len(appended)} alerts did not come") from None
        finally:
            subscriber.close()
    if len(appended) < FEWEST:
        raise EngineFailed(f"{len(appended)} alerts are too few to speak of percentiles")
    waited = statistics.quantiles((subscriber.first[told].received - at for told, at in appended.items()), n=100)
    return Latency(rate, len(appended), waited[49], waited[98], engine.waits_ms)


def _send(writer: Writer, log: Sequence[Event], rate: int) -> dict[Told, int]:
    """When the event that completes it was appended, for each conflict after the warm-up; answers are not late so soon."""
    appended: dict[Told, int] = {}
    begun = time.monotonic()
    for number, event in enumerate(log):
        while (ahead := begun + number / rate - time.monotonic()) > 0:
            writer.wait(ahead)
        told = event.completes
        if told is None or told.kind != CONFLICT or number < rate * WARM_UP_S:
            writer.write(event, now())
        else:
            writer.write(event, now(), partial(appended.__setitem__, told))
    writer.flush()
    return appended
