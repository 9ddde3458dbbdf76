"""Every panel and every rule, asked of a real Prometheus that scrapes a real worker, fed by the simulated customers."""

import html
import shutil
import time
from collections.abc import Iterator

import pytest

from deploy.grafana.panels import ROWS
from tests.deploy.picture.answers import Answers, ask
from tests.deploy.picture.page import page
from tests.deploy.prometheus import Prometheus, Refused
from tests.deploy.rules import ALERTS, RECORDED
from tests.deploy.shop import open_shop
from tests.engine.live import until

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("prometheus") is None, reason="prometheus is missing (Debian: apt install prometheus)"),
]

PATIENCE_S = 120.0
"""Until every clock of the demo's policy has ended once; half a minute on an idle machine."""


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    with open_shop(tmp_path_factory.mktemp("prometheus"), rate=100.0, planted=0.25) as (running, _, channels):
        channels.send_what_is_no_json("chat")
        channels.send_to_the_wrong_partition("email", 1)
        yield running


QUERIES = [
    (panel.title, query.expression.replace("$__rate_interval", "1m")) for row in ROWS for panel in row.panels for query in panel.queries
]


@pytest.mark.parametrize(("title", "query"), QUERIES, ids=[f"{title}: {query}" for title, query in QUERIES])
def test_no_panel_is_empty(prometheus: Prometheus, title: str, query: str) -> None:
    until(lambda: prometheus.values(query), f"an answer to {query} for {title!r}", PATIENCE_S)


def test_the_picture_shows_every_panel(prometheus: Prometheus) -> None:
    def answered_all() -> Answers | None:
        """A quantile is none while nothing new is counted, and that may be so for all of a minute."""
        found = ask(prometheus, time.time() - 60, time.time())
        return found if all(answered.series or answered.panel["type"] == "row" for answered in found.panels) else None

    answers = until(answered_all, "an answer for every panel", PATIENCE_S)
    drawn = page(answers)
    assert len(answers.panels) == sum(1 + len(row.panels) for row in ROWS)
    for answered in answers.panels:
        assert html.escape(answered.panel["title"]) in drawn
        assert all(html.escape(series.name) in drawn for series in answered.series)


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
