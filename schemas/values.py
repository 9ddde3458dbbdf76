"""The kinds of value that touchpoints are made of."""

from decimal import Decimal
from typing import Annotated, TypeVar

from pydantic import BeforeValidator, Field, PlainSerializer, StringConstraints, WithJsonSchema

Id = Annotated[str, StringConstraints(min_length=1, max_length=256)]
"""Names one thing of the channel's: a conversation, an order, a cart."""

Label = Annotated[str, StringConstraints(min_length=1, max_length=128)]
"""A word of a closed or slowly growing set: a theme, a queue, an attribute, a slot."""

Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
"""ISO 4217."""

_LIMIT = Decimal(10) ** 15
_FINEST = -12
_LONGEST = 40


def read_decimal(value: object) -> Decimal:
    """An exact decimal of a JSON number or string; a binary float never gets here: the decoder reads fractions as decimals."""
    match value:
        case bool():
            raise ValueError("must be a number or a number in a string")
        case int():
            number = Decimal(value)
        case Decimal():
            number = value
        case str() if len(value) <= _LONGEST:
            try:
                number = Decimal(value)
            except ArithmeticError:
                raise ValueError("is not a decimal number") from None
        case _:
            raise ValueError("must be a number or a number in a string")
    if not number.is_finite():
        raise ValueError("is not a finite number")
    if abs(number) >= _LIMIT or int(number.as_tuple().exponent) < _FINEST:
        raise ValueError("has more digits than any amount: fewer than 16 before the point and at most 12 after it")
    return number


Exact = Annotated[
    Decimal,
    BeforeValidator(read_decimal),
    PlainSerializer(str, when_used="json"),
    WithJsonSchema({"anyOf": [{"type": "number"}, {"type": "string", "pattern": r"^[+-]?[0-9]*\.?[0-9]+([eE][+-]?[0-9]+)?$"}]}),
]
"""Money, a score, a quantity: read exactly, never through a binary float."""

Amount = Annotated[Exact, Field(ge=0)]

T = TypeVar("T")
Several = Annotated[tuple[T, ...], Field(strict=False, max_length=500)]
"""A JSON array."""
