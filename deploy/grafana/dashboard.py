"""Writes the dashboard that Grafana is given: `python -m deploy.grafana.dashboard`.

It is committed, so that Grafana needs nothing of this; a test says when it is not what `panels.py` describes.
"""

import json
from pathlib import Path

from grafana_foundation_sdk.builders import common, dashboard, prometheus, stat, timeseries
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.common import (
    BigValueColorMode,
    BigValueGraphMode,
    BigValueTextMode,
    LegendDisplayMode,
    LegendPlacement,
    TooltipDisplayMode,
)
from grafana_foundation_sdk.models.dashboard import DashboardCursorSync, DataSourceRef, Threshold, ThresholdsMode

from deploy.grafana.panels import ROWS, Panel

FILE = Path(__file__).parent / "dashboards" / "throughline.json"
_SOURCE = DataSourceRef(type_val="prometheus", uid="${source}")
_HEIGHT = 8


def text() -> str:
    """The same panels give the same text, to the byte."""
    built = (
        dashboard.Dashboard("Throughline")
        .uid("throughline")
        .description("Which journeys break, what the channels send, and whether Throughline keeps up.")
        .tags(["throughline"])
        .readonly()
        .time("now-30m", "now")
        .refresh("10s")
        .tooltip(DashboardCursorSync.CROSSHAIR)
        .with_variable(dashboard.DatasourceVariable("source").label("Prometheus").type("prometheus"))
    )
    for row in ROWS:
        built.with_row(dashboard.Row(row.title))
        for panel in row.panels:
            built.with_panel(_figure(panel) if panel.kind == "figure" else _graph(panel))
    return json.dumps(built.build(), cls=JSONEncoder, indent=2, sort_keys=True) + "\n"


def _graph(panel: Panel) -> timeseries.Panel:
    drawn = (
        timeseries.Panel()
        .title(panel.title)
        .description(panel.question)
        .datasource(_SOURCE)
        .unit(panel.unit)
        .height(_HEIGHT)
        .span(panel.width)
        .fill_opacity(5)
        .legend(
            common.VizLegendOptions()
            .show_legend(show_legend=True)
            .display_mode(LegendDisplayMode.LIST)
            .placement(LegendPlacement.BOTTOM)
            .calcs([])
        )
        .tooltip(common.VizTooltipOptions().mode(TooltipDisplayMode.MULTI))
    )
    for target in _targets(panel):
        drawn.with_target(target)
    return drawn


def _figure(panel: Panel) -> stat.Panel:
    drawn = (
        stat.Panel()
        .title(panel.title)
        .description(panel.question)
        .datasource(_SOURCE)
        .unit(panel.unit)
        .height(_HEIGHT)
        .span(panel.width)
        .graph_mode(BigValueGraphMode.AREA if panel.limits else BigValueGraphMode.NONE)
        .color_mode(BigValueColorMode.VALUE)
        .text_mode(BigValueTextMode.VALUE_AND_NAME if panel.limits else BigValueTextMode.NAME)
        .reduce_options(common.ReduceDataOptions().calcs(["lastNotNull"]).values(values=False))
    )
    if panel.limits:
        steps = [Threshold(value=None if value == 0 else value, color=colour) for value, colour in panel.limits]
        drawn.thresholds(dashboard.ThresholdsConfig().mode(ThresholdsMode.ABSOLUTE).steps(steps))
    for target in _targets(panel):
        drawn.with_target(target)
    return drawn


def _targets(panel: Panel) -> list[prometheus.Dataquery]:
    return [
        prometheus.Dataquery().expr(query.expression).legend_format(query.legend).ref_id(chr(ord("A") + number)).datasource(_SOURCE)
        for number, query in enumerate(panel.queries)
    ]


if __name__ == "__main__":
    FILE.write_text(text())
