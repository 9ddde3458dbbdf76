"""Where each topic partition is read from after a recovery."""

from collections.abc import Mapping, Sequence

from aiokafka import AIOKafkaConsumer, TopicPartition
from structlog.stdlib import get_logger

from schemas.touchpoint import TOPIC_PREFIX
from streams.engine.held import Clock

_log = get_logger(__name__)


async def starts(
    tps: Sequence[TopicPartition],
    clocks: Mapping[int, Clock],
    committed: Mapping[TopicPartition, int],
    reader: AIOKafkaConsumer,
    lateness: Mapping[str, int],
) -> dict[TopicPartition, int]:
    """The group's committed offset; else what the changelog says, which does not expire with the group; else the beginning.

    A channel that was added since its partition number was last settled is read from the first record that can still be
    placed: reading it from its beginning would tell what is long over. `clocks` by partition number.
    """
    known: dict[TopicPartition, int] = {}
    added: dict[TopicPartition, int] = {}
    for tp in tps:
        channel, clock = tp.topic.removeprefix(TOPIC_PREFIX), clocks.get(tp.partition)
        if (offset := committed.get(tp)) is not None:
            known[tp] = offset
        elif clock is not None and channel in clock.positions:
            known[tp] = clock.positions[channel]
        elif clock is not None:
            added[tp] = max(clock.settled + lateness[channel], 0)
    begins = await reader.beginning_offsets(list(tps))
    if added:
        known |= await _from(added, reader)
    for tp, offset in known.items():
        if offset < begins[tp]:
            _log.error(
                "records were deleted before they were read: the topic keeps them too short a time",
                topic=tp.topic, partition=tp.partition, lost=begins[tp] - offset,
            )  # fmt: skip
    return {tp: max(known.get(tp, 0), begins[tp]) for tp in tps}


async def _from(instants: Mapping[TopicPartition, int], reader: AIOKafkaConsumer) -> dict[TopicPartition, int]:
    """The ends first: what arrives between the two answers lies behind them, and would be passed over otherwise."""
    ends = await reader.end_offsets(list(instants))
    found = await reader.offsets_for_times(dict(instants))
    return {tp: ends[tp] if offset is None else offset.offset for tp, offset in ((tp, found.get(tp)) for tp in instants)}
