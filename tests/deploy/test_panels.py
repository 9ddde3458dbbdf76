"""Every panel and every rule, asked of a real Prometheus that scrapes a real worker, fed by the simulated customers."""

import shutil
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from confluent_kafka import Producer

from deploy.grafana.panels import ROWS
from schemas.instant import SECOND
from schemas.touchpoint import TOPIC_PREFIX
from streams.demo.stage import PARTITIONS, Stage
from streams.demo.traffic import Traffic
from streams.policy_file import load_policy
from streams.simulate.plan import Plan
from streams.simulate.targets import Targets
from tests.deploy.prometheus import Prometheus, Refused
from tests.deploy.rules import ALERTS, RECORDED
from tests.deploy.series import REPOSITORY
from tests.engine.live import now, until

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("prometheus") is None, reason="prometheus is missing (Debian: apt install prometheus)"),
]

PATIENCE_S = 120.0
"""Until every clock of the demo's policy has ended once; half a minute on an idle machine."""


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    file = REPOSITORY / "streams" / "demo" / "policy.yaml"
    policy = load_policy(file)
    with Stage(policy, file) as stage:
        url = until(stage.metrics_url, "a worker that serves its metrics")
        plan = Plan(
            customers=300, start=now(), rate=100.0, planted=0.25, heartbeat=5 * SECOND, partitions=PARTITIONS, targets=Targets.of(policy)
        )
        traffic = Traffic(plan, stage.kafka)
        traffic.start()
        try:
            with Prometheus(tmp_path_factory.mktemp("prometheus"), urlsplit(url).netloc) as running:
                # once it has been seen at nought: of a counter only an increase between two scrapes is a rate
                until(lambda: running.values("throughline_refused_total"), "the worker's first scrape")
                refuse_one(stage.kafka)
                yield running
                stage.check()
        finally:
            traffic.end()


def refuse_one(kafka: str) -> None:
    """Simulated channels make no mistakes; real ones do."""
    producer = Producer({"bootstrap.servers": kafka, "log_level": 0})
    producer.produce(TOPIC_PREFIX + "chat", b"{", b"c-1")
    assert producer.flush(10) == 0


QUERIES = [
    (panel.title, query.expression.replace("$__rate_interval", "1m")) for row in ROWS for panel in row.panels for query in panel.queries
]


@pytest.mark.parametrize(("title", "query"), QUERIES, ids=[f"{title}: {query}" for title, query in QUERIES])
def test_no_panel_is_empty(prometheus: Prometheus, title: str, query: str) -> None:
    until(lambda: prometheus.values(query), f"an answer to {query} for {title!r}", PATIENCE_S)


@pytest.mark.parametrize("name", sorted({rule["record"] for rule in RECORDED}))
def test_what_is_recorded_is_there(prometheus: Prometheus, name: str) -> None:
    until(lambda: prometheus.values(name), name, PATIENCE_S)


def test_every_rule_is_evaluated_without_an_error(prometheus: Prometheus) -> None:
    def evaluated() -> bool:
        rules = prometheus.rules()
        return bool(rules) and all(rule["health"] != "unknown" for rule in rules)

    until(evaluated, "every rule evaluated once", PATIENCE_S)
    found = prometheus.rules()
    assert len(found) == len(ALERTS) + len(RECORDED)
    assert {rule["name"]: rule.get("lastError") for rule in found if rule["health"] != "ok"} == {}


def test_a_query_that_is_none_is_refused(prometheus: Prometheus) -> None:
    until(lambda: prometheus.values("vector(1)"), "a Prometheus that answers")
    with pytest.raises(Refused, match="parse error"):
        prometheus.values("sum by (")
