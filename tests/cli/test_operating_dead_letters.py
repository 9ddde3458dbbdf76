"""Dead letters by hand: seen without their content, mended, sent again once."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from schemas.instant import DAY, HOUR, MINUTE, format_instant
from schemas.partitioner import partition_for
from schemas.replayed import REPLAYED_HEADER
from streams.broker import EmbeddedBroker
from streams.kafka.dump import dump
from tests.cli.letters import WRITTEN, letter, produce, said, sent
from tests.cli.running import throughline
from tests.engine.live import now

pytestmark = pytest.mark.slow

NOW = now()
AGES = [0, 20 * HOUR, 40 * HOUR, 60 * HOUR]
GHOSTS = [
    letter(sent(said(f"c-{n}", f"e{n}", NOW - age, "ghost"), NOW - age, f"c-{n}".encode()), place=(n % 2, n // 2))
    for n, age in enumerate(AGES)
]
GARBAGE = letter(sent(WRITTEN.encode(), NOW - MINUTE, b"c-9", topic="touchpoints.shop"), place=(1, 2))


@pytest.fixture
def kafka() -> Iterator[str]:
    """0/0 and 1/0, 0/1 and 1/1 are a ghost's, each 20 h older than the one before; 1/2 is garbage."""
    with EmbeddedBroker({"touchpoints.chat": 4, "touchpoints.shop": 4, "touchpoints.dead-letter": 2}) as broker:
        produce(broker.address, [*GHOSTS, GARBAGE])
        yield broker.address


def places(kafka: str, *options: str) -> list[str]:
    told = throughline("dead-letters", "list", "--kafka", kafka, "--format", "json", *options)
    assert told.exit_code == 0, told.stderr
    return sorted(json.loads(line)["letter"] for line in told.stdout.splitlines())


def test_list_chooses_by_class_channel_and_time_of_arrival(kafka: str) -> None:
    assert places(kafka) == ["0/0", "0/1", "1/0", "1/1", "1/2"]
    assert places(kafka, "--class", "not_json") == places(kafka, "--channel", "shop") == ["1/2"]
    assert places(kafka, "--class", "not_json", "--class", "schema_violation", "--since", "36h") == ["0/0", "1/0", "1/2"]
    assert places(kafka, "--until", format_instant(NOW - 2 * DAY)) == ["1/1"]
    table = throughline("dead-letters", "list", "--kafka", kafka, "--limit", "2")
    assert "0/0" in table.stdout
    assert "1/2" in table.stdout
    assert "1/1" not in table.stdout
    assert "the latest 2 of 5" in table.stderr


def test_what_customers_wrote_is_shown_only_where_it_is_asked_for(kafka: str, tmp_path: Path) -> None:
    quiet = [("list",), ("list", "--format", "json"), ("show", "1/2"), ("replay", "--all", "--dry-run"), ("purge", "--before", "0s")]
    for command in quiet:
        told = throughline("dead-letters", *command, "--kafka", kafka)
        assert WRITTEN not in told.output, command
    assert WRITTEN in throughline("dead-letters", "show", "1/2", "--value", "--kafka", kafka).stdout
    out = tmp_path / "letters.jsonl"
    assert throughline("dead-letters", "list", "--out", str(out), "--kafka", kafka).exit_code == 0
    assert out.read_text().count(WRITTEN) == 5
    assert out.stat().st_mode & 0o077 == 0, "for its owner's eyes"


