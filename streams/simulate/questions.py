"""Something about which two channels tell a customer something; nobody else ever tells of it."""

from typing import Any, ClassVar

from schemas.instant import HOUR, format_instant
from streams.simulate.channels import SHOPS, Channel
from streams.simulate.purchase import CURRENCY, money
from streams.simulate.story import Sent, Story
from streams.simulate.truth import Step, Subject

_TELLERS: tuple[Channel, ...] = (*SHOPS, "chat", "voice", "email", "store")


class Question:
    """By default whether an article is in stock."""

    kind = "article"
    attribute = "in_stock"
    terms: ClassVar[dict[str, str]] = {}
    """What else names it in an alert, in alphabetical order."""

    def __init__(self, story: Story) -> None:
        self.story = story
        self.id = story.name(self.kind[:3].upper())
        self.first, self.second = story.rng.sample(_TELLERS, k=2)

    @property
    def subject(self) -> Subject:
        terms = "&".join(f"{name}={value}" for name, value in self.terms.items())
        return Subject("claim", f"{self.kind}/{self.id}/{self.attribute}{'?' if terms else ''}{terms}")

    def told(self, channel: Channel, value: str | bool, *, arrives: int | None = None, **how: Any) -> Sent:  # noqa: FBT001  # a claimed value
        entity = {"kind": self.kind, "id": self.id}
        return self.story.tells(channel, "claim.made", arrives=arrives, entity=entity, attribute=self.attribute, value=value, **how)

    def plant(self, *told: Step) -> None:
        """It is always the second channel that dissents."""
        self.story.plant("conflicting_claims", self.subject, *told, scope=self.second if told else None)


class Delivery(Question):
    kind = "parcel"
    attribute = "eta"

    def __init__(self, story: Story) -> None:
        super().__init__(story)
        self.eta = story.now + story.some(40 * HOUR, 0.3, 1)

    def said(self, channel: Channel, eta: int) -> Sent:
        return self.told(channel, format_instant(eta))


class Price(Question):
    """In euro, tax included."""

    kind = "offer"
    attribute = "price"
    terms: ClassVar[dict[str, str]] = {"quantity": "1", "tax": "gross", "unit": CURRENCY}

    def __init__(self, story: Story) -> None:
        super().__init__(story)
        self.cents = story.rng.randint(1_000, 90_000)

    def said(self, channel: Channel, cents: int, *, tax: str = "gross", quantity: int = 1, **how: Any) -> Sent:
        return self.told(channel, money(cents), unit=CURRENCY, terms={"tax": tax, "quantity": quantity}, **how)

    def dearer(self) -> int:
        return self.cents + self.story.rng.choice((2, 50, 100, 500))
