"""The memory between broker and agents is bounded in records."""

import asyncio

from streams.engine.read_ahead import ReadAhead


async def waits(ahead: ReadAhead) -> bool:
    try:
        await asyncio.wait_for(ahead.room(), 0.01)
    except TimeoutError:
        return True
    return False


async def test_there_is_room_below_the_limit_and_none_at_it() -> None:
    ahead = ReadAhead(10)
    ahead.queued(9)
    assert not await waits(ahead)
    ahead.queued(1)
    assert await waits(ahead)


async def test_who_waits_goes_on_when_an_agent_has_taken_a_chunk() -> None:
    ahead = ReadAhead(10)
    ahead.queued(15)
    waiting = asyncio.create_task(ahead.room())
    ahead.taken(6)
    await asyncio.wait_for(waiting, 1)
    assert ahead.records == 9


async def test_a_rebalance_makes_room() -> None:
    ahead = ReadAhead(10)
    ahead.queued(99)
    ahead.dropped()
    assert not await waits(ahead)
