"""The policy of a log for which nobody has named one."""

from collections.abc import Iterable

from schemas.dead_letter import DEAD_LETTER_TOPIC
from schemas.policy import Channel, Policy
from schemas.touchpoint import TOPIC_PREFIX
from streams.logs.file import LogRecord


def channels_of(log: Iterable[LogRecord]) -> list[str]:
    """Those that the log names."""
    topics = {record.topic for record in log if record.topic.startswith(TOPIC_PREFIX)} - {DEAD_LETTER_TOPIC}
    return sorted(topic.removeprefix(TOPIC_PREFIX) for topic in topics)


def default_policy(log: Iterable[LogRecord]) -> Policy:
    """Every channel that the log names, everything as it is by default."""
    return Policy(version="default", channels={channel: Channel() for channel in channels_of(log)})
