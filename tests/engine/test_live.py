"""A worker on the embedded broker, from touchpoints to alerts, through kills, mistakes and poison."""

import json
import time
from pathlib import Path
from secrets import token_urlsafe

import pytest

from schemas.dead_letter import read_error
from schemas.instant import HOUR, format_instant
from streams.engine.broken import BROKEN
from streams.exits import MISCONFIGURED
from tests.engine.live import POLICY, Live, Record, by_id, case, event, live, now, replayed, until

pytestmark = pytest.mark.slow


@pytest.fixture(params=["exactly_once", "at_least_once"])
def _delivered(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THROUGHLINE_DELIVERY", request.param)


either_way = pytest.mark.usefixtures("_delivered")
"""Whatever is promised for both kinds of delivery."""


def tell_cases(running: Live, first: int, last: int) -> None:
    """A case each, breached at once; every third answered in another channel."""
    for number in range(first, last):
        running.tell(("chat", "shop", "email")[number % 3], f"c{number % 97}", case(f"c{number % 97}", f"case-{number}"))
        if number % 3 == 0:
            running.tell(
                "email",
                f"c{number % 97}",
                event("conversation.resolved", f"c{number % 97}", f"done-{number}", conversation_id=f"case-{number}"),
            )
    running.told()


def subjects(running: Live) -> set[str]:
    """The cases of which alerts have been told."""
    return {json.loads(alert)["data"]["subject"]["id"] for alert in running.alerts()}


def settled(running: Live, cases: int) -> None:
    """Waits until every case that nobody answered has been told."""
    unanswered = {f"case-{number}" for number in range(cases) if number % 3}
    until(lambda: unanswered <= subjects(running), f"the alerts of {cases} cases")


def agree(running: Live) -> dict[str, bytes]:
    """Each alert has one content, however often it was sent, and they are what the core alone says of the log; these."""
    before = replayed(running)
    alerts = by_id(running.alerts())
    after = replayed(running)
    assert {name: contents for name, contents in alerts.items() if len(contents) > 1} == {}
    assert before.keys() <= alerts.keys() <= after.keys()
    assert {name: next(iter(contents)) for name, contents in alerts.items()} == {name: after[name] for name in alerts}
    return before


@either_way
def test_touchpoints_in_alerts_out_and_a_clean_end(tmp_path: Path) -> None:
    with live(tmp_path) as running:
        worker = running.worker().ready()
        tell_cases(running, 0, 60)
        settled(running, 60)
        assert len(agree(running)) <= worker.counted("throughline_alerts_total")
        assert worker.counted("throughline_redelivered_total") == 0
        began = time.monotonic()
        assert worker.stop() == 0
        assert time.monotonic() - began < 10


@either_way
def test_after_sigterm_the_next_worker_goes_on_where_it_ended(tmp_path: Path) -> None:
    with live(tmp_path) as running:
        first = running.worker().ready()
        tell_cases(running, 0, 30)
        settled(running, 30)
        assert first.stop() == 0
        tell_cases(running, 30, 60)
        second = running.worker().ready()
        settled(running, 60)
        agree(running)
        assert second.counted("throughline_redelivered_total") == 0


@either_way
def test_one_of_two_workers_is_killed_and_replaced(tmp_path: Path) -> None:
    with live(tmp_path) as running:
        first, second = running.worker().ready(), running.worker().ready()
        tell_cases(running, 0, 150)
        until(lambda: len(by_id(running.alerts())) >= 20, "the first alerts")
        first.kill()
        tell_cases(running, 150, 300)
        running.worker().ready()
        tell_cases(running, 300, 400)
        settled(running, 400)
        agree(running)
        assert second.process.poll() is None


@either_way
def test_a_lost_chunk_ends_the_worker_before_anything_is_committed_and_its_successor_makes_it_good(tmp_path: Path) -> None:
    with live(tmp_path, partitions=1) as running:
        losing = running.worker(program="losing_process").ready()
        number = 0
        while losing.process.poll() is None:
            tell_cases(running, number, number + 1)
            number += 1
            assert number < 2000, "the worker lost a chunk and went on"
            time.sleep(0.02)  # a pace, not a wait: each round is a fetch of its own
        assert losing.ended() == BROKEN
        assert [line["message"] for line in losing.lines("critical")] == ["a chunk of records is lost inside the worker"]
        running.worker().ready()
        settled(running, number)
        agree(running)


def test_a_chunk_lost_with_nothing_after_it_ends_the_worker_within_seconds_and_its_successor_makes_it_good(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with live(tmp_path, partitions=1) as running:
        monkeypatch.setenv("LOSES_FROM_THE_QUEUE", "")
        losing = running.worker(program="losing_process").ready()
        tell_cases(running, 1, 2)
        until(lambda: subjects(running) == {"case-1"}, "the first alert")
        tell_cases(running, 2, 3)
        began = time.monotonic()
        assert losing.ended() == BROKEN
        assert time.monotonic() - began < 15  # long before the watchdog
        assert [line["message"] for line in losing.lines("critical")] == ["a chunk of records is lost inside the worker"]
        assert subjects(running) == {"case-1"}
        running.worker().ready()
        until(lambda: subjects(running) == {"case-1", "case-2"}, "the alert of what was lost")
        agree(running)


def test_a_brokers_clock_that_steps_back_is_counted_and_nothing_is_lost_or_invented(tmp_path: Path) -> None:
    with live(tmp_path, partitions=1, history=True) as running:
        worker = running.worker().ready()
        tell_cases(running, 1, 2)
        until(lambda: subjects(running) == {"case-1"}, "an alert, so that the present is settled")
        earlier = now() - 20_000  # both clocks of the past: what is told arrives, and is settled, long after
        opened = event("conversation.opened", "c1", "open-late", conversation_id="late", due_at=format_instant(now() + 1))
        in_time = event("conversation.opened", "c1", "open-kept", conversation_id="kept", due_at=format_instant(now() + 60_000))
        for value in (opened, in_time):
            then = json.loads(value) | {"time": format_instant(earlier)}
            running.tell("chat", "c1", json.dumps(then).encode(), timestamp=earlier)
        tell_cases(running, 4, 6)
        until(lambda: subjects(running) == {"case-1", "case-4", "case-5", "late"}, "an alert of each case that is overdue, and no other")
        assert worker.counted("throughline_order_repaired_total") == 2
        assert worker.counted("throughline_redelivered_total") == 0


def test_a_journey_that_no_customer_has_is_counted_before_it_is_too_large(tmp_path: Path) -> None:
    with live(tmp_path) as running:
        worker = running.worker().ready()
        tell_cases(running, 1, 2)
        settled(running, 2)
        assert worker.counted("throughline_large_journeys_total") == 0
        assert abs(worker.counted("throughline_last_checkpoint_timestamp_seconds") - time.time()) < 10
        for number in range(4_000):
            opened = event(
                "conversation.opened", "bot", f"open-{number}", conversation_id=token_urlsafe(180), due_at=format_instant(now() + HOUR)
            )
            running.tell("shop", "bot", opened)
        running.told()
        until(lambda: worker.counted("throughline_large_journeys_total"), "a large journey")
        assert worker.counted("throughline_redelivered_total") == 0


def test_no_broker_is_said_and_waited_for(tmp_path: Path) -> None:
    running = Live("127.0.0.1:1", tmp_path, 4, POLICY)
    worker = running.worker()
    try:
        until(
            lambda: len([line for line in worker.lines("warning") if line["message"].startswith("Kafka does not answer")]) >= 2,
            "two attempts",
        )
        assert "Traceback" not in worker.log.read_text()
        assert worker.stop() == 0
    finally:
        running.close()


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        pytest.param({"touchpoints.shop": 0}, "topic touchpoints.shop is missing", id="a topic missing"),
        pytest.param({"touchpoints.shop": 6}, "topic touchpoints.shop has 6 partitions where 4 is what the others have", id="unequal"),
    ],
)
def test_topics_that_cannot_be_right_end_the_worker_by_name(tmp_path: Path, counts: dict[str, int], said: str) -> None:
    with live(tmp_path, counts=counts) as running:
        worker = running.worker()
        assert worker.ended() == MISCONFIGURED
        assert any(line["message"].startswith(said) for line in worker.lines("error"))


