"""What the channels send, and what only their own teams can mend."""

from deploy.grafana.panel import Panel, Query, Row, quantiles

ROW = Row(
    "What the channels send",
    (
        Panel(
            "Touchpoints a second",
            "What arrives?",
            (Query("sum by (channel) (rate(throughline_touchpoints_total[$__rate_interval]))", "{{channel}}"),),
        ),
        Panel(
            "Signs of life, a minute",
            "Does a channel fall silent? Every record counts, heartbeats too: a channel where nothing happens still has some.",
            (Query("sort_desc(60 * channel:throughline_records:rate5m)", "{{channel}}"),),
            kind="bars",
            limits=((0, "red"), (0.01, "green")),
        ),
        Panel(
            "From occurrence to arrival: one in twenty longer than",
            "How slow are the feeds?",
            quantiles("throughline_lateness_seconds", "channel", 0.95, within="5m"),
            unit="s",
        ),
        Panel(
            "Refused in 5 minutes",
            "Whose records cannot be used, and what is wrong with them?",
            (
                Query("sum(increase(throughline_refused_total[5m]))", "all"),
                Query(
                    "sum by (channel, error_class) (increase(throughline_refused_total[5m])) > 0",
                    "{{channel}} {{error_class}}",
                ),
            ),
        ),
        Panel(
            "Misrouted, repeated, redelivered in 5 minutes",
            "Whose producer has the wrong partitioner, or sends twice? Redelivered must be 0 on a real Kafka.",
            (
                Query("sum by (channel) (increase(throughline_misrouted_total[5m])) > 0", "{{channel}} misrouted"),
                Query("sum by (channel) (increase(throughline_repeated_total[5m])) > 0", "{{channel}} repeated"),
                Query("sum(increase(throughline_redelivered_total[5m]))", "redelivered"),
            ),
            colours={"redelivered": "red"},
        ),
        Panel(
            "Late evidence in 5 minutes",
            "What came after its time, and how much was thought through again for it?",
            (
                Query("sum by (channel) (increase(throughline_late_total[5m])) > 0", "{{channel}} late"),
                Query("sum(increase(throughline_journeys_rebuilt_total[5m]))", "journeys thought through again"),
            ),
        ),
    ),
)
