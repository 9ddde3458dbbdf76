"""A checkpoint that nothing can interrupt never has more than so much to settle."""

import asyncio

from streams.engine.pace import Pace


async def test_the_agents_wait_for_a_checkpoint_once_the_limit_is_reached() -> None:
    pace = Pace(10)
    pace.admitted(9)
    await asyncio.wait_for(pace.go(), 1)
    assert not pace.hurry.is_set()
    pace.admitted(1)
    assert pace.hurry.is_set()
    waiting = asyncio.create_task(pace.go())
    await asyncio.sleep(0)
    assert not waiting.done()
    pace.settled()
    await asyncio.wait_for(waiting, 1)
    assert not pace.hurry.is_set()


async def test_where_a_checkpoint_left_something_the_agents_wait_for_the_next() -> None:
    pace = Pace(10)
    pace.behind()
    assert pace.hurry.is_set()
    waiting = asyncio.create_task(pace.go())
    await asyncio.sleep(0)
    assert not waiting.done()
    pace.settled()
    await asyncio.wait_for(waiting, 1)
