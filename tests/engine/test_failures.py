"""A touchpoint that a detector cannot bear is a dead letter with every byte, and no journey has ever heard of it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import Message

from schemas.dead_letter import HEADER_PREFIX, read_error
from schemas.instant import parse_instant
from schemas.policy import Policy
from streams.detection.detectors import DETECTORS
from streams.engine import topics
from streams.engine.held import CLOCK_KEY, Clock
from tests.engine.fragile import UNBEARABLE, Fragile
from tests.engine.live import APPLICATION, POLICY, Live, Record, Worker, by_id, case, event, live, now, replayed, until

pytestmark = pytest.mark.slow

LAST = f"{UNBEARABLE}-2"


def told_of(running: Live, conversation: str) -> str | None:
    """The state last told of it."""
    told = [data for alert in running.alerts() if (data := json.loads(alert)["data"])["subject"]["id"] == conversation]
    return str(max(told, key=lambda data: int(data["revision"]))["state"]) if told else None


def tell(running: Live, customer: str, conversation: str) -> None:
    """Opened, overdue, resolved."""
    running.tell("chat", customer, case(customer, conversation))
    over = now() + 2
    until(lambda: now() > over, "its due moment")
    running.tell("email", customer, event("conversation.resolved", customer, f"done-{conversation}", conversation_id=conversation))


def records(running: Live, topic: str) -> dict[bytes, Message]:
    return {json.loads(message.value() or b"")["id"].encode(): message for message in running.read(topic)}


def clock(running: Live) -> Clock:
    """What the one partition number's last checkpoint says of itself."""
    stored = [message.value() for message in running.read(topics.changelog(APPLICATION)) if message.key() == CLOCK_KEY]
    return Clock.unpacked(stored[-1] or b"") if stored else Clock(0, {})


def place(message: Message) -> int:
    """Where it is settled, which may be before the broker's time of it: nothing says that more is ever written after that."""
    occurred = parse_instant(json.loads(message.value() or b"")["time"])
    return max(occurred, message.timestamp()[1] - Policy.model_validate(POLICY).lateness["email"])


def letters_with_their_checkpoint(running: Live, last: int) -> list[Message]:
    """The dead letters once the partition number is settled beyond the place `last`; that it is so is never seen without them."""

    def settled() -> list[Message] | None:
        reached = clock(running)  # first, and the letters afterwards
        letters = running.dead_letters()
        return letters if reached.settled > last else None

    found: list[Message] = until(settled, "everything settled")
    return found


@pytest.mark.parametrize("end", [Worker.stop, Worker.kill], ids=["SIGTERM", "SIGKILL"])
def test_it_becomes_a_dead_letter_the_stream_goes_on_and_a_restart_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, end: Callable[[Worker], Any]
) -> None:
    monkeypatch.setitem(DETECTORS, "fragile", Fragile)  # for the replay in this process
    with live(tmp_path, partitions=1) as running:
        worker = running.worker(program="fragile_process").ready()
        for conversation in (f"{UNBEARABLE}-1", "bearable-1", LAST):
            tell(running, "c1", conversation)
        tell(running, "c2", "bearable-2")
        running.told()
        unbearable = {name: told for name, told in records(running, "touchpoints.email").items() if UNBEARABLE.encode() in name}
        letters = letters_with_their_checkpoint(running, max(map(place, unbearable.values())))

        assert {json.loads(letter.value() or b"")["id"].encode() for letter in letters} == unbearable.keys()
        for letter in letters:
            original = unbearable[json.loads(letter.value() or b"")["id"].encode()]
            headers = list(Record(letter).headers)
            assert (letter.key(), letter.value(), letter.timestamp()[1]) == (original.key(), original.value(), original.timestamp()[1])
            assert [header for header in headers if not header[0].startswith(HEADER_PREFIX)] == list(Record(original).headers)
            error = read_error(headers)
            assert (error.error_class, error.stage, error.recoverable) == ("detector_failed", "detect", True)
            assert (error.topic, error.partition, error.offset) == ("touchpoints.email", 0, original.offset())
            assert error.reason == "the detector fragile failed on it: KeyError"
        assert worker.counted('throughline_refused_total{channel="email",error_class="detector_failed"}') == len(unbearable)
        assert next(line["failures"] for line in worker.lines("error")) == ["fragile: KeyError"]
        assert UNBEARABLE not in worker.log.read_text()

        until(lambda: told_of(running, "bearable-2") == "met_late", "the stream going on")
        assert told_of(running, "bearable-1") == "met_late"
        assert told_of(running, LAST) == "breached"

        end(worker)
        running.worker(program="fragile_process").ready()
        tell(running, "c1", "bearable-3")
        running.told()
        until(lambda: told_of(running, "bearable-3") == "met_late", "the same customer's next alerts")
        assert [letter.value() for letter in running.dead_letters()] == [letter.value() for letter in letters]
        assert told_of(running, LAST) == "breached"
        alone = replayed(running)
        assert by_id(running.alerts()) == {name: {content} for name, content in alone.items()}


def test_a_flood_of_them_is_read_again_in_one_go(tmp_path: Path) -> None:
    flood, customers = 2_000, 50
    with live(tmp_path, partitions=1) as running:
        worker = running.worker(program="fragile_process").ready()
        for number in range(flood):
            name = f"{UNBEARABLE}-{number}"
            running.tell(
                "email", f"c{number % customers}", event("conversation.resolved", f"c{number % customers}", name, conversation_id=name)
            )
        running.told()
        until(lambda: worker.counted("throughline_refused_total") == flood, "a letter for each", patience=40)
        told = {json.loads(letter.value() or b"")["id"] for letter in running.dead_letters()}
        assert told == {f"{UNBEARABLE}-{number}" for number in range(flood)}
