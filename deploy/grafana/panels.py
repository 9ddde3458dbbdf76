"""What the dashboard shows, row by row, each panel answering one question."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Query:
    expression: str
    legend: str


@dataclass(frozen=True)
class Panel:
    title: str
    question: str
    """What somebody asks who looks at it; the panel's description."""
    queries: tuple[Query, ...]
    unit: str = "short"
    """As Grafana names units."""
    kind: Literal["graph", "figure"] = "graph"
    limits: tuple[tuple[float, str], ...] = ()
    """Colours of a figure from each value on."""
    width: int = 8
    """Of 24."""


@dataclass(frozen=True)
class Row:
    title: str
    panels: tuple[Panel, ...]


def _quantiles(metric: str, by: str, *wanted: float) -> tuple[Query, ...]:
    named = "".join(f"{{{{{label.strip()}}}}} " for label in by.split(",") if label)
    return tuple(
        Query(
            f"histogram_quantile({quantile}, sum by ({', '.join(filter(None, (by, 'le')))}) (rate({metric}_bucket[$__rate_interval])))",
            f"{named}p{quantile * 100:g}",
        )
        for quantile in wanted
    )


ROWS = (
    Row(
        "Journeys",
        (
            Panel(
                "Journeys hurt now",
                "How many alerts are open, by family? A journey with two has two.",
                (Query("family:throughline_open_alerts:sum", "{{family}}"),),
                kind="figure",
                limits=((0, "green"), (1, "yellow"), (20, "orange")),
            ),
            Panel(
                "Open by severity",
                "How bad is it, weighted by what the customer is worth?",
                (Query("sum by (severity) (throughline_open_alerts)", "{{severity}}"),),
            ),
            Panel(
                "Told, a minute",
                "What do detectors open, change, end and take back?",
                (Query("60 * sum by (detector, event) (rate(throughline_alerts_total[$__rate_interval])) > 0", "{{detector}} {{event}}"),),
            ),
            Panel(
                "Open by detector",
                "What breaks most?",
                (Query("sum by (detector) (throughline_open_alerts)", "{{detector}}"),),
            ),
            Panel(
                "Answered too late",
                "Which channel misses which target? The share within the last hour.",
                (Query("clock_channel:throughline_missed:ratio1h", "{{clock}} in {{channel}}"),),
                unit="percentunit",
            ),
            Panel(
                "Waited until a clock ended",
                "How long does one customer in two, and one in ten, wait?",
                _quantiles("throughline_response_time_seconds", "clock, channel", 0.5, 0.9),
                unit="s",
            ),
            Panel(
                "Left of the target",
                "How near are the channels to missing theirs? Of the worst tenth; below 0 it was missed.",
                _quantiles("throughline_margin_seconds", "clock, channel", 0.1),
                unit="s",
            ),
        ),
    ),
    Row(
        "What the channels send",
        (
            Panel(
                "Touchpoints a second",
                "What arrives, and does a channel fall silent?",
                (Query("sum by (channel) (rate(throughline_touchpoints_total[$__rate_interval]))", "{{channel}}"),),
            ),
            Panel(
                "Refused",
                "Whose records cannot be used, and what is wrong with them?",
                (
                    Query("sum(rate(throughline_refused_total[$__rate_interval]))", "all"),
                    Query(
                        "sum by (channel, error_class) (rate(throughline_refused_total[$__rate_interval])) > 0",
                        "{{channel}} {{error_class}}",
                    ),
                ),
            ),
            Panel(
                "Misrouted, repeated, redelivered",
                "Whose producer has the wrong partitioner, or sends twice? Redelivered must be 0 on a real Kafka.",
                (
                    Query("sum by (channel) (rate(throughline_misrouted_total[$__rate_interval]))", "{{channel}} misrouted"),
                    Query("sum by (channel) (rate(throughline_repeated_total[$__rate_interval]))", "{{channel}} repeated"),
                    Query("sum(rate(throughline_redelivered_total[$__rate_interval]))", "redelivered"),
                ),
            ),
            Panel(
                "From occurrence to arrival",
                "How slow are the feeds? Of one touchpoint in twenty.",
                _quantiles("throughline_lateness_seconds", "channel", 0.95),
                unit="s",
            ),
            Panel(
                "Late evidence",
                "What came after its time, and how much was thought through again for it?",
                (
                    Query("sum by (channel) (rate(throughline_late_total[$__rate_interval]))", "{{channel}} late"),
                    Query("sum(rate(throughline_journeys_rebuilt_total[$__rate_interval]))", "journeys rebuilt"),
                    Query("sum(rate(throughline_touchpoints_replayed_total[$__rate_interval]))", "touchpoints replayed"),
                ),
            ),
            Panel(
                "Heartbeats a minute",
                "Which channels live, even where nothing happens?",
                (Query("60 * sum by (channel) (rate(throughline_heartbeats_total[$__rate_interval]))", "{{channel}}"),),
            ),
        ),
    ),
    Row(
        "Keeping up",
        (
            Panel(
                "Read behind the present",
                "Which channel lags? The worst partition's.",
                (Query("max by (channel) (throughline_lag_seconds)", "{{channel}}"),),
                unit="s",
            ),
            Panel(
                "Settled behind the present",
                "How far does time go on? It waits for the slowest channel, and for a Kafka that does not answer.",
                (
                    Query("max by (instance) (throughline_settled_lag_seconds)", "{{instance}} worst"),
                    Query("min by (instance) (throughline_settled_lag_seconds)", "{{instance}} best"),
                ),
                unit="s",
            ),
            Panel(
                "From evidence to alert",
                "How soon is told what is known? Some 4 s are lateness, clock skew and the checkpoint.",
                _quantiles("throughline_alert_latency_seconds", "", 0.5, 0.99),
                unit="s",
            ),
            Panel(
                "Backlog",
                "How many records wait, by channel?",
                (Query("sum by (channel) (throughline_backlog_records)", "{{channel}}"),),
            ),
            Panel(
                "Waiting for a slower channel",
                "Which topic partitions are paused, so that a backlog's memory stays bounded? And what is queued?",
                (
                    Query("sum(throughline_paused_partitions) or vector(0)", "paused partitions"),
                    Query("sum by (instance) (throughline_queued_records)", "{{instance}} queued"),
                ),
            ),
            Panel(
                "One checkpoint",
                "How long does Kafka take for alerts, journeys and offsets in one transaction?",
                (
                    *_quantiles("throughline_checkpoint_seconds", "instance", 0.5, 0.99),
                    Query("instance:throughline_checkpoint_seconds:p99_5m", "{{instance}} p99 of 5 min"),
                ),
                unit="s",
            ),
        ),
    ),
    Row(
        "Workers",
        (
            Panel(
                "Doing",
                "What does each worker do now? ready and standby are well.",
                (Query("throughline_ready == 1", "{{instance}} {{phase}}"),),
                kind="figure",
            ),
            Panel(
                "Partition numbers",
                "Who has how many?",
                (Query("throughline_assigned_partitions", "{{instance}}"),),
            ),
            Panel(
                "Journeys held",
                "How many customers are remembered, and how many lie ready for use?",
                (
                    Query("throughline_journeys", "{{instance}}"),
                    Query("throughline_journeys_decoded", "{{instance}} decoded"),
                ),
            ),
            Panel(
                "Memory",
                "Is it bounded?",
                (Query('process_resident_memory_bytes{job="throughline"}', "{{instance}}"),),
                unit="bytes",
            ),
            Panel(
                "CPU",
                "How much of its one core does each worker use?",
                (Query('rate(process_cpu_seconds_total{job="throughline"}[$__rate_interval])', "{{instance}}"),),
                unit="percentunit",
            ),
            Panel(
                "Recovered",
                "How many records were read again to recover journeys, and did a broker's clock step back?",
                (
                    Query("throughline_recovered_records_total", "{{instance}} records"),
                    Query("throughline_order_repaired_total", "{{instance}} order repaired"),
                ),
            ),
        ),
    ),
)
