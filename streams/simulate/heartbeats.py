"""Every channel says now and then that it lives, on every partition: quiet hours are no outage."""

from collections.abc import Iterator

import msgspec

from schemas.instant import format_instant
from schemas.touchpoint import TOPIC_PREFIX, TYPE_PREFIX
from streams.simulate.channels import FEEDS
from streams.simulate.plan import Plan
from streams.simulate.story import Line


def heartbeats(plan: Plan) -> Iterator[Line]:
    """In order of arrival, until the plan ends."""
    spread = plan.heartbeat // len(FEEDS)
    beat = 0
    while True:
        for number, channel in enumerate(FEEDS):
            at = plan.start + beat * plan.heartbeat + number * spread
            if at >= plan.end:
                return
            event = {
                "specversion": "1.0",
                "source": f"/{channel}/heartbeat",
                "type": f"{TYPE_PREFIX}channel.heartbeat.v1",
                "time": format_instant(at),
                "data": {},
            }
            for partition in range(plan.partitions):
                value = msgspec.json.encode(event | {"id": f"{channel}-{partition}-{at}"})
                yield Line(TOPIC_PREFIX + channel, at, msgspec.Raw(value), partition=partition)
        beat += 1
