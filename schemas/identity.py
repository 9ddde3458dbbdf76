"""Whose journey it is. A customer's and an anonymous visitor's never meet, even under the same id."""

import re
from string import ascii_letters, digits

from schemas.touchpoint import Refused

_CUSTOMER, _ANONYMOUS = "c:", "a:"
_PLACEHOLDERS = ("null", "none", "undefined", "nan", "anonymous", "guest", "-1", r"\[object object\]")


def _in_any_case(word: str) -> str:
    return "".join(f"[{letter}{letter.upper()}]" if letter.isalpha() else letter for letter in word)


BLOCKED = rf"^\s*([0-]*|{'|'.join(map(_in_any_case, _PLACEHOLDERS))})\s*$"
"""What programs write where they know nobody: nothing, zeros and dashes, placeholders. Python and ECMA 262 read it alike."""

_is_blocked = re.compile(BLOCKED).match
_HARMLESS = frozenset(ascii_letters + digits) - {letter for word in ("0", *_PLACEHOLDERS) for letter in word[0] + word[0].upper()}
"""What begins so is no placeholder: most ids need no closer look."""


def journey_of(customer: str | None, anonymous: str | None) -> str | Refused:
    """`c:<customer id>`, else `a:<anonymous id>`.

    A blocked customer id is refused even beside a good anonymous one: the producer keyed the record by it.
    """
    if customer is not None:
        kind, identity, field = _CUSTOMER, customer, "customerid"
    elif anonymous is not None:
        kind, identity, field = _ANONYMOUS, anonymous, "anonymousid"
    else:
        return Refused("identity_missing", "is required, or anonymousid: nobody is named", "customerid")
    if identity[:1] not in _HARMLESS and _is_blocked(identity):
        return Refused("identity_blocked", "names nobody: it is a placeholder, not an id", field)
    return kind + identity


def is_anonymous(journey: str) -> bool:
    return journey.startswith(_ANONYMOUS)


def identity_of(journey: str) -> str:
    """The bare id, as an alert's `customer` shows it."""
    return journey[2:]


def key_of(journey: str) -> bytes:
    """The Kafka key that every record of this journey must have."""
    return journey[2:].encode()
