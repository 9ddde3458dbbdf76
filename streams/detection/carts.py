"""The carts of one customer, and how far each has got on the way to an order."""

from collections.abc import Mapping

from msgspec import Struct

from schemas.touchpoint import Seen, TouchpointData
from schemas.touchpoints.shopping import CartUpdated, CheckoutStarted, CheckoutStepCompleted, OrderPlaced, PaymentFailed
from streams.detection.detector import Proof, proof

CART, CHECKOUT, PAYMENT = range(3)
STAGES = ("cart", "checkout", "payment")

_OF_CARTS = frozenset({CartUpdated, CheckoutStarted, CheckoutStepCompleted, OrderPlaced, PaymentFailed})
"""Whatever else happens, which is most of it, has nothing to do with a cart."""


class Cart(Struct, array_like=True, gc=False):
    stage: int
    """The furthest it has reached."""
    touched: int
    touch: Proof
    payment_failures: int = 0


def completed(carts: Mapping[str, Cart], data: TouchpointData) -> set[str]:
    """The carts that are carts no more."""
    if type(data) not in _OF_CARTS:
        return set()
    match data:
        case OrderPlaced(cart_id=None):
            return set(carts)
        case OrderPlaced(cart_id=str(cart)):
            return {cart}
        case CartUpdated() if not any(item.quantity for item in data.items):
            return {data.cart_id}
    return set()


def touch(carts: dict[str, Cart], at: int, seen: Seen) -> None:
    """Puts what `seen` does to a cart into `carts`."""
    if type(seen.data) not in _OF_CARTS:
        return
    match seen.data:
        case CartUpdated(cart_id=name, items=items) if any(item.quantity for item in items):
            stage = CART
        case CheckoutStarted(cart_id=name) | CheckoutStepCompleted(cart_id=name):
            stage = CHECKOUT
        case PaymentFailed(cart_id=name):
            stage = PAYMENT
        case _:
            return
    cart = carts.setdefault(name, Cart(stage, at, proof(seen)))
    cart.stage, cart.touched, cart.touch = max(stage, cart.stage), at, proof(seen)
    cart.payment_failures += stage == PAYMENT
