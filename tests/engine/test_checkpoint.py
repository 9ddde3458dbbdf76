"""What a checkpoint takes at its instant."""

import asyncio
import json

from aiokafka import ConsumerRecord

from schemas.decode import decode
from schemas.instant import MINUTE, NEVER, format_instant
from schemas.touchpoint import Touchpoint
from streams.detection.change import AlertChange
from streams.engine.checkpoint import IN_ONE_GO, due, due_of_all
from streams.engine.held import Clock, Held
from tests.engine.holding import held

AT = 1_700_000_000_000


def admit(mine: Held, offset: int, customer: str = "c1", at: int = AT) -> None:
    """A case that is overdue a second later."""
    told = {
        "specversion": "1.0",
        "id": f"e{offset}",
        "source": "test",
        "type": "io.throughline.conversation.opened.v1",
        "time": format_instant(at),
        "customerid": customer,
        "data": {"conversation_id": "v1", "due_at": format_instant(at + 1000)},
    }
    headers = (("content-type", b"application/cloudevents+json"),)
    record = ConsumerRecord("touchpoints.chat", 0, offset, at, 1, customer.encode(), json.dumps(told).encode(), None, 2, 0, headers)
    touchpoint = decode(record)
    assert isinstance(touchpoint, Touchpoint)
    mine.partition.admit(touchpoint)
    mine.admitted["chat"] = offset + 1


def pass_time(mine: Held, to: int) -> None:
    for channel in mine.admitted:
        mine.progress.caught_up(channel, to)


async def test_nothing_admitted_and_nothing_due_is_no_transaction() -> None:
    mine = held()
    mine.committed = dict(mine.admitted)
    pass_time(mine, AT)
    assert await due(mine, IN_ONE_GO) is None


async def test_the_first_checkpoint_of_an_assignment_writes_its_positions() -> None:
    found = await due(held(admitted={"chat": 7}), IN_ONE_GO)
    assert found is not None
    assert found.clock == Clock(-NEVER, {"chat": 7, "shop": 0})


async def test_a_touchpoint_that_waits_lies_in_the_journey_that_goes_with_its_position() -> None:
    mine = held()
    admit(mine, 4)
    found = await due(mine, IN_ONE_GO)
    assert found is not None
    assert list(found.journeys) == ["c:c1"]
    assert found.alerts == []
    assert found.clock.positions == {"chat": 5, "shop": 0}


async def test_what_is_due_is_told_once() -> None:
    mine = held()
    admit(mine, 4)
    pass_time(mine, AT + MINUTE)
    found = await due(mine, IN_ONE_GO)
    assert found is not None
    assert {change.view.detector for change in found.alerts} >= {"resolution"}
    again = await due(mine, IN_ONE_GO)
    assert again is not None
    assert again.alerts == []


async def test_what_is_more_than_a_transaction_should_hold_is_left_to_the_next_ones() -> None:
    mine, customers = held(), IN_ONE_GO * 2 + 1
    for offset in range(customers):
        admit(mine, offset, f"c{offset}")
    pass_time(mine, AT + MINUTE)
    told: list[str] = []
    settled: list[int] = []
    while not settled or settled[-1] == -NEVER:
        found = await due(mine, IN_ONE_GO)
        assert found is not None
        assert len({change.journey for change in found.alerts}) <= IN_ONE_GO
        assert {change.journey for change in found.alerts} <= found.journeys.keys()
        told += [change.event().id for change in found.alerts]
        settled.append(found.clock.settled)
    assert len(settled) > 2
    assert settled[-1] == mine.progress.settled()
    whole = held()
    for offset in range(customers):
        admit(whole, offset, f"c{offset}")
    assert sorted(told) == sorted(
        change.event().id for change in whole.partition.advance(mine.progress.settled()) if isinstance(change, AlertChange)
    )


async def test_numbers_that_have_little_to_do_leave_their_share_to_the_others() -> None:
    idle, busy, last = held(), held(), held()
    for mine, customers in ((idle, 1), (busy, 3 * IN_ONE_GO), (last, 2 * IN_ONE_GO)):
        for offset in range(customers):
            admit(mine, offset, f"c{offset}")
        pass_time(mine, AT + MINUTE)
    first, all_of_it, what_everyone_gets = await due_of_all([idle, busy, last], 3 * IN_ONE_GO + 1)
    assert first.whole
    assert all_of_it.whole
    assert not what_everyone_gets.whole
    assert len({change.journey for change in what_everyone_gets.alerts}) == IN_ONE_GO


async def test_a_number_that_is_behind_comes_before_one_that_always_has_more() -> None:
    busy, behind = held(), held()
    for mine in (busy, behind):
        for offset in range(2 * IN_ONE_GO):
            admit(mine, offset, f"c{offset}")
        pass_time(mine, AT + MINUTE)
    assert [found.whole for found in await due_of_all([busy, behind], 2 * IN_ONE_GO)] == [True, False]
    for offset in range(2 * IN_ONE_GO, 4 * IN_ONE_GO):
        admit(busy, offset, f"c{offset}", AT + MINUTE)
    for mine in (busy, behind):
        pass_time(mine, AT + 2 * MINUTE)
    first, second = await due_of_all([busy, behind], 2 * IN_ONE_GO)
    assert (first.held, first.whole) == (behind, True)
    assert (second.held, second.whole) == (busy, False)


async def test_what_is_admitted_while_it_settles_is_taken_with_its_position() -> None:
    mine, customers = held(), IN_ONE_GO + 1
    for offset in range(customers):
        admit(mine, offset, f"c{offset}")
    pass_time(mine, AT + MINUTE)
    settling = asyncio.create_task(due(mine, 2 * IN_ONE_GO))
    await asyncio.sleep(0)
    admit(mine, customers, "c-next", AT + MINUTE)
    found = await settling
    assert found is not None
    assert found.whole
    assert len({change.journey for change in found.alerts}) == customers
    assert found.clock.positions["chat"] == customers + 1
    assert "c:c-next" in found.journeys
    pass_time(mine, AT + 2 * MINUTE)
    again = await due(mine, IN_ONE_GO)
    assert again is not None
    assert {change.journey for change in again.alerts} == {"c:c-next"}


async def test_a_tombstone_gives_way_to_a_journey_that_has_come_back() -> None:
    mine = held()
    mine.forgotten = ["c:c1", "c:c2"]
    admit(mine, 4)
    found = await due(mine, IN_ONE_GO)
    assert found is not None
    assert found.journeys["c:c1"] is not None
    assert found.journeys["c:c2"] is None


async def test_settled_time_never_goes_back_when_a_worker_takes_over() -> None:
    mine = held()
    mine.settled = AT
    found = await due(mine, IN_ONE_GO)
    assert found is not None
    assert found.clock.settled == AT


def test_the_clock_is_what_was_packed() -> None:
    clock = Clock(AT, {"chat": 5})
    assert Clock.unpacked(clock.packed()) == clock
