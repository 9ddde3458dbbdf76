"""The policy under which laws are tried: few channels with different lateness, tiers that matter, and an end to all that is remembered."""

from typing import Any

from schemas.instant import DAY, format_duration
from schemas.policy import Policy

CHANNELS = ("chat", "email", "web")

_FILE: dict[str, Any] = {
    "version": "laws",
    "channels": {"chat": {"lateness": "PT2S"}, "email": {"lateness": "PT60S"}, "web": {"lateness": "PT0S"}},
    "tiers": ["gold", "basic"],
    "severity": {"tier_weights": {"gold": "1.5"}, "high_value": "1000"},
    "detectors": {
        "first_response": {
            "targets": [{"tier": "gold", "within": "PT2M30S"}, {"channel": "chat", "within": "PT5M"}, {"within": "PT1H"}],
        },
        "resolution": {
            "targets": [{"tier": "gold", "within": "PT30M"}, {"priority": "high", "within": "PT1H"}, {"within": "PT3H"}],
            "keep_open": "P20D",
            "keep_resolved": "P10D",
        },
    },
}

AT_LAST = 200 * DAY
"""So long after the last touchpoint nothing of it may be remembered."""


def policy(window: int = DAY, deduplication: int = DAY, **detectors: dict[str, Any]) -> Policy:
    """`detectors`: sections that differ."""
    sections = _FILE["detectors"] | detectors
    given = {"window": format_duration(window), "deduplication": format_duration(deduplication)}
    return Policy.model_validate(_FILE | given | {"detectors": sections})


LATENESS = policy().lateness
