"""How long a worker takes to have its journeys back, from its assignment until it works."""

from pathlib import Path
from tempfile import TemporaryDirectory

from msgspec import Struct

from tests.bench.worker import shops
from tests.bench.worker.crew import Worker
from tests.bench.worker.ground import ground
from tests.bench.worker.population import settled
from tests.bench.worker.results import keep, table
from tests.bench.worker.traffic import MONDAY

WORKING_S = 120.0


class Recovered(Struct, frozen=True):
    seconds: float
    """From its assignment on: the start of its producers and a probe are in it."""
    records: int
    """Of the changelog."""
    cpu_s: float
    """Since the process's start."""
    rss_mb: float


def run(journeys: int, runs: int) -> None:
    """Each time a new worker, whose predecessor was killed."""
    with TemporaryDirectory() as folder, ground(shops.policy(shops.CHANNELS, Path(folder))) as on:
        written = settled(on, journeys, MONDAY)
        measured = [_recovered(Worker(on)) for _ in range(runs)]
    table(
        f"{journeys:,} journeys recovered, of {written / journeys:,.0f} bytes each",
        ["run", "seconds", "records/s", "CPU s", "RSS MB"],
        [
            [str(number), f"{each.seconds:.1f}", f"{each.records / each.seconds:,.0f}", f"{each.cpu_s:.1f}", f"{each.rss_mb:,.0f}"]
            for number, each in enumerate(measured, 1)
        ],
    )
    keep("recovery", {"journeys": journeys, "bytes": written, "runs": measured})


def _recovered(worker: Worker) -> Recovered:
    with worker:
        said, cost = worker.working(WORKING_S), worker.cost()
        return Recovered(float(said["seconds"]), int(said["records_read"]), cost.cpu_s, cost.rss / 1e6)
