"""Two channels, two answers; and two answers that do not contradict each other."""

from schemas.instant import HOUR, SECOND, format_instant
from streams.simulate.questions import Delivery, Price, Question
from streams.simulate.story import Sent, Story
from streams.simulate.truth import Step


def _conflict(later: Sent, state: str = "conflict") -> Step:
    return Step("opened", later.place, state)


def _agreed(later: Sent) -> Step:
    return Step("resolved", later.place, "agreed")


def _lapsed(story: Story, first: Sent) -> Step:
    """Nobody corrects it, until what was told first no longer holds."""
    return Step("resolved", first.occurred + story.targets.claim_holds, "validity_ended")


def _a_while(story: Story) -> None:
    story.pause(60, 1800)


def two_prices(story: Story) -> None:
    price = Price(story)
    first = price.said(price.first, price.cents)
    _a_while(story)
    second = price.said(price.second, price.dearer())
    price.plant(_conflict(second), _lapsed(story, first))


def two_prices_then_agreed(story: Story) -> None:
    price = Price(story)
    price.said(price.first, price.cents)
    _a_while(story)
    second = price.said(price.second, price.dearer())
    _a_while(story)
    price.plant(_conflict(second), _agreed(price.said(price.second, price.cents)))


def two_prices_until_one_expires(story: Story) -> None:
    price = Price(story)
    until = story.now + round(story.rng.uniform(2, 4) * HOUR * story.targets.pace)
    price.said(price.first, price.cents, valid_until=format_instant(until))
    _a_while(story)
    second = price.said(price.second, price.dearer())
    price.plant(_conflict(second), Step("resolved", until, "validity_ended"))


def old_version_after_the_grace(story: Story) -> None:
    price = Price(story)
    first = price.said(price.first, price.cents, version=7)
    story.wait(story.targets.grace + story.near(story.targets.grace))
    second = price.said(price.second, price.dearer(), version=6)
    price.plant(_conflict(second, "stale_channel"), _lapsed(story, first))


def old_version_then_the_new_one(story: Story) -> None:
    price = Price(story)
    price.said(price.first, price.cents, version=7)
    story.wait(story.some(story.targets.grace, 1.1, 5))
    stale = price.said(price.second, price.dearer(), version=6)
    _a_while(story)
    price.plant(_conflict(stale, "stale_channel"), _agreed(price.said(price.second, price.cents, version=7)))


def two_delivery_dates(story: Story) -> None:
    when = Delivery(story)
    first = when.said("fulfilment", when.eta)
    _a_while(story)
    second = when.said(when.second, when.eta + story.targets.eta_tolerance + SECOND)
    when.plant(_conflict(second), _lapsed(story, first))


def in_stock_or_not(story: Story) -> None:
    stock = Question(story)
    first = stock.told(stock.first, value=True)
    _a_while(story)
    stock.plant(_conflict(stock.told(stock.second, value=False)), _lapsed(story, first))


def conflict_learned_late(story: Story) -> None:
    """The record of the second telling lay somewhere for a while."""
    price = Price(story)
    first = price.said(price.first, price.cents)
    _a_while(story)
    second = price.said(price.second, price.dearer(), arrives=story.long_after(story.now, story.targets.lateness[price.second]))
    price.plant(_conflict(second), _lapsed(story, first))


def a_newer_price(story: Story) -> None:
    price = Price(story)
    price.said(price.first, price.cents, version=7)
    _a_while(story)
    price.said(price.second, price.dearer(), version=8)
    price.plant()


def a_price_from_today_on(story: Story) -> None:
    price = Price(story)
    today = story.now
    price.said(price.first, price.cents, valid_from=format_instant(today - 48 * HOUR))
    _a_while(story)
    price.said(price.second, price.dearer(), valid_from=format_instant(today))
    price.plant()


def old_version_within_the_grace(story: Story) -> None:
    price = Price(story)
    price.said(price.first, price.cents, version=7)
    story.wait(story.targets.grace - story.near(story.targets.grace))
    price.said(price.second, price.dearer(), version=6)
    price.plant()


def the_offer_had_ended(story: Story) -> None:
    price = Price(story)
    until = story.now + round(story.rng.uniform(0.2, 1) * HOUR * story.targets.pace)
    price.said(price.first, price.cents, valid_until=format_instant(until))
    story.wait_until(until + story.near(story.targets.cart))
    price.said(price.second, price.dearer())
    price.plant()


def with_and_without_tax(story: Story) -> None:
    price = Price(story)
    price.said(price.first, price.cents)
    _a_while(story)
    price.said(price.second, price.cents * 100 // 119, tax="net")
    price.plant()


def for_one_and_for_ten(story: Story) -> None:
    price = Price(story)
    price.said(price.first, price.cents)
    _a_while(story)
    price.said(price.second, price.cents * 9, quantity=10)
    price.plant()


def a_cent_apart(story: Story) -> None:
    """A cent is what rounding may cost."""
    price = Price(story)
    price.said(price.first, price.cents)
    _a_while(story)
    price.said(price.second, price.cents + 1)
    price.plant()


def delivery_within_the_hour(story: Story) -> None:
    when = Delivery(story)
    when.said("fulfilment", when.eta)
    _a_while(story)
    when.said(when.second, when.eta - story.targets.eta_tolerance + SECOND)
    when.plant()


def told_twice_by_one_channel(story: Story) -> None:
    """A channel that corrects itself contradicts nobody else."""
    price = Price(story)
    price.said(price.first, price.dearer())
    _a_while(story)
    price.said(price.first, price.cents)
    _a_while(story)
    price.said(price.second, price.cents)
    price.plant()


def old_price_delivered_twice(story: Story) -> None:
    """The second copy of the old price comes when the new one has long been told."""
    price = Price(story)
    old = price.said(price.first, price.cents, version=7)
    _a_while(story)
    new = price.said(price.second, price.dearer(), version=8)
    story.again(old, new.line.timestamp - old.line.timestamp + story.targets.grace + SECOND)
    price.plant()


PLANTED = (
    two_prices,
    a_newer_price,
    two_prices_then_agreed,
    a_price_from_today_on,
    two_prices_until_one_expires,
    old_version_within_the_grace,
    old_version_after_the_grace,
    the_offer_had_ended,
    old_version_then_the_new_one,
    with_and_without_tax,
    two_delivery_dates,
    for_one_and_for_ten,
    in_stock_or_not,
    a_cent_apart,
    conflict_learned_late,
    delivery_within_the_hour,
    told_twice_by_one_channel,
    old_price_delivered_twice,
)
