"""Copies: the same record again, and the same touchpoint sent again by its producer."""

import json
from collections.abc import Sequence

import pytest
from msgspec import Struct

from schemas.decode import decode
from schemas.instant import DAY, HOUR, MINUTE, SECOND, format_instant
from schemas.touchpoint import Touchpoint
from streams.detection import counted
from streams.detection.detectors import load
from streams.detection.partition import Partition
from tests.detection.laws.agreement import finish, lived, stepwise
from tests.detection.laws.log import NUMBER, Event, log_of
from tests.detection.laws.policy import policy
from tests.detection.laws.spoken import ask, price, reply, viewed
from tests.detection.laws.touchpoints import ORIGIN
from tests.detection.laws.world import Poll, World


def test_the_very_record_again_is_known_by_its_offset_and_a_copy_by_its_name() -> None:
    log = log_of([Event("chat", ask(), name="one"), Event("chat", ask(), SECOND, name="one"), Event("chat", ask(), SECOND, customer="c:y")])
    partition = Partition(NUMBER, policy(), load(policy()))
    first, copy, other = log["chat"]
    assert [partition.admit(one) for one in (first, copy, first, copy, other)] == [
        "new",
        "repeated",
        "redelivered",
        "redelivered",
        "new",
    ]


@pytest.mark.parametrize("within", [MINUTE, DAY])
def test_a_copy_within_the_policys_time_is_dropped_and_one_a_millisecond_later_counts(within: int) -> None:
    for later, asked in ((within, {"A"}), (within + 1, {"A", "B"})):
        world = lived([Event("chat", ask("A"), name="one"), Event("chat", ask("B"), later, name="one")], deduplication=within)
        assert {alert.subject[1] for alert in world.told.values()} == asked


def test_whether_a_copy_is_inside_that_time_is_asked_of_arrivals_not_of_the_settled_time() -> None:
    log = log_of(
        [
            Event("chat", ask(), 0, name="one"),
            Event("chat", price("100", 1), HOUR),
            Event("web", price("110"), HOUR),
            Event("chat", ask("B"), 25 * HOUR, name="one"),
        ]
    )
    world = lived(log, [Poll("chat", 9), Poll("web", 9)], wall=100 * DAY)
    assert {alert.subject[1] for alert in world.told.values() if alert.detector == "first_response"} == {"A", "B"}


def test_copies_are_counted_from_the_last_that_counted_not_from_the_last_copy() -> None:
    """Twenty hours apart: the third is forty hours from the first, and counts."""
    asked = [Event("chat", ask(conversation), n * 20 * HOUR, name="one") for n, conversation in enumerate("ABC")]
    assert {alert.subject[1] for alert in lived(asked).told.values()} == {"A", "C"}


def test_a_copy_that_comes_when_all_is_forgotten_opens_an_alert_of_its_own() -> None:
    """Its producer sends last week's file once more: the first alert's revisions must not be given out again with other content."""
    log = log_of([Event("chat", ask(), name="one"), Event("chat", reply(), 10 * MINUTE), Event("chat", ask(), delay=10 * DAY, name="one")])
    world = stepwise(log, 12 * HOUR, 30 * DAY)
    assert [(alert.word, alert.revision) for alert in world.told.values()] == [
        ("opened", 0), ("updated", 1), ("resolved", 2),
        ("opened", 0), ("resolved", 1),
    ]  # fmt: skip


def test_what_has_been_counted_is_remembered_for_24_hours_in_a_busy_journey_too() -> None:
    """Tidied long before the copy comes, for its window is short."""
    busy = [Event("chat", viewed(), n * 10 * MINUTE) for n in range(40)]
    log = log_of([Event("chat", ask("A"), name="one"), *busy, Event("chat", ask("B"), 20 * HOUR, name="one")])
    world = World(log, ORIGIN, policy(window=2 * HOUR))
    while world.wall < ORIGIN + 20 * HOUR:
        world.wall += 30 * MINUTE
        world.read_all()
        world.checkpoint()
    finish(world)
    assert {alert.subject[1] for alert in world.told.values() if alert.detector == "first_response"} == {"A"}


@pytest.mark.parametrize(("deduplication", "grows"), [(HOUR, False), (DAY, True)])
def test_a_busy_journey_remembers_for_no_longer_than_the_policy_says(deduplication: int, grows: bool) -> None:
    """Of twice as many touchpoints, twice as long."""

    def size_after(hours: int) -> int:
        log = log_of([Event("chat", viewed(), n * 5 * MINUTE) for n in range(12 * hours)])
        world = World(log, ORIGIN, policy(window=HOUR, deduplication=deduplication))
        while world.wall < ORIGIN + hours * HOUR:
            world.wall += 30 * MINUTE
            world.read_all()
            world.checkpoint()
        return sum(map(len, world.changelog.values()))

    assert (size_after(20) > 1.5 * size_after(10)) is grows


class Line(Struct):
    topic: str
    value: bytes
    timestamp: int
    partition: int = NUMBER
    offset: int = 0
    key: bytes | None = None
    headers: Sequence[tuple[str, bytes]] = ()


def _read(who: dict[str, str], number: int) -> Touchpoint:
    event = {
        "specversion": "1.0",
        "id": str(number),
        "source": "urn:chat",
        "time": format_instant(ORIGIN),
        "type": "io.throughline.message.sent.v1",
    }
    data = {"conversation_id": "A", "author": "customer"}
    value = json.dumps(event | who | {"data": data}).encode()
    touchpoint = decode(Line("touchpoints.chat", value, ORIGIN, offset=number, headers=[("content-type", b"application/cloudevents+json")]))
    assert isinstance(touchpoint, Touchpoint)
    return touchpoint


def test_a_customer_and_a_visitor_of_one_id_are_two_though_their_records_have_one_key() -> None:
    partition = Partition(NUMBER, policy(), load(policy()))
    for touchpoint in (_read({"customerid": "7"}, 0), _read({"anonymousid": "7"}, 1)):
        assert partition.admit(touchpoint) == "new"
    assert len(partition) == 2


def test_a_name_is_found_only_where_an_entry_begins() -> None:
    """Sixteen bytes an entry; the name asked for also stands across two of them."""
    astride = counted.entry(b"12345678", int.from_bytes(b"\0\0\0\0abcd", "big")) + counted.entry(b"efgh5678", 7)
    assert counted.find(astride, b"abcdefgh") == -1
    assert counted.find(astride + counted.entry(b"abcdefgh", 9), b"abcdefgh") == 32
    assert counted.find(counted.entry(b"abcdefgh", 9) + astride, b"abcdefgh") == 0
