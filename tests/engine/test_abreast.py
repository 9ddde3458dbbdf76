"""Chunks reach the agents in order of arrival across the topics of a partition number, as far as it is known."""

from typing import Any, cast

import pytest
from faust.types import TP

from schemas.instant import HOUR, MINUTE
from streams.engine.abreast import FETCHED_RECORDS, Abreast
from streams.engine.chunk import CHUNK_RECORDS, Chunk
from tests.engine.live import Record

CHAT, SHOP, OTHER = TP("touchpoints.chat", 0), TP("touchpoints.shop", 0), TP("touchpoints.chat", 1)

START = 1_700_000_000_000


def chunk(tp: TP, start: int, arrived: int | None, weight: int = 1) -> Chunk:
    """One position long; `arrived` None for one of markers alone."""
    record = object.__new__(Record)
    record.timestamp = arrived or 0
    return Chunk(tp, start, start + 1, [] if arrived is None else [cast("Any", record)], epoch=1, weight=weight)


class Broker:
    """How far each topic partition is known to reach."""

    def __init__(self, **ends: int) -> None:
        self.ends = {CHAT: ends.get("chat", 0), SHOP: ends.get("shop", 0), OTHER: ends.get("other", 0)}

    def unread(self, tp: TP, position: int) -> bool:
        return position < self.ends[tp]


def abreast(broker: Broker, limit: int = 100) -> Abreast:
    made = Abreast(limit, broker.unread)
    made.begin({CHAT: 0, SHOP: 0, OTHER: 0})
    return made


def test_what_arrived_first_comes_first_and_each_topic_keeps_its_order() -> None:
    found = abreast(Broker())
    for one in (chunk(CHAT, 0, 10), chunk(CHAT, 1, 40), chunk(CHAT, 2, 20), chunk(SHOP, 0, 15), chunk(SHOP, 1, 30)):
        found.put(one)
    assert [(one.tp, one.start) for one in found.take()] == [(CHAT, 0), (SHOP, 0), (SHOP, 1), (CHAT, 1), (CHAT, 2)]
    assert found.records == 0


def test_nothing_is_taken_while_a_topic_of_the_number_has_something_unread_and_nothing_here() -> None:
    broker = Broker(chat=5, shop=1)
    found = abreast(broker)
    found.put(chunk(CHAT, 0, 10))
    found.put(chunk(OTHER, 0, 99))
    assert [one.tp for one in found.take()] == [OTHER]  # another number is held up by nobody
    found.put(chunk(SHOP, 0, 20))
    assert [(one.tp, one.start) for one in found.take()] == [(CHAT, 0)]  # more of the chat may have arrived before 20
    broker.ends[CHAT] = 1
    assert [one.tp for one in found.take()] == [SHOP]


def test_markers_alone_come_at_once() -> None:
    found = abreast(Broker())
    found.put(chunk(SHOP, 0, 5))
    found.put(chunk(CHAT, 0, None))
    assert [one.tp for one in found.take()] == [CHAT, SHOP]


def test_of_what_there_is_enough_no_more_is_fetched() -> None:
    found = abreast(Broker(), limit=90)
    assert found.wanted() == {CHAT, SHOP, OTHER}
    found.put(chunk(CHAT, 0, 10, weight=31))  # a third of what may be here
    assert found.wanted() == {SHOP, OTHER}


def test_at_the_limit_only_that_is_fetched_which_others_wait_for() -> None:
    found = abreast(Broker(shop=1), limit=90)
    found.put(chunk(CHAT, 0, 10, weight=90))
    assert found.wanted() == {SHOP}
    assert found.most() == CHUNK_RECORDS
    found.put(chunk(SHOP, 0, 5))
    assert found.wanted() == set()


def test_a_topic_more_than_a_minute_ahead_of_its_number_is_held_up() -> None:
    broker = Broker(shop=2)
    found = abreast(broker)
    found.put(chunk(CHAT, 0, START + MINUTE))
    found.put(chunk(SHOP, 0, START))
    assert [one.tp for one in found.take()] == [SHOP]
    assert found.held_up() == {}
    found.put(chunk(SHOP, 1, START + HOUR))
    found.put(chunk(CHAT, 1, START + MINUTE + 1))
    assert found.held_up() == {SHOP.topic: 1}


@pytest.mark.parametrize(("waiting", "most"), [(0, FETCHED_RECORDS), (9_000, 1_000), (9_999, CHUNK_RECORDS)])
def test_a_fetch_gives_no_more_than_there_is_room_for(waiting: int, most: int) -> None:
    found = abreast(Broker(), limit=10_000)
    found.put(chunk(CHAT, 0, 10, weight=waiting))
    assert found.most() == most


def test_an_assignment_begins_with_nothing() -> None:
    found = abreast(Broker())
    found.put(chunk(CHAT, 0, 10))
    found.begin({SHOP: 7})
    assert (found.records, list(found.take()), found.wanted()) == (0, [], {SHOP})
