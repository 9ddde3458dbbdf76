"""The kinds of value that touchpoints are made of."""

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Annotated, Any, TypeVar

from pydantic import BeforeValidator, FailFast, Field, GetCoreSchemaHandler, GetJsonSchemaHandler, StringConstraints
from pydantic_core import CoreSchema, core_schema

_UNSIGNED = r"(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?"
_MOST = 15
_TOO_MUCH = 10**_MOST
_FINEST = -12
_LONGEST = 40
_PLAIN = 12
"""Characters without an exponent in which no number is out of range."""
_is_number = re.compile(f"[+-]?{_UNSIGNED}", re.ASCII).fullmatch

Id = Annotated[str, StringConstraints(min_length=1, max_length=256)]
"""Names one thing of the channel's: a conversation, an order, a cart."""

Label = Annotated[str, StringConstraints(min_length=1, max_length=128)]
"""A word of a closed or slowly growing set: a theme, a queue, an attribute, a slot."""

Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
"""ISO 4217."""


def _whole(number: object) -> object:
    """JSON knows one kind of number, and some languages write 7.0 for 7."""
    if not isinstance(number, Decimal) or not number.is_finite() or number.adjusted() > _LONGEST:
        return number
    return int(number) if number == number.to_integral_value() else number


Version = Annotated[int, Field(ge=0, lt=2**63), BeforeValidator(_whole)]
"""Of a thing told: the higher, the newer."""


@lru_cache(maxsize=4_096)
def _of_text(text: str) -> Decimal:
    """Prices come up again and again."""
    if len(text) > _LONGEST or _is_number(text) is None:
        raise ValueError("is not a decimal number")
    number, plain = Decimal(text), len(text) <= _PLAIN and "e" not in text and "E" not in text
    return number if plain else _in_range(number)


def _in_range(number: Decimal) -> Decimal:
    if not number.is_finite() or number.adjusted() >= _MOST or int(number.as_tuple().exponent) < _FINEST:
        raise ValueError("has more digits than any amount: at most 15 before the point and 12 after it are read")
    return number


@dataclass(frozen=True)
class Number:
    """An exact decimal of a JSON number or string; a binary float never gets here: the decoder reads fractions as decimals."""

    least: int | None = None
    most: int | None = None

    def read(self, value: object) -> Decimal:
        if type(value) is str:
            number = _of_text(value)
        elif type(value) is int:  # and no subclass: true is no number
            number = Decimal(value) if -_TOO_MUCH < value < _TOO_MUCH else _in_range(Decimal(value))
        elif type(value) is Decimal:
            number = _in_range(value)
        else:
            raise ValueError("must be a number or a number in a text")
        if self.least is not None and number < self.least:
            raise ValueError(f"must not be below {self.least}")
        if self.most is not None and number > self.most:
            raise ValueError(f"must not be above {self.most}")
        return number

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            self.read,
            serialization=core_schema.plain_serializer_function_ser_schema(str, when_used="json"),
        )

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        number: dict[str, Any] = {"type": "number", "exclusiveMinimum": -_TOO_MUCH, "exclusiveMaximum": _TOO_MUCH}
        if self.least is not None:
            del number["exclusiveMinimum"]
            number["minimum"] = self.least
        if self.most is not None:
            del number["exclusiveMaximum"]
            number["maximum"] = self.most
        sign = "[+]?" if self.least is not None and self.least >= 0 else "[+-]?"
        return {"anyOf": [number, {"type": "string", "maxLength": _LONGEST, "pattern": f"^{sign}{_UNSIGNED}$"}]}


Exact = Annotated[Decimal, Number()]
"""Money, a score, a quantity: read exactly, never through a binary float."""

Amount = Annotated[Decimal, Number(least=0)]

Share = Annotated[Decimal, Number(least=0, most=1)]

T = TypeVar("T")
Several = Annotated[tuple[T, ...], Field(strict=False, max_length=500), FailFast()]
"""A JSON array. Validation ends at the first mistake: there may be half a million in one record."""
