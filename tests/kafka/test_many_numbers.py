"""One worker with 12 and with 96 partition numbers, each a transactional producer of its own, loses the broker that leads a third of them.

The same broker coordinates a third of the transactions: `__transaction_state` has a partition on each.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.kafka.cluster import Cluster
from schemas.instant import SECOND
from schemas.policy import Policy
from streams.engine import topics
from tests.engine.live import APPLICATION, POLICY, Live, by_id, make_anew, now, replayed, until
from tests.kafka.test_failover import all_go_on, checkpoints, subjects, telling

pytestmark = [pytest.mark.slow, pytest.mark.kafka(embedded="is one broker")]

WITHIN_S = 120.0
"""9 s until a controller takes a broker for dead; then some hundred partitions get a leader, and 96 transactions end, on two cores."""


@pytest.fixture(scope="module")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with Cluster(tmp_path_factory.mktemp("kafka"), 3) as cluster:
        yield cluster


@pytest.mark.parametrize("partitions", [12, 96])
def test_it_goes_on_with_all_of_them_and_says_what_a_replay_says(kafka: Cluster, tmp_path: Path, partitions: int) -> None:
    written = [*topics.partitioned(Policy.model_validate(POLICY), APPLICATION), *topics.written()]
    make_anew(kafka.bootstrap, dict.fromkeys(written, partitions))
    running = Live(kafka.bootstrap, tmp_path, partitions, POLICY)
    try:
        began = now()
        worker = running.worker(session_timeout_ms=10_000, checkpoint_ms=500).ready()
        started = (now() - began) / SECOND
        with telling(running, "case") as told:
            until(lambda: checkpoints(worker) > 5, "some checkpoints", WITHIN_S)
            kafka.kill(1)
            failed, since = now(), len(told)
            try:
                until(lambda: all_go_on([worker], failed, partitions), "progress of every partition number", WITHIN_S)
                resumed = (now() - failed) / SECOND
            finally:
                kafka.restart(1)
            until(lambda: len(told) > since + 100, "traffic with all brokers again")
        running.told()
        until(lambda: set(told) <= subjects(running), "every alert", WITHIN_S)
        sys.stdout.write(f"{partitions} numbers: at work after {started:.1f} s; all of them went on {resumed:.1f} s after the kill\n")
        assert worker.stop() == 0
        alerts = running.alerts()
        assert len(alerts) == len(by_id(alerts)), "an alert was told twice"
        assert by_id(alerts) == {name: {content} for name, content in replayed(running).items()}
    finally:
        running.close()
        sys.stdout.writelines(f"--- {log.name}\n{log.read_text()}\n" for log in sorted(tmp_path.glob("*.log")))
