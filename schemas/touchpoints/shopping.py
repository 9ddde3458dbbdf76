"""Shopping: from a look to an order; forms likewise."""

from typing import ClassVar

from schemas.touchpoint import TouchpointData
from schemas.values import Amount, Currency, Exact, Id, Label, Several


class ProductViewed(TouchpointData, frozen=True):
    TYPE: ClassVar = "product.viewed"
    sku: Id | None = None


class CartItem(TouchpointData, frozen=True):
    sku: Id
    quantity: Amount
    unit_price: Amount


class CartUpdated(TouchpointData, frozen=True):
    """What the cart holds now; without items it is empty."""

    TYPE: ClassVar = "cart.updated"
    cart_id: Id
    items: Several[CartItem]
    total: Amount
    currency: Currency


class CheckoutStarted(TouchpointData, frozen=True):
    TYPE: ClassVar = "checkout.started"
    cart_id: Id


class CheckoutStepCompleted(TouchpointData, frozen=True):
    TYPE: ClassVar = "checkout.step_completed"
    cart_id: Id
    step: Label | None = None


class PaymentFailed(TouchpointData, frozen=True):
    TYPE: ClassVar = "payment.failed"
    cart_id: Id
    code: Label | None = None


class OrderLine(TouchpointData, frozen=True):
    sku: Id
    quantity: Amount
    total: Exact
    line_id: Id | None = None


class OrderPlaced(TouchpointData, frozen=True):
    TYPE: ClassVar = "order.placed"
    order_id: Id
    total: Amount
    currency: Currency
    cart_id: Id | None = None
    lines: Several[OrderLine] = ()


class FormStarted(TouchpointData, frozen=True):
    TYPE: ClassVar = "form.started"
    form_id: Id


class FormStepCompleted(TouchpointData, frozen=True):
    TYPE: ClassVar = "form.step_completed"
    form_id: Id
    step: Label | None = None


class FormSubmitted(TouchpointData, frozen=True):
    TYPE: ClassVar = "form.submitted"
    form_id: Id
