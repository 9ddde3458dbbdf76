"""A worker that does its work for simulated customers, watched by a real Prometheus: what rules and panels are tried on."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from confluent_kafka import Producer

from schemas.instant import SECOND, format_instant
from schemas.partitioner import partition_for
from schemas.touchpoint import TOPIC_PREFIX
from streams.demo.stage import PARTITIONS, Stage
from streams.demo.traffic import Traffic
from streams.policy_file import load_policy
from streams.simulate.plan import Plan
from streams.simulate.targets import Targets
from tests.deploy.prometheus import Prometheus
from tests.deploy.series import REPOSITORY
from tests.engine.live import now, until

DEMO = REPOSITORY / "streams" / "demo" / "policy.yaml"
"""Its promises are counted in seconds: every clock ends within a minute."""


class Channels:
    """What simulated channels never do, and real ones do."""

    def __init__(self, kafka: str) -> None:
        self._producer = Producer({"bootstrap.servers": kafka, "log_level": 0})

    def send_what_is_no_json(self, channel: str) -> None:
        self._send(channel, "c-1", b"{", -1)

    def send_to_the_wrong_partition(self, channel: str, number: int) -> None:
        """As a producer does that has another partitioner; each `number` is another touchpoint."""
        customer = f"c-lost-{number}"
        said = {
            "specversion": "1.0", "id": f"astray-{number}", "source": f"/{channel}", "type": "io.throughline.message.sent.v1",
            "time": format_instant(now()), "customerid": customer,
            "data": {"conversation_id": f"astray-{number}", "author": "customer", "question": False},
        }  # fmt: skip
        wrong = (partition_for(customer.encode(), PARTITIONS) + 1) % PARTITIONS
        self._send(channel, customer, json.dumps(said).encode(), wrong)

    def _send(self, channel: str, key: str, value: bytes, partition: int) -> None:
        headers: list[tuple[str, str | bytes | None]] = [("content-type", "application/cloudevents+json")]
        self._producer.produce(TOPIC_PREFIX + channel, value, key, partition=partition, headers=headers)
        assert self._producer.flush(10) == 0


@contextmanager
def open_shop(folder: Path, *, rate: float, planted: float, scrape_s: int = 1) -> Iterator[tuple[Prometheus, Stage, Channels]]:
    """Until the block ends; `rate` in touchpoints a second, `planted` the share of stories with a fault."""
    policy = load_policy(DEMO)
    with Stage(policy, DEMO) as stage:
        url = until(stage.metrics_url, "a worker that serves its metrics")
        plan = Plan(
            customers=300, start=now(), rate=rate, planted=planted, heartbeat=5 * SECOND, partitions=PARTITIONS, targets=Targets.of(policy)
        )
        traffic = Traffic(plan, stage.kafka)
        traffic.start()
        try:
            with Prometheus(folder, urlsplit(url).netloc, scrape_s) as prometheus:
                # once it has been seen at nought: of a counter only an increase between two scrapes is a rate
                until(lambda: prometheus.values("throughline_refused_total"), "the worker's first scrape")
                yield prometheus, stage, Channels(stage.kafka)
                stage.check()
        finally:
            traffic.end()
