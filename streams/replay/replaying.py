"""Files in, alerts out: the same core as a worker's, without Kafka. The same log and policy give the same bytes."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from uuid import UUID

import msgspec

from schemas.alert import AlertEvent
from schemas.dead_letter import detector_failed
from schemas.decode import decode
from schemas.forwarded import origins
from schemas.identity import key_of
from schemas.instant import NEVER
from schemas.partitioner import partition_for
from schemas.policy import Policy
from schemas.touchpoint import TOPIC_PREFIX, Heartbeat, Refused, Touchpoint
from streams.detection.change import AlertChange, Failed
from streams.detection.detector import Measured
from streams.detection.detectors import load
from streams.detection.partition import Partition
from streams.logs.file import PARTITIONS, LogRecord
from streams.replay.order import channel_of, in_order_of_arrival, safe_instants
from streams.replay.outcome import Alert, Counts, Dead, Outcome

ROUND = 5_000
"""Records between two times of settling: long enough to cost nothing, short enough to hold little."""

CROWD = 5_000
"""Journeys of a partition number from which on those of which nothing is known any more are forgotten."""


class Replay:
    def __init__(self, log: Iterable[LogRecord], policy: Policy, partitions: int = PARTITIONS, until: int | None = None) -> None:
        """PolicyMistake if a detector's section is wrong; LogBroken if the log contradicts itself."""
        self.counts = Counts()
        self.until = until
        """Everything before this instant is settled; None until the end of the log is known."""
        self._lateness = policy.lateness
        self._numbers = partitions
        detectors = load(policy)
        self._partitions = [Partition(number, policy, detectors) for number in range(partitions)]
        self._copied: set[tuple[str, int, int]] = set()
        self._ends: dict[tuple[str, int], int] = {}
        self._log = in_order_of_arrival(self._watched(log))
        self.counts.redelivered = self.counts.records - len(self._log)
        self._safe = safe_instants(self._log, self._lateness)
        if until is not None:
            needed = bisect_left(self._safe, until)  # nothing behind it can be placed before `until`
            self.counts.unread = len(self._log) - needed
            del self._log[needed:]
        self._strayed: set[tuple[str, str]] = set()
        """Journeys and channels of which something was misrouted."""
        self._moved: dict[tuple[str, int, int], LogRecord] = {}
        self._last = -1

    def run(self, settle_every: int = ROUND, progress: Callable[[int], object] = lambda _read: None) -> Iterator[Outcome]:
        """Alerts come in order of (time, journey, alert id, revision), dead letters in order of arrival. Once only.

        `settle_every` changes nothing but the time it takes. `progress` hears how many records have been read, now and then.
        """
        for read, record in enumerate(self._log, start=1):
            yield from self._read(record)
            if read % settle_every == 0:
                yield from self._settle(min(self._safe[read], self._end()))
                progress(read)
        self.until = self._end()
        yield from self._settle(self.until)
        progress(len(self._log))
        self._count_partitions()

    def _end(self) -> int:
        """Just past the last place so far, if no end was given."""
        return self._last + 1 if self.until is None else self.until

    def __len__(self) -> int:
        """Records to read."""
        return len(self._log)

    def _watched(self, log: Iterable[LogRecord]) -> Iterator[LogRecord]:
        for record in log:
            where = (record.topic, record.partition)
            self._ends[where] = max(self._ends.get(where, 0), record.offset + 1)
            self._copied.update((record.topic, *origin) for origin in origins(record.headers))
            if not record.topic.startswith(TOPIC_PREFIX) or channel_of(record) not in self._lateness:
                self.counts.unwatched[record.topic] += 1
            else:
                self.counts.records += 1
                yield record

    # In
    def _read(self, record: LogRecord) -> Iterator[Dead]:
        match decode(record):
            case Touchpoint() as touchpoint:
                self._admit(touchpoint, record)
            case Heartbeat():
                self.counts.heartbeats += 1
            case Refused() as refused:
                self.counts.refused[channel_of(record), refused.error_class] += 1
                yield Dead(record, refused)

    def _admit(self, touchpoint: Touchpoint, record: LogRecord) -> None:
        number = partition_for(key_of(touchpoint.journey), self._numbers)
        feed = (touchpoint.journey, touchpoint.channel)
        if number != touchpoint.partition:
            if (record.topic, record.partition, record.offset) in self._copied:
                self.counts.forwarded += 1
                return
            self.counts.misrouted += 1
            self._strayed.add(feed)
        if feed in self._strayed:
            # From here on this feed's offsets are of two partitions: only moved do they keep their order.
            touchpoint = self._moved_to(number, touchpoint, record)
        admission = self._partitions[number].admit(touchpoint)
        if admission == "redelivered":
            raise AssertionError("every offset is read once and in order")
        if admission == "repeated":
            self.counts.repeated += 1
            return
        self.counts.touchpoints[touchpoint.channel, touchpoint.data.TYPE] += 1
        self._last = max(self._last, touchpoint.occurred, touchpoint.arrived - self._lateness[touchpoint.channel])

    def _moved_to(self, number: int, touchpoint: Touchpoint, record: LogRecord) -> Touchpoint:
        """As a worker forwards it: behind everything that the right partition holds."""
        where = (record.topic, number)
        offset = self._ends.get(where, 0)
        self._ends[where] = offset + 1
        self._moved[(*where, offset)] = record
        return msgspec.structs.replace(touchpoint, partition=number, offset=offset)

    # Out
    def _settle(self, to: int) -> Iterator[Outcome]:
        alerts: list[Alert] = []
        for partition in self._partitions:
            for change in partition.advance(to):
                match change:
                    case AlertChange():
                        alerts.append(self._told(change))
                    case Measured():
                        yield change
                    case Failed():
                        self.counts.failed[change.detector] += 1
                        yield self._dead(change)
            if len(partition) > CROWD:
                partition.changed()
                partition.forget(dict.fromkeys(self._lateness, NEVER))
        alerts.sort(key=_in_order)
        yield from alerts

    def _told(self, change: AlertChange) -> Alert:
        self.counts.alerts[change.view.detector, change.word] += 1
        value = change.written()
        return Alert(change.family, AlertEvent.model_validate_json(value), value)

    def _dead(self, failed: Failed) -> Dead:
        where = (TOPIC_PREFIX + failed.touchpoint.channel, failed.partition, failed.touchpoint.offset)
        record = self._moved.get(where) or next(r for r in self._log if (r.topic, r.partition, r.offset) == where)
        return Dead(record, detector_failed(failed.detector, failed.error))

    def _count_partitions(self) -> None:
        for partition in self._partitions:
            self.counts.late += partition.counts["late"]
            self.counts.rebuilt += partition.counts["rebuilt"]
            self.counts.open.update(partition.open_alerts())
            self.counts.journeys += len(partition)


def _in_order(alert: Alert) -> tuple[int, bool, str, UUID, int]:
    event = alert.event
    return event.time, not event.data.anonymous, event.data.customer, event.data.alert_id, event.data.revision
