"""The simulated company's channels: who sends their touchpoints, and how long delivery takes."""

from math import log
from random import Random
from typing import Literal

from msgspec import Struct

Channel = Literal["web", "app", "chat", "voice", "email", "store", "social", "fulfilment", "billing", "marketing"]

SHOPS: tuple[Channel, ...] = ("web", "app")
CONTACTS: tuple[Channel, ...] = ("chat", "email", "social", "voice")


class Feed(Struct, frozen=True):
    """Delivery takes a lognormal time: its median in milliseconds and the spread of its logarithm."""

    sources: tuple[str, ...]
    median: float
    spread: float

    def delay(self, rng: Random, lateness: int) -> int:
        """Milliseconds from occurrence to arrival, always within what the channel is allowed."""
        return min(round(rng.lognormvariate(log(self.median), self.spread)), lateness * 9 // 10)


FEEDS: dict[Channel, Feed] = {
    "web": Feed(("/web/shop-1", "/web/shop-2"), 45, 0.7),
    "app": Feed(("/app/ios", "/app/android"), 180, 0.9),
    "chat": Feed(("/chat/webchat",), 60, 0.6),
    "voice": Feed(("/voice/pbx-north", "/voice/pbx-south"), 110, 0.6),
    "email": Feed(("/email/desk",), 350, 0.8),
    "store": Feed(("/store/0007/till-2", "/store/0042/till-1", "/store/0108/till-5"), 300, 0.9),
    "social": Feed(("/social/inbox",), 400, 0.8),
    "fulfilment": Feed(("/fulfilment/wms",), 250, 0.8),
    "billing": Feed(("/billing/erp",), 300, 0.8),
    "marketing": Feed(("/marketing/campaigns",), 150, 0.6),
}
