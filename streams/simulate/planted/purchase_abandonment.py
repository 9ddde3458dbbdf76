"""Carts left, half left, come back to, lost; and carts that only looked like it."""

from streams.simulate.conversation import Conversation
from streams.simulate.ordinary.service import goes_on, soon
from streams.simulate.ordinary.shopping import fills_a_cart, goes_to_checkout
from streams.simulate.purchase import Purchase, quick
from streams.simulate.story import Sent, Story
from streams.simulate.truth import Step, taken_back


class _Left:
    """A purchase left alone at some stage: when it becomes a risk, and when it is abandoned."""

    def __init__(self, story: Story, purchase: Purchase, limit: int) -> None:
        self.story = story
        self.purchase = purchase
        self.limit = limit
        self.since = story.now
        self.risk = Step("opened", self.since + int(limit * story.targets.purchase_at_risk), "risk")
        self.abandoned = Step("updated", self.since + limit, "abandoned")
        self.lost = Step("resolved", self.abandoned.at + story.targets.lost, "lost")

    def calm(self, share: float) -> None:
        """Waits for so much of the time in which it is no risk."""
        self.story.wait_until(self.since + round((self.risk.at - self.since) * share))

    def at_risk(self) -> None:
        """Waits until somewhere between its being a risk and its being abandoned."""
        self.story.wait_until(self.risk.at + self.story.some(self.abandoned.at - self.risk.at, 0.1, 0.9))

    def plant(self, *told: Step) -> None:
        self.story.plant("purchase_abandonment", self.purchase.subject, *told)


def _cart(story: Story) -> _Left:
    return _Left(story, fills_a_cart(story), story.targets.cart)


def _checkout(story: Story) -> _Left:
    purchase = fills_a_cart(story)
    goes_to_checkout(story, purchase)
    return _Left(story, purchase, story.targets.checkout)


def _payment(story: Story) -> _Left:
    purchase = fills_a_cart(story)
    goes_to_checkout(story, purchase)
    quick(story, story.targets.checkout)
    purchase.payment_failed()
    return _Left(story, purchase, story.targets.payment)


def _recovered(order: Sent) -> Step:
    return Step("resolved", order.place, "recovered")


def _lost(left: _Left) -> None:
    """This customer does not come back."""
    left.plant(left.risk, left.abandoned, left.lost)
    left.story.customer.gone = True


def cart_lost(story: Story) -> None:
    _lost(_cart(story))


def checkout_lost(story: Story) -> None:
    _lost(_checkout(story))


def payment_lost(story: Story) -> None:
    _lost(_payment(story))


def _ordered_later(left: _Left, *, elsewhere: bool) -> None:
    later = left.story.some(left.limit, 0.2, 5)
    left.story.wait_until(left.abandoned.at + min(later, left.story.targets.lost * 4 // 5))  # while it can still be recovered
    order = left.purchase.ordered("voice" if elsewhere else None)
    left.plant(left.risk, left.abandoned, _recovered(order))


def cart_recovered(story: Story) -> None:
    _ordered_later(_cart(story), elsewhere=False)


def cart_recovered_by_phone(story: Story) -> None:
    _ordered_later(_cart(story), elsewhere=True)


def checkout_recovered_by_phone(story: Story) -> None:
    _ordered_later(_checkout(story), elsewhere=True)


def payment_recovered(story: Story) -> None:
    _ordered_later(_payment(story), elsewhere=False)


def cart_ordered_while_at_risk(story: Story) -> None:
    left = _cart(story)
    left.at_risk()
    left.plant(left.risk, _recovered(left.purchase.ordered()))


def ordered_by_phone_a_second_before_abandonment(story: Story) -> None:
    left = _checkout(story)
    story.wait_until(left.abandoned.at - story.near(left.limit))
    left.plant(left.risk, _recovered(left.purchase.ordered("voice")))


def cart_touched_while_at_risk(story: Story) -> None:
    left = _cart(story)
    left.at_risk()
    looked = left.purchase.looked()
    left.plant(left.risk, Step("resolved", looked.place, "active"))
    quick(story, left.limit)
    left.purchase.ordered()


def ordered_by_phone_in_time(story: Story) -> None:
    left = _cart(story)
    left.calm(0.9)
    left.purchase.ordered("voice")
    left.plant()


def ordered_in_the_store_in_time(story: Story) -> None:
    left = _checkout(story)
    left.calm(0.9)
    left.purchase.ordered("store")
    left.plant()


def touched_a_second_before_it_was_a_risk(story: Story) -> None:
    left = _cart(story)
    story.wait_until(left.risk.at - story.near(left.limit))
    left.purchase.looked()
    quick(story, left.limit)
    left.purchase.ordered()
    left.plant()


def kept_alive_by_a_chat(story: Story) -> None:
    """The cart lies untouched for most of its time, but its customer is busy asking about it."""
    left = _cart(story)
    left.calm(0.8)
    chat = Conversation(story, "chat")
    chat.opened()
    story.wait(20)
    chat.customer(question=True)
    soon(story, min(chat.patience, (left.risk.at - left.since) // 2))
    chat.agent()
    left.calm(1.6)
    left.purchase.ordered()
    story.pause()
    chat.resolved()
    left.plant()


def emptied_in_time(story: Story) -> None:
    left = _cart(story)
    left.calm(0.8)
    left.purchase.emptied()
    left.plant()


def cart_delivered_twice(story: Story) -> None:
    """The second copy comes when the order is placed: it opens no cart again."""
    purchase = Purchase(story)
    filled = purchase.added()
    quick(story, story.targets.cart)
    order = purchase.ordered()
    story.again(filled, order.line.timestamp - filled.line.timestamp + story.near(story.targets.cart))
    _Left(story, purchase, story.targets.cart).plant()


def till_uploaded_late(story: Story) -> None:
    """Bought in the store in time; the till sends its day only later, when the cart had been called abandoned."""
    left = _cart(story)
    left.calm(0.6)
    order = left.purchase.ordered("store", arrives=story.long_after(left.abandoned.at, story.targets.lateness["store"]))
    left.plant(*taken_back((left.risk, left.abandoned), order.place))


def buys_nothing_and_asks(story: Story) -> None:
    """Looks and asks, but has no cart: nothing that could be abandoned."""
    purchase = Purchase(story)
    purchase.looked()
    story.pause()
    chat = Conversation(story, "chat")
    chat.opened()
    soon(story, chat.patience)
    chat.agent()
    goes_on(story, chat)
    _Left(story, purchase, story.targets.cart).plant()


VISITORS = (
    cart_lost,
    touched_a_second_before_it_was_a_risk,
    checkout_lost,
    cart_recovered,
    cart_touched_while_at_risk,
    emptied_in_time,
    payment_lost,
    cart_ordered_while_at_risk,
    payment_recovered,
    cart_delivered_twice,
)
"""What somebody can do of whom only the browser is known."""

PLANTED = (
    *VISITORS,
    ordered_by_phone_in_time,
    cart_recovered_by_phone,
    kept_alive_by_a_chat,
    checkout_recovered_by_phone,
    ordered_in_the_store_in_time,
    till_uploaded_late,
    ordered_by_phone_a_second_before_abandonment,
    buys_nothing_and_asks,
)
