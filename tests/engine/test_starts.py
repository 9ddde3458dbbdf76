"""A channel that was added begins where nothing that can still be placed is passed over."""

from collections.abc import Iterable, Mapping
from typing import Any, cast

from aiokafka import TopicPartition

from streams.engine.held import Clock
from streams.engine.starts import starts

CHAT = TopicPartition("touchpoints.chat", 0)
SETTLED = 1_700_000_000_000


class Filling:
    """Stands in for Kafka: an empty topic, in which a record arrives as soon as it has been asked for its end or for an instant."""

    def __init__(self) -> None:
        self._records = 0

    async def beginning_offsets(self, tps: Iterable[TopicPartition]) -> dict[TopicPartition, int]:
        return dict.fromkeys(tps, 0)

    async def end_offsets(self, tps: Iterable[TopicPartition]) -> dict[TopicPartition, int]:
        before, self._records = self._records, 1
        return dict.fromkeys(tps, before)

    async def offsets_for_times(self, instants: Mapping[TopicPartition, int]) -> dict[TopicPartition, Any]:
        before, self._records = self._records, 1
        return {tp: _Found(0) if before else None for tp in instants}


class _Found:
    def __init__(self, offset: int) -> None:
        self.offset = offset


async def test_a_record_that_arrives_while_it_is_looked_for_is_read() -> None:
    clocks = {0: Clock(SETTLED, {"shop": 7})}
    assert await starts([CHAT], clocks, {}, cast("Any", Filling()), {"chat": 0}) == {CHAT: 0}
