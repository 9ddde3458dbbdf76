"""The live result beside the replay's: what is lost, different, invented, doubled."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from msgspec import Struct, field

from schemas.dead_letter import HEADER_PREFIX
from schemas.identity import key_of
from schemas.partitioner import partition_for
from streams.detection import counted, detectors
from streams.detection.fold import Folding
from streams.detection.journey import FORGETTABLE, Journey
from streams.detection.settling import Settling
from streams.logs.file import LogRecord
from tests.faults.policy import PARTITIONS, POLICY
from tests.faults.replaying import Wanted, replayed
from tests.faults.said import Said
from tests.faults.sending import Acknowledged

EXAMPLES = 5
LEFT_OUT = frozenset({"applied", "marks", "measured", "fold", "base", "counted", "_past", "_packed_past"})
"""Fields of a journey and of its past that cannot be compared as they are."""
BY_THE_STATE = "detector_failed"
"""The class of refusal that follows from what a detector knows, so that the replay alone can tell it."""


class Verdict(Struct):
    """All must be 0 but what was only counted; `examples` say which."""

    lost: int = 0
    different: int = 0
    invented: int = 0
    letters_lost: int = 0
    letters_wrong: int = 0
    """Different, doubled, or of no record."""
    journeys: int = 0
    """Different, lost or invented."""
    active: int = 0
    """What `alerts.active` holds wrongly, or lacks."""
    doubled: int = 0
    """The same alert and revision twice, for a reader of committed records."""
    redelivered: int = 0
    repaired: int = 0
    """Placed before what was settled: no clock stepped back, so there must be none."""
    input_lost: int = 0
    """Acknowledged to the producer, and not in the log as it was sent."""
    exits: int = 0
    """Lives of workers that ended as none should."""
    examples: dict[str, list[str]] = field(default_factory=dict)

    def blame(self, what: str, whom: Iterable[str]) -> None:
        found = sorted(whom)
        if found:
            setattr(self, what, getattr(self, what) + len(found))
            self.examples[what] = [*self.examples.get(what, []), *found][:EXAMPLES]

    @property
    def wrong(self) -> dict[str, int]:
        return {name: count for name in COUNTED if (count := getattr(self, name))}


COUNTED = tuple(name for name in Verdict.__struct_fields__ if name != "examples")


def judge(said: Said, acknowledged: Sequence[Acknowledged]) -> Verdict:
    verdict = Verdict()
    wanted = replayed(said.log, POLICY, said.clocks())
    if wanted.unread:
        raise AssertionError(f"{wanted.unread} records lie behind what was settled: the round was judged too early")
    _judge_alerts(verdict, said, wanted)
    _judge_active(verdict, said, wanted)
    _judge_letters(verdict, said, wanted)
    _judge_journeys(verdict, said, wanted.journeys)
    _judge_input(verdict, said, acknowledged)
    return verdict


def _judge_alerts(verdict: Verdict, said: Said, wanted: Wanted) -> None:
    told: defaultdict[str, list[bytes]] = defaultdict(list)
    for record in said.alerts:
        told[json.loads(record.value or b"")["id"]].append(record.value or b"")
    verdict.blame("lost", wanted.alerts.keys() - told.keys())
    verdict.blame("invented", told.keys() - wanted.alerts.keys())
    verdict.blame("different", (name for name, value in wanted.alerts.items() if told.get(name) and set(told[name]) != {value}))
    verdict.blame("doubled", (name for name, values in told.items() if len(values) > 1))


def _judge_active(verdict: Verdict, said: Said, wanted: Wanted) -> None:
    last: dict[bytes, bytes | None] = {}
    for name, value in wanted.alerts.items():
        over = json.loads(value)["type"].endswith(("resolved.v1", "retracted.v1"))
        last[name.partition(":")[0].encode()] = None if over else value
    held = {record.key: record.value for record in said.active if record.key is not None}
    verdict.blame("active", (name.decode() for name in last.keys() | held.keys() if last.get(name) != held.get(name)))


def _judge_letters(verdict: Verdict, said: Said, wanted: Wanted) -> None:
    found, due = Counter(map(_facts, said.letters)), Counter(map(_facts, wanted.letters))
    places = {_place(record) for record in said.letters}
    verdict.blame("letters_lost", (_named(letter) for letter in (due - found).elements() if _origin(letter) not in places))
    verdict.blame("letters_wrong", (_named(letter) for letter in (due - found).elements() if _origin(letter) in places))
    verdict.blame("letters_wrong", (_named(letter) for letter in (found - due).elements()))


def _judge_journeys(verdict: Verdict, said: Said, wanted: Mapping[str, bytes]) -> None:
    folding = Folding(POLICY, detectors.load(POLICY))
    settled = {number: clock.settled for number, clock in said.clocks().items()}
    held = said.journeys()
    for key in held.keys() | wanted.keys():
        until = settled[partition_for(key_of(key), PARTITIONS)]
        one, other = (_known(key, journeys.get(key), folding, until) for journeys in (held, wanted))
        if one and other:
            different = [name for name in one if one[name] != other[name]]
            verdict.blame("journeys", [f"{key}: {', '.join(different)}"] if different else [])
        elif one or other:
            verdict.blame("journeys", [f"{key}: {'only the changelog' if one else 'only the replay'} has it"])


def _known(key: str, value: bytes | None, folding: Folding, until: int) -> dict[str, Any]:
    """All that is known of a customer, whatever the order in which it was read; nothing of one who may be forgotten.

    Settled as far as its partition number: a journey is not visited for what is merely forgotten. Without what is no knowledge: the offsets
    already applied, which mean nothing once they are committed; the marks that save time; and since when a clock's end has been told, which
    is refreshed whenever late evidence is replayed, from however far back.
    """
    if value is None:
        return {}
    journey = Journey.unpack(value)
    untold = Settling(0, POLICY, folding).settle(key, journey, until)
    if journey.due == FORGETTABLE:
        return {}
    past = journey.past(folding)
    facts = {name: getattr(part, name) for part in (journey, past) for name in part.__struct_fields__ if name not in LEFT_OUT}
    facts["counted"] = sorted(counted.each(journey.counted))
    facts["measured"] = sorted(name for name, _ in counted.each(past.measured))
    facts["fold"], facts["base"] = folding.pack(past.fold), past.base
    facts["untold"] = untold
    return facts


def _judge_input(verdict: Verdict, said: Said, acknowledged: Sequence[Acknowledged]) -> None:
    """What the producer knows, without a replay: each record lies where Kafka said, and each that is poison has its letter."""
    log = {(record.topic, record.partition, record.offset): record for record in said.log}
    letters: defaultdict[tuple[str, ...], list[LogRecord]] = defaultdict(list)
    for letter in said.letters:
        letters[_place(letter)].append(letter)
    for sent, where in acknowledged:
        record = log.get(where)
        if record is None or (record.key, record.value) != (sent.key, sent.value):
            verdict.blame("input_lost", [f"{where}"])
        elif sent.refused and sent.refused != BY_THE_STATE:
            own = letters[tuple(map(str, where))]
            if not own:
                verdict.blame("letters_lost", [f"{where} {sent.refused}"])
            elif [(one.key, one.value, one.timestamp, _header(one, "class")) for one in own] != [
                (sent.key, sent.value, record.timestamp, sent.refused)
            ]:
                verdict.blame("letters_wrong", [f"{where} {sent.refused}"])


Letter = tuple[bytes | None, bytes | None, int, tuple[tuple[str, bytes | None], ...]]


def _facts(record: LogRecord) -> Letter:
    return record.key, record.value, record.timestamp, tuple(record.headers)


def _origin(letter: Letter) -> tuple[str, ...]:
    headers = dict(letter[3])
    return tuple((headers.get(HEADER_PREFIX + name) or b"").decode() for name in ("topic", "partition", "offset"))


def _place(record: LogRecord) -> tuple[str, ...]:
    return _origin(_facts(record))


def _named(letter: Letter) -> str:
    headers = dict(letter[3])
    said = [(headers.get(HEADER_PREFIX + name) or b"").decode() for name in ("class", "reason")]
    return f"{_origin(letter)} {': '.join(said)}"


def _header(record: LogRecord, name: str) -> str:
    return (dict(record.headers).get(HEADER_PREFIX + name) or b"").decode()
