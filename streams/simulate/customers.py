"""The simulated customers: few are very active, most are seldom seen, and each has channels of their own."""

import math
from uuid import UUID

from msgspec import Struct

from streams.simulate.chance import chance
from streams.simulate.channels import CONTACTS, Channel
from streams.simulate.targets import TIERS

MOST_ACTIVE = 250.0
"""Times the activity of the least active."""
_TAIL = 1.16
"""The Pareto exponent at which a fifth of the customers do four fifths of it all."""


def mean_activity(evenness: float = 1) -> float:
    """Of all customers' activities, each raised to `evenness`: the mean of a Pareto distribution that is cut off."""
    tail, most = _TAIL / evenness, math.pow(MOST_ACTIVE, evenness)
    return tail / (tail - 1) * (1 - math.pow(most, 1 - tail)) + math.pow(most, 1 - tail)


class Customer(Struct):
    """What of a customer outlasts a story."""

    number: int
    id: str
    anonymous: bool
    """A visitor who never says who he is; `id` is his browser's."""
    activity: float
    """1 for the least active."""
    shop: Channel
    contacts: tuple[Channel, ...]
    tier: str | None = None
    stories: int = 0
    last_order: str | None = None
    gone: bool = False


def meet(seed: int, number: int) -> Customer:
    """The customer of this number: always the same, however many others there are."""
    rng = chance("customer", seed, number)
    activity = min(rng.paretovariate(_TAIL), MOST_ACTIVE)
    anonymous = rng.random() < 0.12
    shop: Channel = "web" if anonymous or rng.random() < 0.55 else "app"
    contacts = tuple(rng.sample(CONTACTS, k=rng.choice((2, 2, 3, 4))))
    tier = None if anonymous else rng.choices(TIERS, weights=(80, 15, 5))[0]
    name = str(UUID(int=rng.getrandbits(128), version=4)) if anonymous else f"c-{1_000_001 + number}"
    return Customer(number, name, anonymous, activity, shop, contacts, tier)
