"""What the simulated company promises: stories keep it, and plants lie just inside and just outside of it."""

from decimal import Decimal
from itertools import product
from typing import Self

from msgspec import Struct, field
from pydantic import BaseModel, ConfigDict

from schemas.instant import DAY, HOUR, MINUTE, SECOND, Duration
from schemas.policy import Policy, TargetRule, first_match
from streams.simulate.channels import CONTACTS, FEEDS, Channel
from streams.simulate.truth import DETECTORS, Detector

TIERS = (None, "silver", "gold")
THEMES = ("delivery", "billing", "returns", "product", "account")
"""What customers ask about."""

_FIRST_RESPONSE = tuple(
    TargetRule.model_validate(rule)
    for rule in (
        {"channel": "chat", "within": "PT5M"},
        {"channel": "social", "within": "PT1H"},
        {"channel": "email", "within": "P1D"},
        {"within": "PT8H"},
    )
)

_LATEST_RISK = Decimal("0.9")


class Targets(Struct, frozen=True, kw_only=True):
    """Milliseconds. Everything simulated scales with them."""

    watched: tuple[Detector, ...] = DETECTORS
    """Only for these is anything planted."""
    first_response: tuple[TargetRule, ...] = _FIRST_RESPONSE
    first_response_at_risk: Decimal = Decimal("0.75")
    """The share of the target after which it is at risk."""
    unanswered: int = 7 * DAY
    """How long after its target an ask that nobody minds any more is still open."""
    resolution: tuple[TargetRule, ...] = ()
    """For conversations without a due moment of their own."""
    resolution_at_risk: Decimal = Decimal("0.75")
    cart: int = 60 * MINUTE
    checkout: int = 10 * MINUTE
    payment: int = 5 * MINUTE
    """How long a cart, a checkout, a failed payment lies untouched before it counts as abandoned."""
    purchase_at_risk: Decimal = Decimal("0.5")
    """The share of that after which it is a risk."""
    lost: int = 7 * DAY
    """How long what is abandoned may be recovered."""
    grace: int = 5 * MINUTE
    """How long a channel may go on telling an old version."""
    claim_holds: int = 7 * DAY
    """How long what was told is taken to hold where no end was named."""
    eta_tolerance: int = HOUR
    window: int = DAY
    """How late evidence may come."""
    lateness: dict[str, int] = field(default_factory=lambda: dict.fromkeys(FEEDS, 2 * SECOND))
    """By channel."""

    def __post_init__(self) -> None:
        if missing := sorted(set(FEEDS) - set(self.lateness)):
            raise ValueError(f"the simulated customers use channels that the policy does not have: {', '.join(missing)}")
        for share in (self.first_response_at_risk, self.resolution_at_risk, self.purchase_at_risk):
            if share > _LATEST_RISK:
                raise ValueError(
                    f"between at risk and too late the simulated customers need a tenth of the time: at_risk {share} leaves less"
                )
        for channel, tier, theme in product(CONTACTS, TIERS, (None, *THEMES)):
            self.respond(channel, tier, theme)

    @classmethod
    def of(cls, policy: Policy) -> Self:
        """What this policy promises. ValueError where the simulated world does not fit it."""
        section = policy.detectors.get
        response = _FirstResponse.model_validate(section("first_response", {}))
        resolution = _Resolution.model_validate(section("resolution", {}))
        claims = _Claims.model_validate(section("conflicting_claims", {}))
        purchase = _Purchase.model_validate(section("purchase_abandonment", {}))
        sections: dict[Detector, _Section] = {
            "first_response": response,
            "resolution": resolution,
            "conflicting_claims": claims,
            "purchase_abandonment": purchase,
        }
        return cls(
            watched=tuple(name for name, section in sections.items() if section.enabled),
            first_response=response.targets,
            first_response_at_risk=response.at_risk,
            unanswered=response.keep,
            resolution=resolution.targets,
            resolution_at_risk=resolution.at_risk,
            cart=purchase.cart,
            checkout=purchase.checkout,
            payment=purchase.payment,
            purchase_at_risk=purchase.at_risk,
            lost=purchase.lost_after,
            grace=claims.grace,
            claim_holds=claims.holds,
            eta_tolerance=claims.instant_tolerance,
            window=policy.window,
            lateness=policy.lateness,
        )

    def respond(self, channel: Channel, tier: str | None, theme: str | None) -> int:
        """How soon somebody who asks must have an answer."""
        within = first_match(self.first_response, channel, tier, None, theme)
        if within is None:
            raise ValueError(f"the policy promises no first response in {channel}, where simulated customers ask")
        return within

    def resolve(self, channel: Channel, tier: str | None, theme: str | None) -> int | None:
        return first_match(self.resolution, channel, tier, None, theme)

    @property
    def pace(self) -> float:
        """How fast life runs beside the real one: 1 where a cart may lie for an hour, 1/300 where it may for 12 s."""
        return self.cart / (60 * MINUTE)


class _Section(BaseModel):
    """The part of a detector's section of the policy file that the simulated company goes by."""

    model_config = ConfigDict(extra="ignore", frozen=True)
    enabled: bool = True


class _FirstResponse(_Section):
    targets: tuple[TargetRule, ...] = _FIRST_RESPONSE
    at_risk: Decimal = Decimal("0.75")
    keep: Duration = 7 * DAY


class _Resolution(_Section):
    targets: tuple[TargetRule, ...] = ()
    at_risk: Decimal = Decimal("0.75")


class _Claims(_Section):
    grace: Duration = 5 * MINUTE
    holds: Duration = 7 * DAY
    instant_tolerance: Duration = HOUR


class _Purchase(_Section):
    cart: Duration = 60 * MINUTE
    checkout: Duration = 10 * MINUTE
    payment: Duration = 5 * MINUTE
    at_risk: Decimal = Decimal("0.5")
    lost_after: Duration = 7 * DAY
