"""From the start of a worker until it is ready, while its journeys are few: with a name of its own, after a kill and after a stop."""

from msgspec import Struct

from tests.bench.worker.crew import Worker
from tests.bench.worker.ground import ground
from tests.bench.worker.latency import LIVE, READY_S
from tests.bench.worker.population import settled
from tests.bench.worker.results import keep, table
from tests.bench.worker.traffic import MONDAY

JOURNEYS = 1_000
NAME = "bench-0"


class Started(Struct, frozen=True):
    after: str
    ready_s: list[float]
    """Each time."""


def run(rounds: int) -> None:
    after: dict[str, list[float]] = {"its first start": [], "a kill": [], "a stop": []}
    with ground(LIVE, history=False) as on:
        settled(on, JOURNEYS, MONDAY)
        worker = Worker(on, instance=NAME)
        try:
            after["its first start"].append(worker.ready(READY_S))
            for _ in range(rounds):
                worker.kill()
                worker = Worker(on, instance=NAME)
                after["a kill"].append(worker.ready(READY_S))
                worker.stop()
                worker = Worker(on, instance=NAME)
                after["a stop"].append(worker.ready(READY_S))
        finally:
            worker.kill()
    measured = [Started(what, seconds) for what, seconds in after.items()]
    table(
        f"seconds from the start of a worker with a static name and {JOURNEYS:,} journeys until it is ready",
        ["after", "least", "most"],
        [[each.after, f"{min(each.ready_s):.1f}", f"{max(each.ready_s):.1f}"] for each in measured],
    )
    keep("start", measured)
