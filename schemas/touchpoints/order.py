"""What becomes of an order: its status and its bills."""

from typing import ClassVar, Literal

from schemas.touchpoint import TouchpointData
from schemas.touchpoints.shopping import OrderLine
from schemas.values import Currency, Exact, Id, Several


class OrderStatusChanged(TouchpointData, frozen=True):
    TYPE: ClassVar = "order.status_changed"
    order_id: Id
    status: Literal[
        "OrderCancelled",
        "OrderDelivered",
        "OrderInTransit",
        "OrderPaymentDue",
        "OrderPickupAvailable",
        "OrderProblem",
        "OrderProcessing",
        "OrderReturned",
    ]
    """https://schema.org/OrderStatus"""


class OrderBilled(TouchpointData, frozen=True):
    TYPE: ClassVar = "order.billed"
    order_id: Id
    invoice_id: Id
    total: Exact
    """Negative for a credit note."""
    currency: Currency
    lines: Several[OrderLine] = ()
