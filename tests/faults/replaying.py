"""What a replay of the dumped log says, for each partition number up to where its workers settled it."""

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct, field

from schemas.forwarded import origins
from schemas.partitioner import partition_for
from schemas.policy import Policy
from streams.engine.held import Clock
from streams.logs.file import LogRecord
from streams.replay import Replay
from streams.replay.outcome import Alert, Dead
from tests.faults.policy import PARTITIONS


class Wanted(Struct):
    alerts: dict[str, bytes] = field(default_factory=dict)
    """By alert id and revision, in the order in which they are told."""
    letters: list[LogRecord] = field(default_factory=list)
    journeys: dict[str, bytes] = field(default_factory=dict)
    unread: int = 0
    """Records that arrived too late for what was settled; there are none once all is settled."""


def replayed(log: Sequence[LogRecord], policy: Policy, clocks: Mapping[int, Clock]) -> Wanted:
    wanted = Wanted()
    for number in range(PARTITIONS):
        _add(wanted, number, Replay(_of(log, number), policy, PARTITIONS, clocks[number].settled))
    return wanted


def _of(log: Iterable[LogRecord], number: int) -> list[LogRecord]:
    """What customers' records lie on a partition number, and the copies of what strayed to it, which lie elsewhere."""
    return [
        record
        for record in log
        if record.key is not None and (record.partition == number or any(origin == number for origin, _ in origins(record.headers)))
    ]


def _add(wanted: Wanted, number: int, replay: Replay) -> None:
    for outcome in replay.run():
        match outcome:
            case Alert() if partition_for(outcome.event.data.customer.encode(), PARTITIONS) == number:
                wanted.alerts[outcome.event.id] = outcome.value
            case Dead() if outcome.original.partition == number:
                wanted.letters.append(outcome.record())
    wanted.unread += replay.counts.unread
    wanted.journeys.update(replay._partitions[number].changed())
