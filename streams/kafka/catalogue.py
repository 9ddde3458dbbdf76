"""Every topic there is, with its settings and why each is as it is. Nothing else names a topic's settings.

A topic that is better than this (kept longer, written to more brokers) is left alone: most settings are bounds.
"""

from collections.abc import Iterable
from enum import StrEnum

from msgspec import Struct

from schemas.alert import ACTIVE_TOPIC, Family
from schemas.dead_letter import DEAD_LETTER_TOPIC
from schemas.instant import DAY
from schemas.policy import Policy
from schemas.touchpoint import TOPIC_PREFIX

PARTITIONS = 12
"""Workers beyond this number have nothing to do, and it cannot be changed later; production wants 96 or more."""
REPLICATION = 3
RETENTION = 7 * DAY
"""Of the channels: a worker that is down over a long week-end misses nothing."""
TO_LOOK_AT = 21 * DAY
"""How much longer dead letters are kept than what they were made of: they carry its timestamp."""
MEBIBYTE = 1024 * 1024
CHANNEL_BYTES = MEBIBYTE + 12
"""Kafka's own default: a mebibyte and the frame of a batch."""
LETTER_FRAME = 64 * 1024
"""More than the headers of a dead letter that say what is wrong."""
FOR_EVER = 2**63 - 1
"""Kafka's own value for a limit on timestamps that is none."""

CLEANUP = "cleanup.policy"
STAMPED = "message.timestamp.type"
IN_SYNC = "min.insync.replicas"
KEPT = "retention.ms"
LARGEST = "max.message.bytes"


class Kind(StrEnum):
    CHANNEL = "channel"
    DEAD_LETTERS = "dead letters"
    ALERTS = "alerts"
    ACTIVE = "active alerts"
    JOURNEYS = "journeys"


class Bound(StrEnum):
    EXACTLY = "exactly"
    AT_LEAST = "at least"
    AT_MOST = "at most"


class Harm(StrEnum):
    """What it means that a setting is otherwise, for a worker that is about to start."""

    FATAL = "fatal"
    """Events or journeys would be lost, or two customers' partition numbers mixed."""
    RISK = "risk"
    """It works, until something fails or a clock is wrong."""
    COST = "cost"
    """Slower, or larger."""


class Config(Struct, frozen=True):
    name: str
    value: str | int | float
    why: str
    bound: Bound = Bound.EXACTLY
    harm: Harm = Harm.COST

    def holds(self, found: str) -> bool:
        if self.bound is Bound.EXACTLY or isinstance(self.value, str):
            return _same(found, str(self.value))
        number = float(found)
        if number < 0:  # Kafka's -1: without limit
            number = float("inf")
        return number >= self.value if self.bound is Bound.AT_LEAST else number <= self.value


class Topic(Struct, frozen=True):
    name: str
    kind: Kind
    partitions: int
    replication: int
    configs: tuple[Config, ...]

    @property
    def counts(self) -> bool:
        """Whether its number of partitions matters: one partition number is one set of customers in all of these."""
        return self.kind in {Kind.CHANNEL, Kind.JOURNEYS}


def changelog(application: str) -> str:
    """Where the journeys lie, compacted."""
    return f"{application}.journeys"


def partitioned(policy: Policy, application: str) -> list[str]:
    """Those in which one partition number is one set of customers: the channels' and the journeys'."""
    return [*(TOPIC_PREFIX + channel for channel in policy.channels), changelog(application)]


def written() -> list[str]:
    """What a worker writes, apart from the journeys; any number of partitions will do."""
    return [DEAD_LETTER_TOPIC, ACTIVE_TOPIC, *(family.topic for family in Family)]


def catalogue(
    policy: Policy,
    application: str,
    *,
    partitions: int = PARTITIONS,
    replication: int = REPLICATION,
    retention: int = RETENTION,
    largest: int = CHANNEL_BYTES,
) -> tuple[Topic, ...]:
    """`retention` of the channels in milliseconds, -1 for ever; `largest`: the most bytes at once that any channel takes."""
    kept = max(retention, policy.window) if retention >= 0 else -1

    def topic(name: str, kind: Kind, *configs: Config) -> Topic:
        return Topic(name, kind, partitions, replication, (*_kept_safe(replication), *configs))

    return (
        *(topic(TOPIC_PREFIX + channel, Kind.CHANNEL, *_channel(kept)) for channel in policy.channels),
        topic(DEAD_LETTER_TOPIC, Kind.DEAD_LETTERS, *_dead_letters(kept, largest)),
        *(topic(family.topic, Kind.ALERTS, *_alerts()) for family in Family),
        topic(ACTIVE_TOPIC, Kind.ACTIVE, *_active()),
        topic(changelog(application), Kind.JOURNEYS, *_journeys()),
    )


def in_sync(replication: int) -> int:
    """One broker may be down and writing goes on; of one or two replicas none can be asked for beside the leader."""
    return 2 if replication >= REPLICATION else 1


def _kept_safe(replication: int) -> tuple[Config, ...]:
    return (
        Config(
            IN_SYNC,
            in_sync(replication),
            "what was acknowledged lies on so many brokers: the loss of one loses nothing",
            Bound.AT_LEAST,
            Harm.RISK,
        ),
        Config(
            "unclean.leader.election.enable",
            "false",
            "a replica that has not everything may not become the leader: it would forget what was acknowledged",
            harm=Harm.RISK,
        ),
    )


