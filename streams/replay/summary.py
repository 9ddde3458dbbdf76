"""What a replay found, in figures; the same replay gives the same."""

import json
from array import array
from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Any

from schemas.instant import format_instant
from streams.detection.detector import Measured
from streams.replay import Replay
from streams.replay.outcome import Outcome

_UNTARGETED = "no target"


class Summary:
    def __init__(self) -> None:
        self._took: dict[tuple[str, str], array[int]] = defaultdict(lambda: array("q"))
        self._judged: Counter[tuple[str, str, str]] = Counter()

    def add(self, outcome: Outcome) -> None:
        if isinstance(outcome, Measured):
            where = (outcome.clock, outcome.channel)
            self._took[where].append(outcome.took)
            verdict = _UNTARGETED if outcome.margin is None else "in time" if outcome.margin >= 0 else "late"
            self._judged[(*where, verdict)] += 1

    def clocks(self) -> dict[str, dict[str, dict[str, float]]]:
        """By clock and channel: how many finished, how many of them in time, and how long they took in seconds."""
        clocks: dict[str, dict[str, dict[str, float]]] = {}
        for (clock, channel), took in sorted(self._took.items()):
            ordered = sorted(took)
            clocks.setdefault(clock, {})[channel] = {
                "finished": len(ordered),
                "in_time": self._judged[clock, channel, "in time"],
                "late": self._judged[clock, channel, "late"],
                "median_s": ordered[len(ordered) // 2] / 1000,
                "p90_s": ordered[len(ordered) * 9 // 10] / 1000,
            }
        return clocks

    def figures(self, replay: Replay) -> dict[str, Any]:
        counts = replay.counts
        return {
            "until": None if replay.until is None else format_instant(replay.until),
            "records": counts.records,
            "touchpoints": nested(counts.touchpoints),
            "refused": nested(counts.refused),
            "heartbeats": counts.heartbeats,
            "repeated": counts.repeated,
            "redelivered": counts.redelivered,
            "late": counts.late,
            "rebuilt": counts.rebuilt,
            "misrouted": counts.misrouted,
            "forwarded": counts.forwarded,
            "unread": counts.unread,
            "unwatched": dict(sorted(counts.unwatched.items())),
            "failed": dict(sorted(counts.failed.items())),
            "alerts": nested(counts.alerts),
            "open": nested(counts.open),
            "clocks": self.clocks(),
            "journeys": counts.journeys,
        }

    def as_json(self, replay: Replay) -> str:
        return json.dumps(self.figures(replay), indent=2)


def nested(counts: Mapping[tuple[str, str], int]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for (outer, inner), number in sorted(counts.items()):
        if number:
            found.setdefault(outer, {})[inner] = number
    return found
