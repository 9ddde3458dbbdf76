"""A score from 0 to 1: the logistic of a sum of named signals, each with the part it contributes."""

from collections.abc import Mapping
from math import exp, fsum
from typing import Annotated

from pydantic import Field

from schemas.policy import Section

Weight = Annotated[float, Field(ge=-10, le=10)]
"""What one unit of a signal adds to the log odds."""

_DIGITS = 4


class Weights(Section):
    """Starting points, to be fitted to one's own journeys: with these, an idle cart and nothing else scores 0.5 at half its time and
    0.7 at all of it, which is the share of carts that are given up on average (Baymard Institute, a mean of 50 studies).
    """

    base: Weight = -0.85
    checkout: Weight = 0.3
    payment: Weight = 0.6
    idle_share: Weight = 1.7
    """Of the stage's time that has passed, 0 to 1."""
    payment_failures: Weight = 0.5
    open_questions: Weight = 0.5
    breached_clocks: Weight = 0.6
    conflicts: Weight = 0.6
    past_abandonments: Weight = 0.25
    most: Annotated[int, Field(ge=1)] = 3
    """More of the same signal than this adds nothing."""

    def contributions(self, stage: str, idle_share: float, counts: Mapping[str, int]) -> dict[str, float]:
        """The parts that are not zero, rounded as they are published. `counts`: by the name of their weight."""
        parts = {
            "base": self.base,
            "stage": float(getattr(self, stage, 0)),
            "idle_share": self.idle_share * idle_share,
            **{name: getattr(self, name) * min(count, self.most) for name, count in counts.items()},
        }
        return {name: rounded for name, part in parts.items() if (rounded := round(part, _DIGITS))}


def score(contributions: Mapping[str, float]) -> float:
    return round(1 / (1 + exp(-fsum(contributions.values()))), _DIGITS)
