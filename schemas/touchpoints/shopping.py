"""Shopping: from a look to an order; forms likewise."""

from typing import ClassVar

from schemas.touchpoint import TouchpointData
from schemas.values import Amount, Currency, Exact, Id, Label, Several


class ProductViewed(TouchpointData):
    TYPE: ClassVar = "product.viewed"
    sku: Id | None = None


class CartItem(TouchpointData):
    sku: Id
    quantity: Amount
    unit_price: Amount


class CartUpdated(TouchpointData):
    """What the cart holds now; without items it is empty."""

    TYPE: ClassVar = "cart.updated"
    cart_id: Id
    items: Several[CartItem]
    total: Amount
    currency: Currency


class CheckoutStarted(TouchpointData):
    TYPE: ClassVar = "checkout.started"
    cart_id: Id


class CheckoutStepCompleted(TouchpointData):
    TYPE: ClassVar = "checkout.step_completed"
    cart_id: Id
    step: Label | None = None


class PaymentFailed(TouchpointData):
    TYPE: ClassVar = "payment.failed"
    cart_id: Id
    code: Label | None = None


class OrderLine(TouchpointData):
    line_id: Id | None = None
    sku: Id
    quantity: Amount
    total: Exact


class OrderPlaced(TouchpointData):
    TYPE: ClassVar = "order.placed"
    order_id: Id
    cart_id: Id | None = None
    total: Amount
    currency: Currency
    lines: Several[OrderLine] = ()


class FormStarted(TouchpointData):
    TYPE: ClassVar = "form.started"
    form_id: Id


class FormStepCompleted(TouchpointData):
    TYPE: ClassVar = "form.step_completed"
    form_id: Id
    step: Label | None = None


class FormSubmitted(TouchpointData):
    TYPE: ClassVar = "form.submitted"
    form_id: Id
