"""What only a real broker can show: transactions that isolate and fence."""

import json
import signal
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient

from streams.engine.broken import TAKEN_OVER
from tests.engine.live import STRUCTURED, Live, Worker, by_id, case, live, replayed, until

pytestmark = [pytest.mark.slow, pytest.mark.kafka(embedded="neither isolates nor fences transactions")]

BOTH = ["exactly_once", "at_least_once"]
SESSION_MS = 6_000


def subjects(running: Live) -> list[str]:
    """The cases of which alerts have been told, each as often as a subscriber of committed records sees it opened."""
    told = [json.loads(alert) for alert in running.alerts()]
    opened = [alert["data"] for alert in told if alert["type"].endswith(".opened.v1") and alert["data"]["detector"] == "resolution"]
    return sorted(data["subject"]["id"] for data in opened)


def ends(running: Live) -> dict[tuple[str, int], int]:
    """Of all topics; markers and what was never committed count."""
    admin = AdminClient({"bootstrap.servers": running.address, "log_level": 0})
    reader = Consumer({"bootstrap.servers": running.address, "group.id": "ends", "isolation.level": "read_uncommitted", "log_level": 0})
    try:
        return {
            (name, number): reader.get_watermark_offsets(TopicPartition(name, number), timeout=10, cached=False)[1]
            for name, topic in admin.list_topics(timeout=10).topics.items()
            if not name.startswith("__")
            for number in topic.partitions
        }
    finally:
        reader.close()


def readiness(worker: Worker) -> dict[str, Any]:
    url = next(line["url"] for line in worker.lines("info") if "url" in line)
    try:
        with urllib.request.urlopen(f"{url}/readyz", timeout=5) as answer:  # noqa: S310 -- the worker's own address
            return dict(json.load(answer))
    except urllib.error.HTTPError as not_ready:
        return dict(json.load(not_ready))


def asleep_with_something_uncommitted(running: Live, **given: Any) -> Worker:
    """It has admitted a case and not committed it when it is stopped, and sleeps until another may have taken over."""
    worker = running.worker(session_timeout_ms=SESSION_MS, checkpoint_ms=60_000, **given).ready()
    running.tell("chat", "c1", case("c1", "case-1"))
    running.told()
    until(lambda: worker.counted("throughline_touchpoints_total") == 1, "the touchpoint admitted")
    worker.process.send_signal(signal.SIGSTOP)
    return worker


@pytest.mark.parametrize("delivery", BOTH)
def test_a_zombie_is_shut_out_says_so_by_its_exit_code_and_changes_nothing(tmp_path: Path, delivery: str) -> None:
    with live(tmp_path, partitions=1) as running:
        zombie = asleep_with_something_uncommitted(running, delivery=delivery)
        successor = running.worker(delivery=delivery).ready()
        until(lambda: subjects(running) == ["case-1"], "the successor's alert")
        before = ends(running)
        zombie.process.send_signal(signal.SIGCONT)
        assert zombie.ended() == TAKEN_OVER
        assert len(zombie.lines("critical")) == 1
        assert ends(running) == before
        assert subjects(running) == ["case-1"]
        assert successor.process.poll() is None


def test_of_two_workers_with_one_name_the_first_ends_and_says_why(tmp_path: Path) -> None:
    with live(tmp_path, partitions=1) as running:
        first = running.worker(instance="worker-1").ready()
        second = running.worker(instance="worker-1").ready()
        assert first.ended() == TAKEN_OVER
        (line,) = first.lines("critical")
        assert "another worker bears the same name" in line["message"] or "another worker has taken over" in line["message"]
        running.tell("chat", "c1", case("c1", "case-1"))
        running.told()
        until(lambda: subjects(running) == ["case-1"], "the alert of the second")
        assert second.process.poll() is None


def test_who_takes_a_partition_number_by_its_transactional_id_shuts_its_worker_out(tmp_path: Path) -> None:
    with live(tmp_path, partitions=1) as running:
        worker = running.worker().ready()
        other = Producer({"bootstrap.servers": running.address, "transactional.id": "throughline-0", "log_level": 0})
        other.init_transactions(30)
        running.tell("chat", "c1", case("c1", "case-1"))
        running.told()
        assert worker.ended() == TAKEN_OVER
        assert [line["partition"] for line in worker.lines("critical")] == [0]
        running.worker().ready()
        until(lambda: subjects(running) == ["case-1"], "the successor's alert")


def test_a_worker_killed_within_a_transaction_has_told_nothing_and_its_successor_tells_it_once(tmp_path: Path) -> None:
    with live(tmp_path, partitions=1) as running:
        dying = running.worker(program="dying_process", transaction_timeout_ms=600_000).ready()
        running.tell("chat", "c1", case("c1", "case-1"))
        running.told()
        assert dying.ended() == -signal.SIGKILL
        assert subjects(running) == []
        successor = running.worker(transaction_timeout_ms=600_000).ready()
        until(lambda: subjects(running) == ["case-1"], "the alert, long before the broker would give the transaction up")
        assert successor.counted("throughline_redelivered_total") == 0
        alone = replayed(running)
        assert by_id(running.alerts()) == {name: {content} for name, content in alone.items()}


def test_a_producers_open_transaction_lets_time_stand_still_and_ends_nobody(tmp_path: Path) -> None:
    stuck_s = 5
    with live(tmp_path, partitions=1) as running:
        worker = running.worker(stuck_ms=stuck_s * 1000, behind_ms=1_000).ready()
        hanging = Producer({"bootstrap.servers": running.address, "transactional.id": "a-channel", "log_level": 0})
        hanging.init_transactions(30)
        hanging.begin_transaction()
        hanging.produce("touchpoints.chat", key="c1", value=case("c1", "hanging"), headers=STRUCTURED)
        hanging.flush(30)
        running.tell("chat", "c2", case("c2", "behind-it"))
        running.tell("shop", "c3", case("c3", "beside-it"))
        running.told()
        why = "an open transaction of a producer, or a replica that is behind, holds touchpoints.chat up"
        until(lambda: why in readiness(worker)["why"], "its word of what it waits for")
        patience = time.monotonic() + 2 * stuck_s
        until(lambda: time.monotonic() > patience, "the watchdog's patience twice over")
        assert worker.process.poll() is None
        assert subjects(running) == []
        assert worker.counted("throughline_backlog_records") == 0
        hanging.commit_transaction(30)
        until(lambda: subjects(running) == ["behind-it", "beside-it", "hanging"], "the alerts")
        assert worker.process.poll() is None


def test_a_rebalance_that_overtakes_a_recovery_costs_no_worker(tmp_path: Path) -> None:
    with live(tmp_path, partitions=4) as running:
        slow = running.worker(program="slow_process")
        until(lambda: any("metrics" in line["message"] for line in slow.lines("info")), "the slow one's start")
        quick = running.worker().ready()
        slow.ready()
        for number in range(40):
            running.tell("chat", f"c{number}", case(f"c{number}", f"case-{number:02}"))
        running.told()
        until(lambda: subjects(running) == [f"case-{number:02}" for number in range(40)], "the alerts of all partition numbers")
        assert [slow.process.poll(), quick.process.poll()] == [None, None]
        assert slow.lines("critical") == quick.lines("critical") == []
