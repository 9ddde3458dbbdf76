"""Three brokers, of which one fails in three ways: no worker ends, nothing is lost or doubled, and seconds later all goes on."""

import itertools
import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from deploy.kafka.cluster import Cluster
from schemas.instant import SECOND
from tests.engine.killed_half_way import gauges, settled_to
from tests.engine.live import POLICY, Live, Worker, by_id, case, now, replayed, until

pytestmark = [pytest.mark.slow, pytest.mark.kafka(embedded="is one broker")]

PARTITIONS = 3
WITHIN_S = 45.0
"""9 s until a controller takes a broker for dead, then elections and whatever else this machine has to do: see docs/kafka.md."""
IMPATIENT = {"request.timeout.ms": "10000"}
"""So long, in place of 30 s, a transaction's coordinator waits for a frozen broker to take its markers, and the next transaction with it:
what is judged here is what the workers need beyond it."""


@pytest.fixture(scope="module")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with Cluster(tmp_path_factory.mktemp("kafka"), 3, properties=IMPATIENT) as cluster:
        yield cluster


def create_topics(kafka: Cluster, folder: Path) -> None:
    policy = folder / "policy.yaml"
    policy.write_text(json.dumps(POLICY))
    options = ["--kafka", kafka.bootstrap, "--policy", str(policy), "--partitions", str(PARTITIONS)]
    subprocess.run([sys.executable, "-m", "streams.cli", "topics", "create", *options], check=True, capture_output=True)


@contextmanager
def telling(running: Live, name: str) -> Iterator[list[str]]:
    """Cases told without a pause, from all channels; their names."""
    told: list[str] = []
    enough = threading.Event()

    def tell() -> None:
        for number in itertools.count():
            if enough.wait(0.05):
                return
            running.tell(("chat", "shop", "email")[number % 3], customer(number), case(customer(number), f"{name}-{number}"))
            told.append(f"{name}-{number}")

    thread = threading.Thread(target=tell)
    thread.start()
    try:
        yield told
    finally:
        enough.set()
        thread.join()


def customer(number: int) -> str:
    return f"c{number % 97}"


def all_go_on(workers: Sequence[Worker], failed: int, partitions: int = PARTITIONS) -> bool:
    """What came after is settled on every partition number, and then committed. The workers say so themselves: subscribers and the
    test's own producer wait for a frozen broker with their own patience."""
    if settled_to(workers, partitions) < failed:
        return False
    before = [checkpoints(worker) for worker in workers]
    until(lambda: all(checkpoints(worker) > count for worker, count in zip(workers, before, strict=True)), "a checkpoint of each worker")
    return True


def checkpoints(worker: Worker) -> float:
    """A worker that is short of processor may take longer for its answer than anybody waits: it is asked again."""
    counted: dict[tuple[str, ...], float] = until(
        lambda: gauges(worker).get("throughline_checkpoint_seconds_count"), "the worker's figures"
    )
    return sum(counted.values())


def subjects(running: Live) -> set[str]:
    return {json.loads(alert)["data"]["subject"]["id"] for alert in running.alerts()}


FAULTS: dict[str, tuple[Callable[[Cluster, int], None], Callable[[Cluster, int], None]]] = {
    "killed": (Cluster.kill, Cluster.restart),
    "frozen": (Cluster.freeze, Cluster.thaw),
    "stopped": (Cluster.terminate, Cluster.restart),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_broker_fails_under_transactions_and_comes_back(kafka: Cluster, tmp_path: Path, fault: str) -> None:
    fail, mend = FAULTS[fault]
    broker = list(FAULTS).index(fault)
    create_topics(kafka, tmp_path)
    running = Live(kafka.bootstrap, tmp_path, PARTITIONS, POLICY)
    try:
        workers = [running.worker(session_timeout_ms=10_000), running.worker(session_timeout_ms=10_000)]
        for worker in workers:
            worker.ready()
        with telling(running, fault) as told:
            until(lambda: len(told) > 40, "some traffic")
            fail(kafka, broker)
            failed, since = now(), len(told)
            try:
                until(lambda: all_go_on(workers, failed), f"progress after broker {broker} was {fault}", WITHIN_S)
                resumed = (now() - failed) / SECOND
            finally:
                mend(kafka, broker)
            until(lambda: len(told) > since + 200, "traffic with all brokers again")
        running.told()
        until(lambda: set(told) <= subjects(running), "every alert")
        sys.stdout.write(
            f"broker {broker} {fault}: what came after it settled and committed, on every partition number, {resumed:.1f} s later\n"
        )
        assert [worker.process.poll() for worker in workers] == [None, None]
        assert [worker.stop() for worker in workers] == [0, 0]
        alerts = running.alerts()
        assert len(alerts) == len(by_id(alerts)), "an alert was told twice"
        alone = replayed(running)
        assert by_id(alerts) == {name: {content} for name, content in alone.items()}
    finally:
        running.close()
        for log in sorted(tmp_path.glob("*.log")):
            sys.stdout.write(f"--- {log.name}\n{log.read_text()}\n")
