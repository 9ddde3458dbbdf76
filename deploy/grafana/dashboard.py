"""Writes the dashboard that Grafana is given: `python -m deploy.grafana.dashboard`.

It is committed, so that Grafana needs nothing of this; a test says when it is not what `panels.py` describes.
"""

import json
from itertools import count
from pathlib import Path

from grafana_foundation_sdk.builders import bargauge, common, dashboard, prometheus, stat, timeseries
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.common import (
    BarGaugeDisplayMode,
    BarGaugeValueMode,
    BigValueColorMode,
    BigValueGraphMode,
    BigValueTextMode,
    GraphThresholdsStyleMode,
    LegendDisplayMode,
    LegendPlacement,
    TooltipDisplayMode,
    VisibilityMode,
    VizOrientation,
)
from grafana_foundation_sdk.models.dashboard import DashboardCursorSync, DataSourceRef, DynamicConfigValue, Threshold, ThresholdsMode

from deploy.grafana.panel import Panel
from deploy.grafana.panels import ROWS

FILE = Path(__file__).parent / "dashboards" / "throughline.json"
_SOURCE = DataSourceRef(type_val="prometheus", uid="${source}")

_Drawn = timeseries.Panel | stat.Panel | bargauge.Panel
_LAST = common.ReduceDataOptions().calcs(["lastNotNull"]).values(values=False)


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
    numbers = count(1)
    for row in ROWS:
        built.with_row(dashboard.Row(row.title).id(next(numbers)))
        for panel in row.panels:
            built.with_panel(_drawn(panel).id(next(numbers)))
    return json.dumps(built.build(), cls=JSONEncoder, indent=2, sort_keys=True) + "\n"


def _drawn(panel: Panel) -> _Drawn:
    drawn = _empty(panel)
    drawn.title(panel.title).description(panel.question).datasource(_SOURCE).unit(panel.unit).height(panel.height).span(panel.width)
    if panel.lowest is not None:
        drawn.min(panel.lowest)
    if panel.highest is not None:
        drawn.max(panel.highest)
    if panel.limits:
        steps = [Threshold(value=value if number else None, color=colour) for number, (value, colour) in enumerate(panel.limits)]
        drawn.thresholds(dashboard.ThresholdsConfig().mode(ThresholdsMode.ABSOLUTE).steps(steps))
    for legend, colour in panel.colours.items():
        drawn.override_by_name(legend, [DynamicConfigValue("color", {"mode": "fixed", "fixedColor": colour})])
    for letter, query in zip("ABCDEFGH", panel.queries, strict=False):
        asked = prometheus.Dataquery().expr(query.expression).legend_format(query.legend).ref_id(letter).datasource(_SOURCE)
        drawn.with_target(asked.instant() if panel.kind == "bars" else asked)  # a sorted answer stays sorted at one instant only
    return drawn


def _empty(panel: Panel) -> _Drawn:
    match panel.kind:
        case "graph":
            return _graph(panel)
        case "figure":
            return _last().graph_mode(BigValueGraphMode.AREA).text_mode(BigValueTextMode.VALUE_AND_NAME)
        case "words":
            return _last().graph_mode(BigValueGraphMode.NONE).text_mode(BigValueTextMode.NAME)
        case "bars":
            return _bars()


def _graph(panel: Panel) -> timeseries.Panel:
    drawn = (
        timeseries.Panel()
        .fill_opacity(5)
        .show_points(VisibilityMode.NEVER)
        .legend(
            common.VizLegendOptions()
            .show_legend(show_legend=True)
            .display_mode(LegendDisplayMode.LIST)
            .placement(LegendPlacement.BOTTOM)
            .calcs([])
        )
        .tooltip(common.VizTooltipOptions().mode(TooltipDisplayMode.MULTI))
    )
    return drawn.thresholds_style(common.GraphThresholdsStyleConfig().mode(GraphThresholdsStyleMode.DASHED)) if panel.limits else drawn


def _last() -> stat.Panel:
    return stat.Panel().color_mode(BigValueColorMode.VALUE).reduce_options(_LAST)


def _bars() -> bargauge.Panel:
    return (
        bargauge.Panel()
        .display_mode(BarGaugeDisplayMode.BASIC)
        .value_mode(BarGaugeValueMode.COLOR)
        .orientation(VizOrientation.HORIZONTAL)
        .reduce_options(_LAST)
    )


if __name__ == "__main__":
    FILE.write_text(text())
