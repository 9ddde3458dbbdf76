"""The policy file: which channels there are, how late they may be, and the section of each detector.

A detector's own section is a model in the detector's own file; here it is an open mapping. Every number of the product
is a default in one of these models, never a constant in code.
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, WithJsonSchema, model_validator

from schemas.instant import DAY, MINUTE, SECOND, Duration

_NAME = r"^[a-z][a-z0-9_-]{0,62}$"
_NAME_SCHEMA = {"type": "string", "pattern": _NAME}
Name = Annotated[str, StringConstraints(pattern=_NAME)]
"""A name that may become a topic's suffix and a metric's label."""


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


Names = Annotated[
    tuple[Name, ...],
    Field(min_length=1),
    BeforeValidator(_listed),
    WithJsonSchema({"anyOf": [_NAME_SCHEMA, {"type": "array", "items": _NAME_SCHEMA, "minItems": 1}]}),
]
"""One name or a list of them."""


class Section(BaseModel):
    """A part of the policy file: unknown keys are mistakes."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class Channel(Section):
    lateness: Duration = 2 * SECOND
    """How far out of order the channel may deliver before a touchpoint counts as late; delays every alert of its partition numbers."""


class TargetRule(Section):
    """`within` holds where every condition that is given matches; the first matching rule counts."""

    channel: Names | None = None
    tier: Names | None = None
    priority: Names | None = None
    theme: Names | None = None
    within: Duration

    def matches(self, channel: str, tier: str | None, priority: str | None, theme: str | None) -> bool:
        return (
            (self.channel is None or channel in self.channel)
            and (self.tier is None or tier in self.tier)
            and (self.priority is None or priority in self.priority)
            and (self.theme is None or theme in self.theme)
        )


def first_match(rules: Iterable[TargetRule], channel: str, tier: str | None, priority: str | None, theme: str | None) -> int | None:
    """The duration in milliseconds of the first rule that matches, or None."""
    for rule in rules:
        if rule.matches(channel, tier, priority, theme):
            return rule.within
    return None


class Severity(Section):
    """An alert's number is its state's base (0..100, in the detector's section) times the customer's weight, cut at 100."""

    warning: Annotated[int, Field(ge=0, le=100)] = 40
    critical: Annotated[int, Field(ge=0, le=100)] = 70
    tier_weights: dict[Name, Annotated[Decimal, Field(ge=0, le=10)]] = {}
    """By tier; a tier that is not named weighs 1."""
    high_value: Annotated[Decimal, Field(ge=0)] | None = None
    """From this customer value on (`customer.updated` value) `high_value_weight` applies too."""
    high_value_weight: Annotated[Decimal, Field(ge=0, le=10)] = Decimal("1.25")

    @model_validator(mode="after")
    def _ordered(self) -> "Severity":
        if self.warning > self.critical:
            raise ValueError("warning must not be above critical")
        return self

    def level(self, number: int) -> Literal["info", "warning", "critical"]:
        return "critical" if number >= self.critical else "warning" if number >= self.warning else "info"

    def weight(self, tier: str | None, value: Decimal | None) -> Decimal:
        weight = self.tier_weights.get(tier, Decimal(1)) if tier is not None else Decimal(1)
        if self.high_value is not None and value is not None and value >= self.high_value:
            weight *= self.high_value_weight
        return weight


DEDUPLICATION_AT_MOST = DAY


def _known(channels: dict[str, Channel]) -> dict[str, Channel]:
    if not channels:
        raise ValueError("names no channel: there is nothing to watch")
    if "dead-letter" in channels:
        raise ValueError("dead-letter is the name of Throughline's own topic")
    return channels


class Policy(Section):
    version: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    """Travels in every alert as `policy_version`."""
    channels: Annotated[dict[Name, Channel], AfterValidator(_known)]
    window: Annotated[Duration, Field(ge=SECOND, le=31 * DAY)] = DAY
    """How long evidence may be late and still be told from its own time on."""
    deduplication: Annotated[Duration, Field(ge=MINUTE, le=DEDUPLICATION_AT_MOST)] = DAY
    """A later copy of a touchpoint is dropped if it arrives no longer than this after the last one that counted."""
    tiers: tuple[Name, ...] = ()
    """The tiers there are; any other is `other` on a metric's label."""
    severity: Severity = Severity()
    runbooks: str = "https://throughline.example/runbooks/{detector}"
    """Where an alert's reader finds what to do; `{detector}` is put in."""
    detectors: dict[Name, dict[str, Any]] = {}
    """A section by detector; one that is left out works with its defaults, `enabled: false` turns it off."""

    @property
    def lateness(self) -> dict[str, int]:
        """Milliseconds by channel."""
        return {name: channel.lateness for name, channel in self.channels.items()}
