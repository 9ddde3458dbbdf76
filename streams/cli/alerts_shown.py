"""Alerts in one line each, and what is open in one table."""

from collections import defaultdict
from collections.abc import Sequence

from rich.table import Table

from schemas.instant import format_instant
from streams.cli.operating import clock, printable
from streams.kafka.alerts import Alert


def line(alert: Alert) -> str:
    event, data = alert.event, alert.event.data
    who = f"visitor {data.customer}" if data.anonymous else data.customer
    name = f"{data.detector}/{data.scope}" if data.scope else data.detector
    severity = f"{data.severity.level} {data.severity.number}"
    return printable(
        f"{format_instant(event.time)}  {alert.word:9}  {severity:12}  {name} {data.state}  {who}  "
        f"{data.subject.kind} {data.subject.id}  {data.summary}"
    )


def summary(alerts: Sequence[Alert]) -> Table:
    """`alerts` in order of their opening."""
    counts: defaultdict[str, dict[str, int]] = defaultdict(lambda: {"critical": 0, "warning": 0, "info": 0})
    customers: defaultdict[str, set[tuple[bool, str]]] = defaultdict(set)
    oldest: dict[str, int] = {}
    for alert in alerts:
        data = alert.event.data
        counts[data.detector][data.severity.level] += 1
        customers[data.detector].add((data.anonymous, data.customer))
        oldest.setdefault(data.detector, data.opened_at)
    table = Table("detector", title="Open alerts")
    for column in ("critical", "warning", "info", "customers"):
        table.add_column(column, justify="right")
    table.add_column("oldest (UTC)", no_wrap=True)
    for detector, levels in sorted(counts.items()):
        numbers = (f"{number:,}" if number else "" for number in levels.values())
        table.add_row(detector, *numbers, f"{len(customers[detector]):,}", clock(oldest[detector]))
    if not alerts:
        table.add_row("none", *[""] * 5)
    return table
