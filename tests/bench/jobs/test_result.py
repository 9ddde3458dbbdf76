"""What `make bench` writes can be read again, and the page and the table show it."""

from io import StringIO
from pathlib import Path

import msgspec
import pytest
from rich.console import Console

from tests.bench.jobs import table
from tests.bench.jobs.catalogue import ENGINES, PER_EVENT, STOCK_FAUST
from tests.bench.jobs.publish import PAGE, README, summary, with_figures
from tests.bench.jobs.publish import figures as figures_of
from tests.bench.jobs.result import Latency, Machine, Measured, Recovery, Result, Round, Spread, figures

MACHINE = Machine("a processor", 2, 24 * 2**30, "Linux 6", "3.11.9", "17.0.1", "4.1.2")


def round_of(events_a_second: int, cpu_seconds: float = 10.0) -> Round:
    return Round(10 * events_a_second, 10.0, cpu_seconds, 100 * 2**20, 400, 2.5)


def measured(engine: str, *rounds: Round, recovery: Recovery | None = None, latency: Latency | None = None) -> Measured:
    return Measured(engine, ENGINES[engine].title, ENGINES[engine].version, list(rounds), figures(list(rounds)), recovery, latency)


RESULT = Result(
    "2026-11-25T15:00:00+00:00",
    MACHINE,
    960_272,
    268.3,
    20_000,
    10_000,
    [
        measured(
            "throughline",
            round_of(20_000),
            round_of(30_000, cpu_seconds=5.0),
            round_of(24_000),
            recovery=Recovery(40_000, 3.5),
            latency=Latency(3_000, 300, 4_000.0, 4_500.0, 3_000),
        ),
        measured(STOCK_FAUST, round_of(3_000), recovery=Recovery(None, 9.0)),
    ],
)


def test_figures_are_the_least_the_middle_and_the_most_of_the_rounds() -> None:
    found = RESULT.engines[0].figures
    assert found.events_a_second == Spread(20_000, 24_000, 30_000)
    assert found.events_a_cpu_second == Spread(20_000, 24_000, 60_000)
    assert found.cores == Spread(0.5, 1.0, 1.0)


def test_a_result_is_read_as_it_was_written(tmp_path: Path) -> None:
    RESULT.write(tmp_path / "deep" / "bench.json")
    assert Result.read(tmp_path / "deep" / "bench.json") == RESULT


def test_a_file_of_another_shape_is_refused(tmp_path: Path) -> None:
    content = msgspec.to_builtins(RESULT)
    content["engines"][0]["rounds"][0]["guessed"] = 1
    (tmp_path / "bench.json").write_bytes(msgspec.json.encode(content))
    with pytest.raises(msgspec.ValidationError, match="guessed"):
        Result.read(tmp_path / "bench.json")


def test_ratios_are_of_events_a_cpu_second_and_missing_engines_have_none() -> None:
    ours = RESULT.engines[0]
    assert table.ratio(ours, RESULT.of(STOCK_FAUST)) == "8.00"
    assert table.ratio(ours, RESULT.of(PER_EVENT)) == "-"


def test_the_terminal_shows_both_tables() -> None:
    written = StringIO()
    Console(width=200, file=written).print(table.speed(RESULT), table.behaviour(RESULT))
    shown = written.getvalue()
    assert "24,000 (20,000 to 30,000)" in shown
    assert "on disk" in shown


def test_the_page_has_a_place_for_the_figures_and_gets_them() -> None:
    page = with_figures(PAGE.read_text(), figures_of(RESULT))
    assert "| Throughline, the two detectors | 24,000 (20,000 to 30,000) | 24,000 (20,000 to 60,000) | 8.00 |" in page
    assert with_figures(page, figures_of(RESULT)) == page


def test_the_readme_has_a_place_for_the_plot_and_the_ratios() -> None:
    page = with_figures(README.read_text(), summary(RESULT))
    assert "- Throughline, the two detectors: 24,000 events a CPU-second, 8.00 times stock Faust\n" in page


def test_a_page_without_a_place_for_the_figures_is_refused() -> None:
    with pytest.raises(ValueError, match="one place"):
        with_figures("# Benchmarks", "")
