"""Looking, buying, signing up: carts are ordered or emptied before anybody would call them a risk."""

from schemas.instant import SECOND
from streams.simulate.purchase import CURRENCY, Purchase, article, money, price, quick, sku
from streams.simulate.story import Story


def browses(story: Story) -> None:
    shop = story.customer.shop
    for _ in range(1 + int(story.rng.expovariate(1 / 4))):
        story.tells(shop, "product.viewed", sku=sku(article(story)))
        story.pause()
    if not story.customer.anonymous and story.rng.random() < 0.15:
        campaign = f"{story.rng.choice(('spring', 'clearance', 'new-in'))}-{story.rng.randint(1, 9)}"
        story.meanwhile(story.rng.uniform(2, 40), "marketing", "outreach.sent", purpose="promotion", campaign=campaign)


def browses_then_signs_in(story: Story) -> None:
    visitor = story.name("visitor")
    for _ in range(story.rng.randint(1, 4)):
        story.as_visitor(visitor, "web", "product.viewed", sku=sku(article(story)))
        story.pause()
    story.tells("web", "identity.linked", anonymous_id=visitor, confidence="1")
    story.pause()
    browses(story)


def fills_a_cart(story: Story) -> Purchase:
    """Ends with something in the cart, just now."""
    purchase = Purchase(story)
    for _ in range(story.rng.randint(0, 3)):
        purchase.looked()
        story.pause()
    purchase.added()
    for _ in range(story.rng.choice((0, 0, 1, 2))):
        quick(story, story.targets.cart)
        purchase.looked()
        quick(story, story.targets.cart)
        purchase.added()
    return purchase


def goes_to_checkout(story: Story, purchase: Purchase) -> None:
    """Ends in the middle of the checkout, just now."""
    quick(story, story.targets.cart)
    purchase.checkout()
    for name in ("address", "delivery"):
        quick(story, story.targets.checkout)
        purchase.checkout_step(name)


def buys(story: Story) -> None:
    purchase = fills_a_cart(story)
    goes_to_checkout(story, purchase)
    quick(story, story.targets.checkout)
    if story.rng.random() < 0.08:
        purchase.payment_failed()
        quick(story, story.targets.payment)
    purchase.ordered()


def empties_the_cart(story: Story) -> None:
    purchase = fills_a_cart(story)
    quick(story, story.targets.cart)
    purchase.emptied()


def buys_at_the_till(story: Story) -> None:
    number = article(story)
    line = {"sku": sku(number), "quantity": 1, "total": money(price(number))}
    story.tells("store", "order.placed", order_id=story.name("TILL"), total=money(price(number)), currency=CURRENCY, lines=[line])


def compares_prices(story: Story) -> None:
    """The web shop and a shop assistant tell the same."""
    number = article(story)
    for channel in ("web", "store"):
        story.tells(
            channel,
            "claim.made",
            entity={"kind": "product", "id": sku(number)},
            attribute="price",
            value=money(price(number)),
            unit=CURRENCY,
            terms={"tax": "gross"},
        )
        story.pause(600, 5400)


def signs_up(story: Story) -> None:
    """For the loyalty programme: a short form."""
    form = story.name("FORM")
    story.tells("web", "form.started", form_id=form)
    for name in ("person", "address", "consent"):
        story.wait(story.rng.uniform(5, 50) * SECOND * story.targets.pace)
        story.tells("web", "form.step_completed", form_id=form, step=name)
    story.pause()
    story.tells("web", "form.submitted", form_id=form)
