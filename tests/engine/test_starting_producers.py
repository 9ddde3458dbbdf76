"""Producers start together, or none is left starting."""

import asyncio
from typing import Any, cast

import pytest
from aiokafka.errors import KafkaConnectionError

from streams.engine.journeys import started


class Starting:
    """As aiokafka's producer: a start waits for an answer, and what it has begun by then is only ended by a stop that comes later."""

    def __init__(self, error: Exception | None = None) -> None:
        self._error = error
        self.answer = asyncio.Event()
        self.began = False

    async def start(self) -> None:
        if self._error is not None:
            raise self._error
        await self.answer.wait()
        self.began = True


async def test_all_have_begun_when_it_returns() -> None:
    producers = [Starting(), Starting()]
    for producer in producers:
        producer.answer.set()
    await started(cast("Any", producers))
    assert all(producer.began for producer in producers)


async def test_where_one_fails_none_begins_later() -> None:
    slow, failing = Starting(), Starting(KafkaConnectionError())
    with pytest.raises(KafkaConnectionError):
        await started(cast("Any", [slow, failing]))
    await _answered(slow)
    assert not slow.began


async def test_where_a_rebalance_cancels_it_none_begins_later() -> None:
    slow = Starting()
    waiting = asyncio.create_task(started(cast("Any", [slow])))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await _answered(slow)
    assert not slow.began


async def _answered(producer: Starting) -> None:
    producer.answer.set()
    for _ in range(5):
        await asyncio.sleep(0)