POISON = [b"", b"{", b"\x00\xff\xfe", b"[" * 20_000, b'{"specversion":"1.0"}', b"x" * 2_000_000, None]


@either_way
def test_poison_becomes_dead_letters_with_its_bytes_and_the_stream_goes_on(tmp_path: Path) -> None:
    with live(tmp_path) as running:
        running.worker().ready()
        for number, value in enumerate(POISON):
            running.tell("chat", f"p{number}", value)
        tell_cases(running, 0, 9)
        settled(running, 9)
        letters = until(lambda: len(found := running.dead_letters()) == len(POISON) and found, "the dead letters")
        assert {letter.key(): letter.value() for letter in letters} == {f"p{number}".encode(): value for number, value in enumerate(POISON)}
        for letter in letters:
            error = read_error(list(Record(letter).headers))
            assert error.topic == "touchpoints.chat"
            assert error.reason


@either_way
def test_a_misrouted_touchpoint_is_forwarded_to_its_customers_partition(tmp_path: Path) -> None:
    with live(tmp_path) as running:
        worker = running.worker().ready()
        for partition in range(4):
            running.tell("chat", "elsewhere", case("c1", f"case-{partition}"), partition=partition)
        running.told()
        until(lambda: subjects(running) == {f"case-{partition}" for partition in range(4)}, "an alert for each case")
        assert worker.counted("throughline_misrouted_total") == 3


def test_a_deadline_that_has_not_come_is_not_told(tmp_path: Path) -> None:
    with live(tmp_path) as running:
        running.worker().ready()
        running.tell("chat", "c1", case("c1", "tomorrow", within=86_400_000))
        running.tell("chat", "c2", case("c2", "now"))
        running.told()
        until(lambda: subjects(running), "the alert of the case that is due")
        assert subjects(running) == {"now"}
