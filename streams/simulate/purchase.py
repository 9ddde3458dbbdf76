"""A cart inside a story: from the first article to the order and what becomes of it."""

from typing import Any

from schemas.instant import MINUTE
from streams.simulate.channels import Channel
from streams.simulate.story import Sent, Story
from streams.simulate.truth import Subject

_ARTICLES = 4_000
CURRENCY = "EUR"


def price(article: int) -> int:
    """In cents; the company has one price, which every channel tells."""
    return 495 + (article * 7919) % 25_000


def money(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"


def article(story: Story) -> int:
    """Popular ones come up more often."""
    return int(_ARTICLES * story.rng.random() ** 3)


def sku(number: int) -> str:
    return f"SKU-{10_000 + number}"


class Purchase:
    """One cart, in the shop where the customer usually buys."""

    def __init__(self, story: Story) -> None:
        self._story = story
        self.id = story.name("CART")
        self.shop = story.customer.shop
        self._articles: dict[int, int] = {}

    @property
    def subject(self) -> Subject:
        return Subject("cart", self.id)

    @property
    def total(self) -> str:
        return money(sum(price(number) * quantity for number, quantity in self._articles.items()))

    def looked(self) -> Sent:
        return self._story.tells(self.shop, "product.viewed", sku=sku(article(self._story)))

    def added(self) -> Sent:
        number = article(self._story)
        self._articles[number] = self._articles.get(number, 0) + self._story.rng.choice((1, 1, 1, 2))
        return self._updated()

    def emptied(self) -> Sent:
        self._articles.clear()
        return self._updated()

    def _updated(self) -> Sent:
        items = [
            {"sku": sku(number), "quantity": quantity, "unit_price": money(price(number))} for number, quantity in self._articles.items()
        ]
        return self._story.tells(self.shop, "cart.updated", cart_id=self.id, items=items, total=self.total, currency=CURRENCY)

    def checkout(self) -> Sent:
        return self._story.tells(self.shop, "checkout.started", cart_id=self.id)

    def checkout_step(self, step: str) -> Sent:
        return self._story.tells(self.shop, "checkout.step_completed", cart_id=self.id, step=step)

    def payment_failed(self) -> Sent:
        code = self._story.rng.choice(("card_declined", "expired_card", "3ds_failed"))
        return self._story.tells(self.shop, "payment.failed", cart_id=self.id, code=code)

    def ordered(self, channel: Channel | None = None, *, arrives: int | None = None) -> Sent:
        """Ends the cart, in whatever channel; the goods and the bill follow."""
        story = self._story
        order = story.name("ORD")
        lines = [
            {"line_id": f"{number}", "sku": sku(item), "quantity": quantity, "total": money(price(item) * quantity)}
            for number, (item, quantity) in enumerate(self._articles.items(), start=1)
        ]
        what: dict[str, Any] = {"order_id": order, "total": self.total, "currency": CURRENCY, "lines": lines}
        placed = story.tells(channel or self.shop, "order.placed", arrives=arrives, cart_id=self.id, **what)
        story.customer.last_order = order
        self._delivered(order)
        story.meanwhile(story.rng.uniform(0.5, 20), "billing", "order.billed", invoice_id=story.name("INV"), **what)
        return placed

    def _delivered(self, order: str) -> None:
        story, rng = self._story, self._story.rng
        packed = rng.uniform(0.2, 12)
        sent = packed + rng.uniform(1, 10)
        for after, status in (
            (packed, "OrderProcessing"),
            (sent, "OrderInTransit"),
            (sent + rng.uniform(16, 60), "OrderDelivered"),
        ):
            story.meanwhile(after, "fulfilment", "order.status_changed", order_id=order, status=status)


def quick(story: Story, limit: int) -> None:
    """A shopper's pause that leaves a purchase far from any risk: at most half of what may lie untouched until then."""
    calm = float(limit * story.targets.purchase_at_risk)
    story.wait(story.rng.uniform(0.02, 1) * min(calm / 2, 3 * MINUTE * story.targets.pace))
