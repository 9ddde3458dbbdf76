"""`make bench-publish`: the figures of the last `make bench` into docs/benchmarks.md and README.md, and the plot."""

import re
import subprocess
import sys
from collections.abc import Sequence

from tests.bench.jobs.catalogue import PER_EVENT, STOCK_FAUST
from tests.bench.jobs.engine import BUILD, ROOT
from tests.bench.jobs.result import Measured, Result, Spread
from tests.bench.jobs.table import ratio
from tests.bench.jobs.venvs import made_venv

RESULT = BUILD.parent / "bench.json"
PAGE = ROOT / "docs" / "benchmarks.md"
README = ROOT / "README.md"
PLOT = PAGE.with_suffix(".svg")
_FIGURES = re.compile(r"(?<=<!-- figures: make bench-publish writes them -->\n).*?(?=<!-- end of figures -->)", re.DOTALL)


def main() -> None:
    result = Result.read(RESULT)
    for page, written in ((PAGE, figures(result)), (README, summary(result))):
        page.write_text(with_figures(page.read_text(), written))
    subprocess.run([str(made_venv("plot")), "-m", "tests.bench.jobs.plot", str(RESULT), str(PLOT)], check=True, cwd=ROOT)
    sys.stdout.write(f"written: {', '.join(str(file.relative_to(ROOT)) for file in (PAGE, README, PLOT))}\n")


def with_figures(page: str, figures: str) -> str:
    """The page with what stands between its two marks written anew. ValueError where it has no such marks."""
    written, times = _FIGURES.subn(lambda _: figures, page)
    if times != 1:
        raise ValueError("the page must have one place for the figures, between its two marks")
    return written


def summary(result: Result) -> str:
    """What a reader of the README wants to know first."""
    said = [
        f"{measured.title}: {measured.figures.events_a_cpu_second.median:,.0f} events a CPU-second"
        + "".join(
            f", {ratio(measured, other)} times {what}"
            for what, other in (("stock Faust", result.of(STOCK_FAUST)), ("aiokafka per event", result.of(PER_EVENT)))
            if other is not None
        )
        for measured in result.engines
        if measured.engine.startswith("throughline")
    ]
    return "\n![Events a CPU-second, by engine](docs/benchmarks.svg)\n\n" + "".join(f"- {line}\n" for line in said) + "\n"


def figures(result: Result) -> str:
    machine = result.machine
    return (
        "\n![Events a CPU-second, by engine](benchmarks.svg)\n\n"
        f"Measured on {result.measured_at[:10]}: {machine.cores} cores of {machine.processor}, {machine.memory_bytes / 2**30:.0f} GiB, "
        f"{machine.system}, Python {machine.python}, Java {machine.java}, Kafka {machine.kafka} (one broker, on the same machine).\n"
        f"{result.events:,} events of {result.bytes_an_event:.0f} bytes, {result.customers:,} customers, {result.alerts:,} alerts; "
        f"{len(result.engines[0].rounds)} round(s) in turns, median (min to max).\n\n"
        + _table(
            ("engine", "events/s", "events a CPU-second", "times stock Faust", "times aiokafka per event", "cores", "MiB"),
            [_speed(measured, result) for measured in result.engines],
        )
        + "\nRatios are of events a CPU-second.\n\n"
        + _table(
            ("engine", "events/s", "alert after, p50", "p99", "of which asked for", "first start", "back after SIGKILL", "changelog"),
            [_behaviour(measured) for measured in result.engines],
        )
        + "\nVersions: "
        + ", ".join(dict.fromkeys(measured.version for measured in result.engines))
        + ".\n\n"
    )


def _speed(measured: Measured, result: Result) -> Sequence[str]:
    found = measured.figures
    return (
        measured.title,
        _spread(found.events_a_second),
        _spread(found.events_a_cpu_second),
        ratio(measured, result.of(STOCK_FAUST)),
        ratio(measured, result.of(PER_EVENT)),
        f"{found.cores.median:.2f}",
        f"{found.resident_mebibytes.max:,.0f}",
    )


def _behaviour(measured: Measured) -> Sequence[str]:
    told, back = measured.latency, measured.recovery
    first = Spread.of(each.start_seconds for each in measured.rounds).median
    return (
        measured.title,
        *((f"{told.events_a_second:,}", f"{told.p50_ms:,.0f} ms", f"{told.p99_ms:,.0f} ms") if told else ("-", "-", "-")),
        f"{told.by_contract_ms:,} ms" if told else "-",
        f"{first:.1f} s",
        f"{back.seconds:.1f} s" if back else "-",
        "-" if back is None else "local disk" if back.changelog_records is None else f"{back.changelog_records:,} records",
    )


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    ruled = ["---", *["---:"] * (len(head) - 1)]
    return "".join(f"| {' | '.join(row)} |\n" for row in (head, ruled, *rows))


def _spread(spread: Spread) -> str:
    return f"{spread.median:,.0f} ({spread.min:,.0f} to {spread.max:,.0f})"


if __name__ == "__main__":
    main()