def _channel(kept: int) -> tuple[Config, ...]:
    return (
        Config(
            STAMPED,
            "LogAppendTime",
            "lateness and progress are measured by arrival; a producer's clock that is wrong would move them, and empty the topic early",
            harm=Harm.RISK,
        ),
        Config(CLEANUP, "delete", "compacted, it would keep each customer's last touchpoint alone, and lose those before", harm=Harm.FATAL),
        _retention(kept, "unread touchpoints are never deleted: longer than any outage of the workers, and than the policy's window"),
        _no_size("a burst in one channel deletes nothing that is unread"),
        Config(LARGEST, CHANNEL_BYTES, "no touchpoint needs a mebibyte", Bound.AT_LEAST),
    )


def _dead_letters(kept: int, largest: int) -> tuple[Config, ...]:
    return (
        Config(
            STAMPED,
            "CreateTime",
            "a letter keeps its record's time, to be looked up and sent again by it",
            harm=Harm.RISK,
        ),
        *(
            Config(f"message.timestamp.{side}.max.ms", FOR_EVER, why, Bound.AT_LEAST, Harm.RISK)
            for side, why in (
                ("before", "a letter of an old record is not refused: a checkpoint that cannot write it cannot go on"),
                ("after", "nor is a letter of a record from a clock that runs ahead (Kafka 4 refuses more than an hour)"),
            )
        ),
        Config(CLEANUP, "delete", "compacted, it would keep the last letter of each key alone", harm=Harm.RISK),
        _retention(
            kept + TO_LOOK_AT if kept >= 0 else -1,
            "three weeks to look at a letter, also at one that lay in its channel until the last moment; and with the segment's day it is "
            "gone within a month, as a customer may ask for",
        ),
        _no_size("a flood of bad records does not push out the letters from before it"),
        _day("what is too old goes by whole segments: within a day"),
        Config(
            LARGEST,
            max(4 * MEBIBYTE, largest + LETTER_FRAME),
            "larger than the channels': a letter is its record, uncompressed, and the headers that say what is wrong. One that does not "
            "fit goes without its bytes",
            Bound.AT_LEAST,
        ),
    )


def _alerts() -> tuple[Config, ...]:
    return (
        Config(
            STAMPED,
            "LogAppendTime",
            "retention and a reader's `since` go by when an alert could first be read; the event carries its own times, days old in a "
            "catch-up, and by them it would be deleted at once",
        ),
        Config(
            CLEANUP, "delete", "an alert's revisions are its story: compacted by customer, one would push out another's", harm=Harm.RISK
        ),
        _retention(28 * DAY, "a subscriber catches up after weeks; customers' data is gone within a month, as they may ask for"),
        _no_size("many alerts at once delete none that is unread"),
        _day("what is too old goes by whole segments: within a day"),
        Config(LARGEST, CHANNEL_BYTES, "evidence points to records instead of copying them: an alert is a few kilobytes", Bound.AT_LEAST),
    )


def _active() -> tuple[Config, ...]:
    return (
        Config(STAMPED, "LogAppendTime", "compaction goes by the brokers' clocks, not by each worker's"),
        Config(
            CLEANUP,
            "compact",
            "what is open stays, however old: by age alone, an alert that is open for long would vanish while the customer waits",
            harm=Harm.RISK,
        ),
        Config(
            "delete.retention.ms",
            7 * DAY,
            "tombstones: a subscriber that was away for so long still learns what has ended meanwhile",
            Bound.AT_LEAST,
        ),
        *_compaction(64, "who subscribes reads it from the beginning"),
        Config(LARGEST, CHANNEL_BYTES, "as the alerts themselves", Bound.AT_LEAST),
    )


def _journeys() -> tuple[Config, ...]:
    return (
        Config(
            STAMPED, "LogAppendTime", "compaction goes by the brokers' clocks, not by each worker's; a journey's own times lie inside it"
        ),
        Config(CLEANUP, "compact", "deleted by age, journeys are lost that are still under way", harm=Harm.FATAL),
        Config(
            "delete.retention.ms",
            DAY,
            "tombstones: longer than the slowest recovery reads, or a journey forgotten meanwhile would come back",
            Bound.AT_LEAST,
            Harm.RISK,
        ),
        *_compaction(128, "a recovery reads it from the beginning"),
        Config(
            LARGEST,
            16 * MEBIBYTE,
            "a journey is one record: some ten thousand touchpoints of one customer a mebibyte; one that does not fit stops its partition "
            "number",
            Bound.AT_LEAST,
            Harm.RISK,
        ),
    )


def _compaction(mebibytes: int, read: str) -> Iterable[Config]:
    return (
        Config("min.cleanable.dirty.ratio", 0.3, f"{read}: at most a third of it is outdated", Bound.AT_MOST),
        Config(
            "max.compaction.lag.ms",
            DAY,
            "also where little is written, an erased customer's old records are gone in a day or two",
            Bound.AT_MOST,
            Harm.RISK,
        ),
        Config("segment.bytes", mebibytes * MEBIBYTE, f"{read}, and the segment being written is never compacted", Bound.AT_MOST),
    )


def _retention(kept: int, why: str) -> Config:
    if kept < 0:
        return Config(KEPT, -1, why, Bound.EXACTLY, Harm.RISK)
    return Config(KEPT, kept, why, Bound.AT_LEAST, Harm.RISK)


def _no_size(why: str) -> Config:
    return Config("retention.bytes", -1, why, harm=Harm.RISK)


def _day(why: str) -> Config:
    return Config("segment.ms", DAY, why, Bound.AT_MOST)


def _same(found: str, wanted: str) -> bool:
    """Kafka's lists in any order, its words in any case."""
    return sorted(found.lower().replace(" ", "").split(",")) == sorted(wanted.lower().split(","))
