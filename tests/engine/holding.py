"""A partition number in hand, for tests of what is done with it; its producer is never called."""

from typing import Any, cast

from schemas.policy import Policy
from streams.detection import detectors
from streams.detection.partition import Partition
from streams.detection.progress import Progress
from streams.engine.ends import End
from streams.engine.held import Held

POLICY = Policy.model_validate({"version": "1", "channels": {"chat": {}, "shop": {}}})


def held(number: int = 0, *, admitted: dict[str, int] | None = None, ends: dict[str, int] | None = None, policy: Policy = POLICY) -> Held:
    nothing = dict.fromkeys(policy.channels, 0)
    return Held(
        number,
        Partition(number, policy, detectors.load(policy)),
        Progress(policy.lateness),
        cast("Any", None),
        admitted=nothing | (admitted or {}),
        ends={channel: End(end, end) for channel, end in (nothing | (ends or {})).items()},
    )
