"""How far the workers are, as Kafka alone tells it: nobody has to ask them."""

from msgspec import Struct

from schemas.dead_letter import DEAD_LETTER_TOPIC
from schemas.instant import NEVER
from schemas.touchpoint import TOPIC_PREFIX
from streams.kafka import changelog
from streams.kafka.client import KafkaTrouble
from streams.kafka.offsets import Span, Topics, Where
from streams.kafka.reading import firsts
from streams.kafka.workers import committed, workers


class Feed(Struct, frozen=True):
    """One channel of one partition number."""

    channel: str
    unread: int
    """Records, and markers of transactions."""
    since: int | None
    """When the first unread record arrived; None: nothing that can be read is unread."""
    latest: int | None
    """When the latest of all arrived, where there is something unread and the broker knows."""
    lost: int
    """Records that the topic deleted before they were read."""
    waits_for_producer: bool
    """Its unread records lie behind a transaction that their producer has not ended."""


class Number(Struct, frozen=True):
    """One partition number."""

    number: int
    settled: int | None
    """As the last checkpoint wrote it: where nothing is unread and nothing due, time goes on without one. None: there was none yet."""
    worker: str | None
    """Who reads it; None: nobody, or the broker does not say."""
    orphaned: bool
    """Nobody reads it: its time stands still."""
    feeds: tuple[Feed, ...]

    def behind(self, now: int) -> int:
        """Milliseconds since the arrival of what waits longest: how late its alerts are. 0 where nothing waits, read or not."""
        waiting = [feed.since for feed in self.feeds if feed.since is not None]
        return max(0, now - min(waiting, default=now))

    def unread(self) -> int:
        return sum(feed.unread for feed in self.feeds)

    def held_back(self) -> list[str]:
        """What settled time waits for, the worst first."""
        reasons = ["nobody reads it"] if self.orphaned else []
        reasons += [f"{feed.channel} deleted {feed.lost:,} records before they were read" for feed in self.feeds if feed.lost]
        slow = sorted((feed.since, feed.channel, feed.unread) for feed in self.feeds if feed.since is not None)
        reasons += [f"{channel}: {unread:,} unread" for _, channel, unread in slow]
        return reasons + [f"{feed.channel}: a producer's open transaction" for feed in self.feeds if feed.waits_for_producer]


class Lag(Struct, frozen=True):
    at: int
    """When it was asked, in milliseconds since the epoch by this machine's clock."""
    application: str
    numbers: tuple[Number, ...]
    moving: bool
    """Workers come or go, and the partition numbers are being given out."""
    begun: bool
    """Whether a worker of this application has ever made a checkpoint."""
    unwatched: tuple[str, ...]
    """Channels with a topic that the workers do not read."""

    def behind(self) -> int:
        return max((number.behind(self.at) for number in self.numbers), default=0)


def lag(kafka: str, application: str, now: int) -> Lag:
    """KafkaTrouble if there is no such application, or Kafka does not tell."""
    topics = Topics(kafka)
    numbers = len(changelog.partitions(topics, application))
    clocks = changelog.clocks(topics, application)
    there = [topic.removeprefix(TOPIC_PREFIX) for topic in topics.counts if topic.startswith(TOPIC_PREFIX) and topic != DEAD_LETTER_TOPIC]
    watched = changelog.channels(clocks.values()) or sorted(there)
    if missing := [channel for channel in watched if channel not in there]:
        raise KafkaTrouble(f"{kafka} has no topic {TOPIC_PREFIX}{missing[0]} any more, which the workers of {application} read")
    wheres = [where for channel in watched for where in topics.of(TOPIC_PREFIX + channel)]
    positions = {
        (TOPIC_PREFIX + channel, number): offset for number, clock in clocks.items() for channel, offset in clock.positions.items()
    } | committed(topics, application, wheres)
    feeds = _feeds(topics, wheres, positions)
    group = workers(topics, application)
    return Lag(
        at=now,
        application=application,
        numbers=tuple(
            Number(
                number=number,
                settled=clocks[number].settled if number in clocks and clocks[number].settled > -NEVER else None,
                worker=group.by_number.get(number) if group else None,
                orphaned=group is not None and group.at_rest and number not in group.by_number,
                feeds=tuple(feeds[where] for where in wheres if where[1] == number),
            )
            for number in range(max(numbers, *(where[1] + 1 for where in wheres)) if wheres else numbers)
        ),
        moving=group is not None and not group.at_rest,
        begun=bool(clocks),
        unwatched=tuple(sorted(set(there) - set(watched))),
    )


def _feeds(topics: Topics, wheres: list[Where], positions: dict[Where, int]) -> dict[Where, Feed]:
    spans = topics.spans(wheres)
    stable = topics.ends(wheres, committed=True)
    left = {where: Span(max(positions.get(where, span.start), span.start), span.end) for where, span in spans.items()}
    first = firsts(topics.kafka, left)
    latest = topics.latest(list(first))
    return {
        where: Feed(
            channel=where[0].removeprefix(TOPIC_PREFIX),
            unread=span.end - span.start if where in first else 0,
            since=first[where].timestamp if where in first else None,
            latest=latest.get(where),
            lost=max(0, spans[where].start - positions.get(where, spans[where].start)),
            waits_for_producer=where not in first and stable[where] < span.end,
        )
        for where, span in left.items()
    }
