"""The dashboard: what is committed is what is described, and every query's names exist."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from deploy.grafana.dashboard import FILE, text
from deploy.grafana.panel import Panel, Query
from deploy.grafana.panels import ROWS
from tests.deploy.promql import labels_of
from tests.deploy.rules import read, series
from tests.deploy.series import REPOSITORY

PANELS = [panel for row in ROWS for panel in row.panels]
PROVISIONING = REPOSITORY / "deploy" / "grafana" / "provisioning"


def queries() -> Iterator[tuple[Panel, Query]]:
    for panel in PANELS:
        for query in panel.queries:
            yield panel, query


def test_the_committed_dashboard_is_what_the_panels_describe() -> None:
    assert FILE.read_text() == text(), "write it anew: python -m deploy.grafana.dashboard"


@pytest.mark.parametrize(("panel", "query"), list(queries()), ids=lambda found: getattr(found, "title", ""))
def test_every_metric_and_label_of_a_panel_is_one_that_workers_show(panel: Panel, query: Query) -> None:
    labels = labels_of(query.expression, series())
    assert set(re.findall(r"{{(\w+)}}", query.legend)) <= set(labels), panel.title


def test_every_panel_asks_a_question_of_its_own() -> None:
    assert all("?" in panel.question for panel in PANELS)
    assert len({panel.title for panel in PANELS}) == len(PANELS)
    assert len({query.expression for _, query in queries()}) == len(list(queries()))


def test_panels_lie_side_by_side_and_never_over_one_another() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in json.loads(FILE.read_text())["panels"]:
        at: dict[str, Any] = panel["gridPos"]
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert max(x for x, _ in cells) < 24
        assert not cells & taken, panel["title"]
        taken |= cells


def test_grafana_reckons_rates_from_prometheuss_own_interval() -> None:
    (source,) = read(PROVISIONING / "datasources" / "prometheus.yml")["datasources"]
    scraped = read(REPOSITORY / "deploy" / "prometheus" / "prometheus.yml")["global"]["scrape_interval"]
    assert source["jsonData"]["timeInterval"] == scraped
