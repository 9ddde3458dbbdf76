"""How customers fare."""

from math import inf

from deploy.grafana.panel import Panel, Query, Row, quantiles

_BY_EVENT = {"opened": "orange", "updated": "yellow", "resolved": "green", "retracted": "purple"}
_BY_SEVERITY = {"critical": "red", "warning": "orange", "info": "blue"}

ROW = Row(
    "Journeys",
    (
        Panel(
            "Open by detector",
            "What breaks most?",
            (Query("sum by (detector) (throughline_open_alerts)", "{{detector}}"),),
        ),
        Panel(
            "Open by severity",
            "How bad is it, weighted by what the customer is worth?",
            (Query("sum by (severity) (throughline_open_alerts)", "{{severity}}"),),
            colours=_BY_SEVERITY,
        ),
        Panel(
            "Told, a minute",
            "How fast do alerts open, change, end, and how many are taken back?",
            (Query("60 * sum by (event) (rate(throughline_alerts_total[$__rate_interval]))", "{{event}}"),),
            colours=_BY_EVENT,
        ),
        Panel(
            "Answered too late, within the hour",
            "Which channel misses which target? From a fifth on, an alert fires.",
            (Query("sort_desc(clock_channel:throughline_missed:ratio1h)", "{{clock}} in {{channel}}"),),
            unit="percentunit",
            kind="bars",
            limits=((0, "green"), (0.1, "yellow"), (0.2, "red")),
            highest=1,
        ),
        Panel(
            "Waited for an answer: one in ten longer than",
            "How long do customers wait?",
            quantiles("throughline_response_time_seconds", "clock, channel", 0.9, within="5m"),
            unit="s",
        ),
        Panel(
            "Left of the target: one in ten less than",
            "How near are the channels to missing theirs? Below the line it was missed.",
            quantiles("throughline_margin_seconds", "clock, channel", 0.1, within="5m"),
            unit="s",
            limits=((-inf, "red"), (0, "green")),
            lowest=None,
        ),
    ),
)
