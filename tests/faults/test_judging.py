"""What a replay says is taken for what was told; then each kind of damage is done to it, and must be found as what it is."""

import json
from collections.abc import Callable, Iterator
from itertools import islice
from typing import NamedTuple

import pytest
from msgspec.structs import replace

from schemas.alert import ACTIVE_TOPIC
from schemas.instant import MINUTE
from streams.detection import counted
from streams.detection.detectors import DETECTORS, load
from streams.detection.fold import Folding
from streams.detection.journey import Journey
from streams.engine.held import CLOCK_KEY, Clock
from streams.logs.file import LogRecord
from tests.engine.fragile import Fragile
from tests.faults.judging import judge
from tests.faults.policy import PARTITIONS, POLICY
from tests.faults.replaying import replayed
from tests.faults.said import Said
from tests.faults.sending import STRUCTURED, Acknowledged
from tests.faults.traffic import live

START = 1_800_000_000_000


class Round(NamedTuple):
    said: Said
    acknowledged: list[Acknowledged]


@pytest.fixture(autouse=True)
def fragile(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(DETECTORS, "fragile", Fragile)


@pytest.fixture
def told() -> Round:
    """A round in which nothing went wrong."""
    acknowledged = list(_acknowledged())
    log = [LogRecord(*where, sent.at, sent.key, sent.value, STRUCTURED) for sent, where in acknowledged]
    settled = Clock(log[-1].timestamp + MINUTE, {})
    wanted = replayed(log, POLICY, dict.fromkeys(range(PARTITIONS), settled))
    alerts = [_alert(value) for value in wanted.alerts.values()]
    over = (".resolved.v1", ".retracted.v1")
    active = [
        LogRecord(ACTIVE_TOPIC, 0, 0, 0, name.partition(":")[0].encode(), None if json.loads(value)["type"].endswith(over) else value)
        for name, value in wanted.alerts.items()
    ]
    clocks = [LogRecord("j", number, 0, 0, CLOCK_KEY, settled.packed()) for number in range(PARTITIONS)]
    journeys = [LogRecord("j", 0, 0, 0, key.encode(), value) for key, value in wanted.journeys.items()]
    return Round(Said(log, alerts, active, wanted.letters, [*clocks, *journeys]), acknowledged)


def _acknowledged() -> Iterator[Acknowledged]:
    ends: dict[tuple[str, int], int] = {}
    right = (sending for sending in islice(live(11, START), 1_500))
    for sending in right:
        offset = ends.get((sending.topic, sending.partition), 0)
        ends[sending.topic, sending.partition] = offset + 1
        yield Acknowledged(sending, (sending.topic, sending.partition, offset))


def _alert(value: bytes) -> LogRecord:
    return LogRecord("alerts", 0, 0, 0, b"", value)


def test_what_the_replay_says_is_right(told: Round) -> None:
    assert judge(*told).wrong == {}
    assert min(len(told.said.alerts), len(told.said.letters), len(told.said.journeys())) > 20


def test_a_lost_alert_is_lost(told: Round) -> None:
    told.said.alerts = told.said.alerts[1:]
    assert judge(*told).wrong == {"lost": 1}


def test_an_alert_told_twice_is_doubled(told: Round) -> None:
    told.said.alerts = [*told.said.alerts, told.said.alerts[3]]
    assert judge(*told).wrong == {"doubled": 1}


def test_an_alert_with_other_words_is_different(told: Round) -> None:
    first, *others = told.said.alerts
    told.said.alerts = [_alert((first.value or b"").replace(b'"severity"', b'"gravity"')), *others]
    assert judge(*told).wrong == {"different": 1}


def test_an_alert_that_no_replay_tells_is_invented(told: Round) -> None:
    invented = json.loads(told.said.alerts[0].value or b"") | {"id": "of-nothing:0"}
    told.said.alerts = [*told.said.alerts, _alert(json.dumps(invented).encode())]
    assert judge(*told).wrong == {"invented": 1}


def test_what_is_open_and_not_active_is_wrong(told: Round) -> None:
    last = {record.key: record for record in told.said.active}
    told.said.active = [record for record in told.said.active if record != next(one for one in last.values() if one.value)]
    assert judge(*told).wrong == {"active": 1}


def test_a_lost_letter_is_lost_to_the_producer_too(told: Round) -> None:
    """By the replay's word and by the producer's: two witnesses."""
    gone = next(letter for letter in told.said.letters if b"not_json" in dict(letter.headers).values())
    told.said.letters = [letter for letter in told.said.letters if letter is not gone]
    assert judge(*told).wrong == {"letters_lost": 2}


@pytest.mark.parametrize(
    "damaged",
    [
        lambda letter: replace(letter, value=(letter.value or b"") + b" "),
        lambda letter: replace(letter, key=b"another"),
        lambda letter: replace(letter, timestamp=letter.timestamp + 1),
    ],
    ids=["value", "key", "timestamp"],
)
def test_a_letter_that_is_not_its_record_to_the_byte_is_wrong(told: Round, damaged: Callable[[LogRecord], LogRecord]) -> None:
    letters = list(told.said.letters)
    at = next(n for n, letter in enumerate(letters) if b"not_json" in dict(letter.headers).values())
    letters[at] = damaged(letters[at])
    told.said.letters = letters
    assert judge(*told).wrong == {"letters_wrong": 3}, "it is not there, another is, and the producer knows its bytes"


def test_a_letter_twice_is_wrong(told: Round) -> None:
    told.said.letters = [
        *told.said.letters,
        next(letter for letter in told.said.letters if b"detector_failed" in dict(letter.headers).values()),
    ]
    assert judge(*told).wrong == {"letters_wrong": 1}


def test_a_journey_that_knows_less_is_different(told: Round) -> None:
    *others, last = told.said.changelog
    told.said.changelog = others
    found = judge(*told)
    assert found.wrong == {"journeys": 1}
    assert (last.key or b"").decode() in found.examples["journeys"][0]


def test_a_journey_of_another_customer_is_different(told: Round) -> None:
    *others, one, two = told.said.changelog
    told.said.changelog = [*others, one, replace(two, value=one.value)]
    assert judge(*told).wrong == {"journeys": 1}


def test_a_journey_that_has_yet_to_say_something_is_different(told: Round) -> None:
    early = dict.fromkeys(range(PARTITIONS), Clock(told.said.log[-1].timestamp, {}))
    behind = replayed(told.said.log, POLICY, early).journeys
    told.said.changelog = [replace(record, value=behind.get((record.key or b"").decode(), record.value)) for record in told.said.changelog]
    found = judge(*told)
    assert found.wrong.keys() == {"journeys"}
    assert all("untold" in example for example in found.examples["journeys"])


def test_since_when_a_clocks_end_has_been_told_is_no_knowledge(told: Round) -> None:
    later = [_told_later(record) for record in told.said.changelog]
    assert later != told.said.changelog
    told.said.changelog = later
    assert judge(*told).wrong == {}


def _told_later(record: LogRecord) -> LogRecord:
    if record.key == CLOCK_KEY or record.value is None:
        return record
    folding, journey = Folding(POLICY, load(POLICY)), Journey.unpack(record.value)
    past = journey.changing_past(folding)
    past.measured = b"".join(counted.entry(name, at + 1) for name, at in counted.each(past.measured))
    return replace(record, value=journey.packed(folding, {}))


def test_a_record_that_was_acknowledged_and_is_not_there_is_lost_input(told: Round) -> None:
    sent, (topic, number, _) = told.acknowledged[-1]
    elsewhere = Acknowledged(sent._replace(refused=None), (topic, number, 10**6))
    assert judge(told.said, [*told.acknowledged, elsewhere]).wrong == {"input_lost": 1}


def test_what_was_settled_too_early_is_not_judged(told: Round) -> None:
    early = Clock(told.said.log[0].timestamp, {})
    clocks = [LogRecord("j", number, 0, 0, CLOCK_KEY, early.packed()) for number in range(PARTITIONS)]
    told.said.changelog = [*told.said.changelog, *clocks]
    with pytest.raises(AssertionError, match="judged too early"):
        judge(*told)
