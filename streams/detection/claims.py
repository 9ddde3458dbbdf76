"""What one channel told of one matter: what makes two tellings comparable, which is newer, how far they are apart."""

import re
from decimal import Decimal
from functools import lru_cache
from urllib.parse import quote, unquote

from msgspec import Struct

from schemas.instant import NEVER, parse_instant
from schemas.touchpoints.claim import ClaimMade, Figure
from schemas.values import Number
from streams.detection.detector import Proof

_is_plain = re.compile(r"[A-Za-z0-9_.~-]*").fullmatch
_number = Number().read


class Dissent(Struct, array_like=True, gc=False):
    """What was said of a channel's telling while its alert is open."""

    opened_by: str
    state: str
    reason: str | None


class Telling(Struct, array_like=True, gc=False):
    """One value that one channel told, perhaps more than once."""

    proof: Proof
    """Of the last time."""
    at: int
    """The first time."""
    value: str
    """As `read_value` gives it."""
    until: int
    version: int | None
    valid_from: int | None
    replaced_at: int = NEVER
    """When the same channel told another value."""
    dissent: Dissent | None = None

    @property
    def channel(self) -> str:
        return self.proof.channel

    @property
    def since(self) -> int:
        """From when on it stands."""
        return self.at if self.valid_from is None else max(self.at, self.valid_from)

    def stands(self, at: int) -> bool:
        return self.since <= at < self.until and self.replaced_at == NEVER

    def is_newer_than(self, other: "Telling") -> bool:
        """By version where both have one and they differ, else by `valid_from` likewise; otherwise there is no order between them."""
        if self.version is not None and other.version is not None and self.version != other.version:
            return self.version > other.version
        return self.valid_from is not None and other.valid_from is not None and self.valid_from > other.valid_from


def matter_of(claim: ClaimMade) -> str:
    """`product/sku-1/price?tax=incl&unit=EUR`: what two comparable claims have in common. A term that is not given is one of its own."""
    entity, terms = claim.entity, claim.terms
    under = _given(terms.quantity, terms.segment, terms.tax, claim.unit)
    return f"{_escaped(entity.kind)}/{_escaped(entity.id)}/{_escaped(claim.attribute)}{under}"


@lru_cache(maxsize=4_096)
def _given(quantity: Decimal | None, segment: str | None, tax: str | None, unit: str | None) -> str:
    spelled = None if quantity is None else _spelled(quantity)
    terms = (("quantity", spelled), ("segment", segment), ("tax", tax), ("unit", unit))
    given = "&".join(f"{name}={_escaped(term)}" for name, term in terms if term is not None)
    return given and f"?{given}"


def named(matter: str) -> tuple[str, str, str]:
    """The entity's kind and id, and the attribute."""
    kind, name, attribute = (unquote(part) for part in matter.partition("?")[0].split("/"))
    return kind, name, attribute


def read_value(told: bool | str | Figure, *, money: bool, instant: bool) -> str:  # noqa: FBT001  a yes or no is one of the values
    """A letter and the value in its one spelling: `b` a yes or no, `m` money, `n` another number, `i` an instant, `t` a text."""
    if isinstance(told, bool):
        return f"b{told}"
    if isinstance(told, Figure):
        return f"{'m' if money else 'n'}{_spelled(told.amount)}"
    return _read_text(told, money, instant)


@lru_cache(maxsize=4_096)
def _read_text(told: str, money: bool, instant: bool) -> str:  # noqa: FBT001  to be remembered by
    try:
        if money:
            return f"m{_spelled(_number(told))}"
        if instant:
            return f"i{parse_instant(told)}"
    except ValueError:  # "on request", "tomorrow": then it is a text like any other
        pass
    return f"t{told}"


def differ(one: Telling, other: Telling, money_tolerance: Decimal, instant_tolerance: int) -> bool:
    """Whether two tellings of one matter differ beyond tolerance; a difference of exactly the tolerance does not."""
    if one.value == other.value:
        return False
    first, second = sorted((one.value, other.value))
    match first[0] + second[0]:
        case "mm":
            return abs(Decimal(first[1:]) - Decimal(second[1:])) > money_tolerance
        case "ii":
            return abs(int(first[1:]) - int(second[1:])) > instant_tolerance
        case "nt":  # one channel writes its numbers as texts
            return not _is_number(second[1:], Decimal(first[1:]))
    return True


def harm(dissenting: Telling, agreed: Telling, *, to_customer: bool) -> str | None:
    """What the dissenting value does to a customer who believes the agreed one; `to_customer`: it is money that the customer gets."""
    kind = dissenting.value[0]
    if kind != agreed.value[0] or kind not in "mi":
        return None
    more = Decimal(dissenting.value[1:]) > Decimal(agreed.value[1:])
    if kind == "i":
        return "later" if more else "earlier"
    return "overcharge" if more != to_customer else "undercharge"


def _escaped(text: str) -> str:
    return text if _is_plain(text) else quote(text, safe="")


def _spelled(number: Decimal) -> str:
    """`10` for 10, 10.00 and 1E+1 alike."""
    return format(number.normalize() + 0, "f")


def _is_number(text: str, number: Decimal) -> bool:
    try:
        return _number(text) == number
    except ValueError:
        return False
