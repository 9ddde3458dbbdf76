"""One channel's backlog spans an hour and the others have been read to their end: nothing is invented of what lies unread."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from schemas.instant import HOUR, MINUTE, SECOND, format_instant
from streams.engine.chunk import CHUNK_RECORDS
from tests.engine.live import POLICY, Live, Worker, by_id, live, now, replayed, until

pytestmark = pytest.mark.slow

ASKS = 240
"""In the chat, evenly over the hour; each answered by email half a minute later, but for every tenth."""
BACKLOG = 24_000
"""Further emails, of customers whom nobody asked anything: the answers lie far behind in what is to be read."""
QUEUED = 1_000
POLICY = POLICY | {"detectors": {"first_response": {"targets": [{"within": "PT1M"}]}}}
UNANSWERED = {f"ask-{number}" for number in range(0, ASKS, 10)}


def told(kind: str, customer: str, identity: str, at: int, **data: object) -> bytes:
    event = {"specversion": "1.0", "id": identity, "source": "urn:test", "type": f"io.throughline.{kind}.v1", "time": format_instant(at)}
    return json.dumps(event | {"customerid": customer, "data": data}).encode()


def message(conversation: str, author: str, identity: str, at: int) -> bytes:
    return told(
        "message.sent", f"of-{conversation}", identity, at, conversation_id=conversation, author=author, internal=False, question=False
    )


def tell(running: Live, began: int) -> None:
    """Each record arrives when it happens."""
    for number in range(ASKS):
        at = began + number * (HOUR - MINUTE) // ASKS
        conversation = f"ask-{number}"
        running.tell("chat", f"of-{conversation}", message(conversation, "customer", f"q-{number}", at), timestamp=at)
    for at, conversation, identity in emails(began):
        running.tell("email", f"of-{conversation}", message(conversation, "agent", identity, at), timestamp=at)
    running.tell("shop", "of-nobody", told("product.viewed", "of-nobody", "v", began + HOUR, sku="s"), timestamp=began + HOUR)
    running.told()


def emails(began: int) -> Iterator[tuple[int, str, str]]:
    """In order of time."""
    answers = {
        began + number * (HOUR - MINUTE) // ASKS + 30 * SECOND: f"ask-{number}"
        for number in range(ASKS)
        if f"ask-{number}" not in UNANSWERED
    }
    others = {began + number * HOUR // BACKLOG: f"other-{number % 500}" for number in range(BACKLOG)}
    for at, conversation in sorted([*answers.items(), *others.items()]):
        yield at, conversation, f"a-{conversation}-{at}"


def gauge(worker: Worker, name: str) -> float:
    return worker.counted(f"throughline_{name}")


def test_the_topics_ahead_wait_memory_is_bounded_and_nothing_is_invented(tmp_path: Path) -> None:
    with live(tmp_path, POLICY, partitions=2, history=True) as running:
        began = now() - HOUR - MINUTE
        tell(running, began)
        worker = running.worker(program="looking_process", queued_records=QUEUED).ready()
        paused: list[float] = []
        queued: list[float] = []

        def all_read() -> bool:
            paused.append(gauge(worker, "paused_partitions"))
            queued.append(gauge(worker, "queued_records"))
            asked = {json.loads(alert)["data"]["subject"]["id"] for alert in running.alerts()} if len(paused) % 4 == 0 else set()
            assert asked <= UNANSWERED, "a breach of what was answered in time"
            return gauge(worker, "admitted_offset") == sum(1 for _ in emails(began)) + ASKS + 1

        until(all_read, "the backlog read")
        assert max(paused) > 0
        assert 0 < max(queued) <= QUEUED + CHUNK_RECORDS
        until(lambda: gauge(worker, "paused_partitions") == 0, "all topics abreast")
        until(lambda: gauge(worker, "settled_lag_seconds") < 2 * 10, "everything settled")
        assert worker.stop() == 0
        alerts = by_id(running.alerts())
        assert {json.loads(alert)["data"]["subject"]["id"] for contents in alerts.values() for alert in contents} == UNANSWERED
        assert alerts == {name: {content} for name, content in replayed(running).items()}
