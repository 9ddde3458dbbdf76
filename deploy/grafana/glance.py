"""What somebody who was woken sees first: green, or where to look."""

from deploy.grafana.panel import Panel, Query, Row


def _firing(severity: str) -> Query:
    return Query(f'count(ALERTS{{alertname=~"Throughline.+", alertstate="firing", severity="{severity}"}}) or vector(0)', severity)


ROW = Row(
    "At a glance",
    (
        Panel(
            "Alerts firing",
            "Has Prometheus anything to say? docs/alerts.md tells what to do first, alert by alert.",
            (_firing("critical"), _firing("warning")),
            kind="figure",
            limits=((0, "green"), (1, "red")),
            width=4,
            height=5,
        ),
        Panel(
            "Workers not at work",
            "How many are down, starting, recovering or behind? Which, and why, stands below under Workers.",
            (Query('count(up{job="throughline"}) - (sum(throughline_ready{phase=~"ready|standby"}) or vector(0))', "workers"),),
            kind="figure",
            limits=((0, "green"), (1, "red")),
            width=3,
            height=5,
        ),
        Panel(
            "Journeys hurt now",
            "How many alerts are open, by family? A journey with two has two.",
            (Query("family:throughline_open_alerts:sum", "{{family}}"),),
            kind="figure",
            limits=((0, "green"), (1, "yellow"), (20, "orange")),
            width=8,
            height=5,
        ),
        Panel(
            "Read behind",
            "How old is what is read now, in the slowest channel?",
            (Query("max(throughline_lag_seconds)", "slowest channel"),),
            unit="s",
            kind="figure",
            limits=((0, "green"), (30, "yellow"), (60, "red")),
            width=3,
            height=5,
        ),
        Panel(
            "Settled behind",
            "How old is the last moment that everything is known of? Some 3 s are lateness and clock skew.",
            (Query("max(throughline_settled_lag_seconds)", "slowest partition"),),
            unit="s",
            kind="figure",
            limits=((0, "green"), (30, "yellow"), (300, "red")),
            width=3,
            height=5,
        ),
        Panel(
            "Since a checkpoint",
            "For how long has the slowest worker not brought to Kafka what it found? Up to Prometheus's scrape interval is in it.",
            (Query("max(time() - (throughline_last_checkpoint_timestamp_seconds > 0))", "slowest worker"),),
            unit="s",
            kind="figure",
            limits=((0, "green"), (30, "yellow"), (120, "red")),
            width=3,
            height=5,
        ),
    ),
)
