"""What is promised in a round: seconds, so that alerts open, close and are retracted between two faults."""

from schemas.policy import Policy
from streams.simulate.channels import FEEDS

PARTITIONS = 4
SLOW = ("email", "store")
"""Channels that may be later than the others."""

POLICY = Policy.model_validate(
    {
        "version": "faults",
        "channels": {channel: {"lateness": "PT2S" if channel in SLOW else "PT1S"} for channel in FEEDS},
        "tiers": ["silver", "gold"],
        "severity": {"tier_weights": {"gold": 1.5, "silver": 1.2}},
        "detectors": {
            "first_response": {"targets": [{"channel": "chat", "within": "PT2S"}, {"within": "PT4S"}], "keep": "PT15S"},
            "resolution": {"targets": [{"within": "PT8S"}]},
            "conflicting_claims": {"grace": "PT1S", "holds": "PT10S"},
            "purchase_abandonment": {"cart": "PT4S", "checkout": "PT3S", "payment": "PT2S", "lost_after": "PT10S"},
        },
    }
)
