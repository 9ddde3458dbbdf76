"""Whether Throughline keeps up, and what its workers do and need."""

from deploy.grafana.panel import Panel, Query, Row, quantiles

KEEPING_UP = Row(
    "Keeping up",
    (
        Panel(
            "Read behind the present",
            "Which channel lags? The worst partition's. From a minute on, an alert fires.",
            (Query("max by (channel) (throughline_lag_seconds)", "{{channel}}"),),
            unit="s",
            limits=((0, "green"), (60, "red")),
        ),
        Panel(
            "Settled behind the present",
            "How far does time go on? It waits for the slowest channel, and for Kafka. From 5 min on, an alert fires.",
            (
                Query("max by (instance) (throughline_settled_lag_seconds)", "{{instance}} worst"),
                Query("min by (instance) (throughline_settled_lag_seconds)", "{{instance}} best"),
            ),
            unit="s",
            limits=((0, "green"), (300, "red")),
        ),
        Panel(
            "From evidence to alert",
            "How soon is told what is known? Some 4 s are lateness, clock skew and the checkpoint. From 30 s on, an alert fires.",
            quantiles("throughline_alert_latency_seconds", "", 0.5, 0.99, within="5m"),
            unit="s",
            limits=((0, "green"), (30, "red")),
        ),
        Panel(
            "Backlog",
            "How many records wait, by channel, and how many of all are in memory already?",
            (
                Query("sum by (channel) (throughline_backlog_records)", "{{channel}}"),
                Query("sum(throughline_queued_records)", "in memory"),
            ),
        ),
        Panel(
            "One checkpoint",
            "How long does Kafka take for alerts, journeys and offsets in one transaction? From 5 s on, an alert fires.",
            quantiles("throughline_checkpoint_seconds", "instance", 0.5, 0.99),
            unit="s",
            limits=((0, "green"), (5, "red")),
        ),
        Panel(
            "Since the last checkpoint",
            "Does each worker bring to Kafka what it finds? From 2 min on, an alert fires.",
            (Query("time() - (throughline_last_checkpoint_timestamp_seconds > 0)", "{{instance}}"),),
            unit="s",
            limits=((0, "green"), (120, "red")),
        ),
    ),
)

WORKERS = Row(
    "Workers",
    (
        Panel(
            "Doing",
            "What does each worker do now? ready and standby are well.",
            (Query("throughline_ready == 1", "{{instance}} {{phase}}"),),
            kind="words",
            height=4,
        ),
        Panel(
            "Partition numbers",
            "Who has how many? Each step is a rebalance.",
            (Query("throughline_assigned_partitions", "{{instance}}"),),
            kind="figure",
            limits=((0, "blue"),),
            height=4,
        ),
        Panel(
            "Recoveries within the hour",
            "How often was a running worker given its partitions anew? Many times each: a group that does not come to rest.",
            (Query("round(sum by (instance) (increase(throughline_recovery_seconds_count[1h])))", "{{instance}}"),),
            kind="figure",
            limits=((0, "green"), (6, "orange")),
            height=4,
        ),
        Panel(
            "CPU",
            "How much of its one core does each worker use?",
            (Query('rate(process_cpu_seconds_total{job="throughline"}[$__rate_interval])', "{{instance}}"),),
            unit="percentunit",
            limits=((0, "green"), (0.9, "red")),
        ),
        Panel(
            "Memory",
            "Is it bounded?",
            (Query('process_resident_memory_bytes{job="throughline"}', "{{instance}}"),),
            unit="bytes",
        ),
        Panel(
            "Journeys held",
            "How many customers are remembered?",
            (Query("throughline_journeys", "{{instance}}"),),
        ),
    ),
)
