"""The figures as a person reads them on the terminal."""

from rich.table import Table

from tests.bench.jobs.catalogue import PER_EVENT, STOCK_FAUST
from tests.bench.jobs.result import Measured, Result, Spread


def speed(result: Result) -> Table:
    table = Table(title="The reference job: median (min to max) of the rounds")
    table.add_column("engine")
    for column in ("events/s", "events/CPU-second", "cores", "MiB", "times stock Faust", "times aiokafka per event"):
        table.add_column(column, justify="right")
    for measured in result.engines:
        found = measured.figures
        table.add_row(
            measured.title,
            _spread(found.events_a_second, "{:,.0f}"),
            _spread(found.events_a_cpu_second, "{:,.0f}"),
            f"{found.cores.median:.2f}",
            f"{found.resident_mebibytes.max:,.0f}",
            ratio(measured, result.of(STOCK_FAUST)),
            ratio(measured, result.of(PER_EVENT)),
        )
    table.caption = "Ratios are of events a CPU-second. MiB: the most."
    return table


def behaviour(result: Result) -> Table:
    table = Table(title="Alerts, and after a SIGKILL")
    table.add_column("engine")
    for column in (
        "at events/s",
        "alert after, p50",
        "p99",
        "of which asked for",
        "first start",
        "back after SIGKILL",
        "records of changelog",
    ):
        table.add_column(column, justify="right")
    for measured in result.engines:
        told, back = measured.latency, measured.recovery
        table.add_row(
            measured.title,
            *((f"{told.events_a_second:,}", f"{told.p50_ms:,.0f} ms", f"{told.p99_ms:,.0f} ms") if told else ("-", "-", "-")),
            f"{told.by_contract_ms:,} ms" if told else "-",
            f"{Spread.of(each.start_seconds for each in measured.rounds).median:.1f} s",
            *((f"{back.seconds:.1f} s", _counted(back.changelog_records)) if back else ("-", "-")),
        )
    return table


def ratio(measured: Measured, other: Measured | None) -> str:
    """Of the medians of events a CPU-second."""
    if other is None:
        return "-"
    return f"{measured.figures.events_a_cpu_second.median / other.figures.events_a_cpu_second.median:.2f}"


def _spread(spread: Spread, form: str) -> str:
    return f"{form.format(spread.median)} ({form.format(spread.min)} to {form.format(spread.max)})"


def _counted(records: int | None) -> str:
    return "on disk" if records is None else f"{records:,}"
