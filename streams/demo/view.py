"""The demo's screen: channels, journeys and alerts as they open and close."""

from typing import Any

from rich.console import Group
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from streams.demo.gauges import Gauges

_STYLES = {"opened": "bold red", "updated": "yellow", "resolved": "green", "retracted": "cyan"}
_SHOWN = 14


def picture(second: int, of: int, gauges: Gauges, rates: dict[str, float], alerts: list[dict[str, Any]], opened: int) -> Group:
    total = sum(gauges.touchpoints.values())
    head = Text.assemble(
        (f" {min(second, of):>3} of {of} s ", "reverse"),
        f"  {total:,.0f} touchpoints, {sum(rates.values()):,.0f}/s   {gauges.journeys:,.0f} journeys   ",
        (f"{opened} alerts open", "bold red" if opened else ""),
        f"   settled {gauges.settled_lag:.1f} s ago",
    )
    return Group(
        head, _channels(gauges, rates), Panel(_alerts(alerts), title="alerts, latest last", title_align="left", border_style="dim")
    )


def _channels(gauges: Gauges, rates: dict[str, float]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for heading in ("channel", "touchpoints", "per second", "read, s ago"):
        table.add_column(heading, justify="left" if heading == "channel" else "right")
    for channel, count in gauges.touchpoints.items():
        if channel != "other":
            table.add_row(channel, f"{count:,.0f}", f"{rates.get(channel, 0):.1f}", f"{max(gauges.lag.get(channel, 0), 0):.1f}")
    return table


def _alerts(alerts: list[dict[str, Any]]) -> Text:
    lines = Text(no_wrap=True, overflow="ellipsis")
    for event in alerts[-_SHOWN:]:
        lines.append_text(line(event))
        lines.append("\n")
    lines.rstrip()
    return lines


def line(event: dict[str, Any]) -> Text:
    word, data = event["type"].split(".")[3], event["data"]
    return Text.assemble(
        f"{event['time'][11:19]} ",
        (f"{word:<9} ", _STYLES[word]),
        (f"{data['severity']['level']:<8} ", "bold" if data["severity"]["level"] == "critical" else "dim"),
        f"{data['customer']:<10} {data['summary']}",
    )