def test_a_mended_letter_goes_once_to_its_customers_partition(kafka: str, tmp_path: Path) -> None:
    out = tmp_path / "letters.jsonl"
    throughline("dead-letters", "list", "--class", "schema_violation", "--since", "36h", "--out", str(out), "--kafka", kafka)
    out.write_text(out.read_text().replace("ghost", "agent"))
    mended = ("dead-letters", "replay", "--mended", str(out), "--kafka", kafka)
    dry = throughline(*mended, "--dry-run")
    assert (dry.exit_code, dry.stderr) == (0, "2 would be sent, 0 would be left (nothing was sent)\n")
    assert list(dump(["touchpoints.chat"], kafka)) == []
    first = throughline(*mended)
    assert (first.exit_code, first.stderr) == (0, "2 sent, 0 left\n")
    for again in (
        throughline(*mended),
        throughline(*mended, "--at-least-once"),
        throughline("dead-letters", "replay", "0/0", "--kafka", kafka),
    ):
        assert again.exit_code == 0
        assert "0/0: already replayed: it lies at touchpoints.chat/" in again.stdout
    lying = list(dump(["touchpoints.chat"], kafka))
    assert sorted((record.key, record.partition, dict(record.headers)[REPLAYED_HEADER]) for record in lying) == [
        (b"c-0", partition_for(b"c-0", 4), b"0/0"),
        (b"c-1", partition_for(b"c-1", 4), b"1/0"),
    ]
    assert all(b"agent" in (record.value or b"") for record in lying)
    assert '"replayed": "touchpoints.chat/' in throughline("dead-letters", "list", "--format", "json", "--kafka", kafka).stdout


def test_without_transactions_a_letter_goes_once_too(kafka: str, tmp_path: Path) -> None:
    out = tmp_path / "letter.jsonl"
    throughline("dead-letters", "show", "1/1", "--out", str(out), "--kafka", kafka)
    out.write_text(out.read_text().replace("ghost", "agent"))
    mended = ("dead-letters", "replay", "--mended", str(out), "--at-least-once", "--kafka", kafka)
    first, second = throughline(*mended), throughline(*mended)
    assert (first.exit_code, second.exit_code) == (0, 0)
    assert first.stderr.splitlines() == [
        "1 happened more than a day ago: under a policy whose window is a day they count as from a day ago",
        "1 sent, 0 left",
    ]
    assert second.stderr == "0 sent, 1 left\n"
    assert len(list(dump(["touchpoints.chat"], kafka))) == 1


def test_what_would_be_refused_again_is_named_and_left(kafka: str) -> None:
    told = throughline("dead-letters", "replay", "--all", "--kafka", kafka)
    assert told.exit_code == 1
    assert "1/2: would be refused again: not_json: " in told.stdout
    assert told.stdout.count("would be refused again") == 5
    assert told.stderr == "0 sent, 5 left\n"
    assert list(dump(["touchpoints.chat", "touchpoints.shop"], kafka)) == []


@pytest.mark.parametrize(
    ("command", "code", "says"),
    [
        ("show 0/9", 1, "holds no letter at 0/9"),
        ("show 7/0", 1, "has no partition 7"),
        ("show seven", 2, "names no dead letter"),
        ("list --class nope", 2, "there is no class 'nope'"),
        ("replay", 2, "say which"),
        ("replay 0/0 --all", 2, "say which"),
        ("purge", 2, "name one"),
        ("purge --before 0s", 2, "nothing was purged: say --yes to do it"),
        ("purge --before 0s --yes", 1, "the embedded broker deletes no records"),
        ("purge --before 400d --yes", 0, "there is nothing to purge"),
    ],
)
def test_what_cannot_be_done_is_said(kafka: str, command: str, code: int, says: str) -> None:
    told = throughline("dead-letters", *command.split(), "--kafka", kafka)
    assert (told.exit_code, says in told.stderr) == (code, True), told.stderr


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ({"topic": "touchpoints.chat", "partition": 0, "offset": 0, "timestamp": 1, "value": {}}, "letters.jsonl:1: names no letter"),
        ({"topic": "touchpoints.dead-letter", "timestamp": 1, "value": {}}, "letters.jsonl:1: names no letter"),
    ],
)
def test_a_file_that_holds_no_letters_is_refused_before_anything_is_asked(tmp_path: Path, line: dict[str, object], says: str) -> None:
    (tmp_path / "letters.jsonl").write_text(json.dumps(line))
    told = throughline("dead-letters", "replay", "--mended", str(tmp_path / "letters.jsonl"), "--kafka", "127.0.0.1:1")
    assert told.exit_code == 2
    assert says in told.stderr
