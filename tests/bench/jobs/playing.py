"""All engines in turns, so that a machine that grows slower or busier does so for each of them."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial

from rich.markup import escape

from tests.bench.jobs.catalogue import STOCK_FAUST
from tests.bench.jobs.engine import Engine
from tests.bench.jobs.latency import latency
from tests.bench.jobs.log import CUSTOMERS, events, start_of
from tests.bench.jobs.machine import this_machine
from tests.bench.jobs.measuring import Surroundings, throughput
from tests.bench.jobs.process import EngineFailed
from tests.bench.jobs.records import Written
from tests.bench.jobs.result import Latency, Measured, Recovery, Result, Round, figures
from tests.faults.watch import now

LATENCY_S = 20.0
LOAD = 0.2
"""Of what the slowest but stock Faust takes; stock Faust is loaded by its own measure."""
LEAST = 300
"""Events a second: fewer tell too little."""


class Play:
    def __init__(self, around: Surroundings, engines: Sequence[Engine], say: Callable[[str], object]) -> None:
        self._around = around
        self._engines = engines
        self._say = say
        self._rounds: dict[str, list[Round]] = {engine.name: [] for engine in engines}
        self._recoveries: dict[str, Recovery] = {}
        self._latencies: dict[str, Latency] = {}
        self.failed: set[str] = set()

    def all(self, rounds: int, count: int, latency_s: float = LATENCY_S) -> Result:
        """`count`: events of the log; `latency_s`: how long each engine's latency is measured."""
        just_now = start_of(count, now())  # an engine that looks at the clock finds nothing long overdue
        log = self._around.topics.write(events(count, start=just_now))
        self._say(f"{log.events:,} events in Kafka; {len(log.due()):,} alerts follow from them")
        for number in range(1, rounds + 1):
            for engine in self._engines:
                self._try(engine, partial(self._round, engine, number, log, last=number == rounds))
        for engine in self._engines:
            if self._rounds[engine.name]:
                self._try(engine, partial(self._latency, engine, latency_s))
        return Result(
            measured_at=datetime.now(UTC).isoformat(timespec="seconds"),
            machine=this_machine(),
            events=log.events,
            bytes_an_event=round(log.bytes / log.events, 1),
            customers=CUSTOMERS,
            alerts=len(log.due()),
            engines=[self._measured(engine) for engine in self._engines if self._rounds[engine.name]],
        )

    def _try(self, engine: Engine, measured: Callable[[], str]) -> None:
        try:
            self._say(f"{engine.title}: {measured()}")
        except EngineFailed as trouble:
            self.failed.add(engine.name)
            self._say(f"[red]{engine.title} failed:[/red] {escape(str(trouble))}")

    def _round(self, engine: Engine, number: int, log: Written, *, last: bool) -> str:
        found, recovered = throughput(engine, f"{engine.name}-{number}", self._around, log, and_recovery=last)
        self._rounds[engine.name].append(found)
        said = (
            f"{found.events / found.seconds:,.0f} events/s, {found.events / found.cpu_seconds:,.0f} a CPU-second, "
            f"{found.resident_bytes / 2**20:,.0f} MiB, {found.alerts:,} alerts as they must be"
        )
        if recovered is None:
            return said
        self._recoveries[engine.name] = recovered
        return f"{said}; back after {recovered.seconds:.1f} s (first start: {found.start_seconds:.1f} s)"

    def _latency(self, engine: Engine, seconds: float) -> str:
        found = latency(engine, f"{engine.name}-now", self._around, self._rate(engine), seconds)
        self._latencies[engine.name] = found
        return f"an alert after {found.p50_ms:,.0f} ms (p99 {found.p99_ms:,.0f} ms) at {found.events_a_second:,} events/s"

    def _rate(self, engine: Engine) -> int:
        """The same for all but the slowest by far, which could not keep up."""
        peers = [engine.name] if engine.name == STOCK_FAUST else [name for name in self._rounds if name != STOCK_FAUST]
        slowest = min(figures(self._rounds[name]).events_a_second.median for name in peers if self._rounds[name])
        return max(LEAST, round(slowest * LOAD / 100) * 100)

    def _measured(self, engine: Engine) -> Measured:
        name = engine.name
        rounds = self._rounds[name]
        return Measured(name, engine.title, engine.version, rounds, figures(rounds), self._recoveries.get(name), self._latencies.get(name))
