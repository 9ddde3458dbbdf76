"""A second shell around the core, with no Kafka: log files in, alerts out."""

from streams.replay.replaying import Replay
from streams.replay.whole import Replayed, replay

__all__ = ["Replay", "Replayed", "replay"]
