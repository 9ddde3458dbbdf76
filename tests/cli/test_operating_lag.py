"""How far behind a worker is, and what holds it back."""

import json
import re

import pytest

from schemas.dead_letter import DEAD_LETTER_TOPIC
from schemas.partitioner import partition_for
from streams.broker import EmbeddedBroker
from streams.engine.held import CLOCK_KEY, Clock
from streams.kafka.lag import Feed, Number
from streams.logs.file import LogRecord
from tests.cli.letters import produce, said, sent
from tests.cli.running import throughline
from tests.engine.live import now

NOW = now()


def feed(channel: str, unread: int = 0, since: int | None = None, *, lost: int = 0, waits: bool = False) -> Feed:
    return Feed(channel=channel, unread=unread, since=since, latest=None, lost=lost, waits_for_producer=waits)


@pytest.mark.parametrize(
    ("feeds", "orphaned", "behind", "says"),
    [
        ([feed("chat"), feed("web")], False, 0, []),
        ([feed("chat")], True, 0, ["nobody reads it"]),
        ([feed("chat", 3, 900), feed("web", 1200, 400)], False, 600, ["web: 1,200 unread", "chat: 3 unread"]),
        ([feed("chat", 3, 900)], True, 100, ["nobody reads it", "chat: 3 unread"]),
        ([feed("chat", 1, 1_050)], False, 0, ["chat: 1 unread"]),
        ([feed("chat", 1, 900, lost=7)], False, 100, ["chat deleted 7 records before they were read", "chat: 1 unread"]),
        ([feed("chat", waits=True)], False, 0, ["chat: a producer's open transaction"]),
    ],
)
def test_a_partition_number_says_what_it_waits_for(feeds: list[Feed], orphaned: bool, behind: int, says: list[str]) -> None:
    number = Number(number=0, settled=None, worker=None, orphaned=orphaned, feeds=tuple(feeds))
    assert (number.behind(1_000), number.held_back()) == (behind, says)


def clock(number: int, settled: int, **positions: int) -> LogRecord:
    return LogRecord("throughline.journeys", number, 0, NOW, CLOCK_KEY, Clock(settled, positions).packed())


@pytest.mark.slow
def test_it_counts_what_lies_behind_the_last_checkpoint() -> None:
    journeys = [LogRecord("throughline.journeys", 0, 0, NOW, b"c:%d" % n, b"x") for n in range(500)]
    chat = [sent(said("c-1", f"e{n}", NOW), NOW - 10_000 + n, b"c-1", place=(0, n)) for n in range(5)]
    topics = {"touchpoints.chat": 2, "touchpoints.fax": 2, DEAD_LETTER_TOPIC: 2, "throughline.journeys": 2}
    with EmbeddedBroker(topics) as broker:
        # 0's clock lies far from the end, further back than is looked at first.
        produce(broker.address, [*chat, clock(0, NOW - 60_000, chat=2), *journeys, clock(1, NOW - 1_000, chat=0)])
        command = ("lag", "--kafka", broker.address)
        found = json.loads(throughline(*command, "--format", "json").stdout)
        late, fine = throughline(*command, "--max-seconds", "5"), throughline(*command, "--max-seconds", "86400")
        other = throughline(*command, "--application", "crm")
    first, second = found["numbers"]
    assert first["channels"]["chat"]["unread"] == 3
    assert first["behind_seconds"] >= 10  # and what the machine took to get here
    assert first["waits_for"] == ["chat: 3 unread"]
    assert (second["channels"]["chat"]["unread"], second["waits_for"], second["behind_seconds"]) == (0, [], 0)
    assert (found["begun"], found["unwatched"], list(first["channels"])) == (True, ["fax"], ["chat"])
    behind = re.search(r"partition number 0 is (\d+)", late.stderr)
    assert (late.exit_code, behind is not None and int(behind[1]) >= 10) == (1, True)
    assert (fine.exit_code, "Not read by the workers of throughline: fax." in fine.stdout) == (0, True)
    assert (other.exit_code, "has no topic crm.journeys: --application may be throughline" in other.stderr) == (1, True)


@pytest.mark.slow
def test_before_the_first_checkpoint_all_is_unread() -> None:
    with EmbeddedBroker({"touchpoints.chat": 2, "throughline.journeys": 2}) as broker:
        produce(broker.address, [sent(said("c-1", "e", NOW), NOW, b"c-1", place=(partition_for(b"c-1", 2), 0))])
        told = throughline("lag", "--kafka", broker.address)
    assert told.exit_code == 0
    assert "No worker of throughline has made a checkpoint yet." in told.stdout
    assert "chat: 1 unread" in told.stdout


@pytest.mark.parametrize("command", ["lag", "alerts active", "alerts tail", "dead-letters list", "journey --customer c"])
def test_where_no_kafka_answers_one_line_says_so(command: str) -> None:
    told = throughline(*command.split(), "--kafka", "127.0.0.1:1")
    assert told.exit_code == 1
    assert told.stderr.startswith("throughline: no Kafka answers at 127.0.0.1:1")
    assert told.stderr.count("\n") == 1
