"""What lies on the topics when all is settled: the live result, and the log that a replay judges it by."""

from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

from schemas.alert import ACTIVE_TOPIC, Family
from schemas.dead_letter import DEAD_LETTER_TOPIC
from schemas.touchpoint import TOPIC_PREFIX
from streams.engine import topics
from streams.engine.held import CLOCK_KEY, Clock
from streams.kafka.dump import dump
from streams.logs.file import LogRecord, write_log
from tests.faults.policy import POLICY

CHANNELS = [TOPIC_PREFIX + channel for channel in POLICY.channels]
ALERTS = [family.topic for family in Family]


class Said(Struct):
    """As readers of committed records get it."""

    log: Sequence[LogRecord]
    alerts: Sequence[LogRecord]
    active: Sequence[LogRecord]
    letters: Sequence[LogRecord]
    changelog: Sequence[LogRecord]

    @classmethod
    def on(cls, kafka: str, application: str) -> "Said":
        def read(*names: str) -> list[LogRecord]:
            return list(dump(names, kafka))

        return cls(read(*CHANNELS), read(*ALERTS), read(ACTIVE_TOPIC), read(DEAD_LETTER_TOPIC), read(topics.changelog(application)))

    def clocks(self) -> dict[int, Clock]:
        """By partition number, how far it was settled at last."""
        return {record.partition: Clock.unpacked(record.value or b"") for record in self.changelog if record.key == CLOCK_KEY}

    def journeys(self) -> dict[str, bytes]:
        """The last value of each, without those that are forgotten."""
        last: dict[str, bytes] = {}
        for record in self.changelog:
            if record.key is None or record.key == CLOCK_KEY:
                continue
            if record.value is None:
                last.pop(record.key.decode(), None)
            else:
                last[record.key.decode()] = record.value
        return last

    def keep(self, folder: Path) -> None:
        """As log files, which the command reads."""
        for name in self.__struct_fields__:
            write_log(folder / f"{name}.jsonl.zst", getattr(self, name))
