"""What counts as two channels contradicting each other to one customer, and when that is over."""

from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from schemas.instant import NEVER, format_instant
from schemas.touchpoints.claim import ClaimMade, Entity, Terms
from tests.detection.cases import CHANNELS, Alert, Case, Touch, after, alerts, app, chat, check, phone, policy_of, web

PRICE = "product/sku-1/price?unit=EUR"


def price(amount: str, **more: Any) -> ClaimMade:
    return told(Decimal(amount), "price", unit="EUR", **more)


def told(value: bool | str | Decimal, attribute: str, **more: Any) -> ClaimMade:
    validity = {name: format_instant(more.pop(name)) for name in ("valid_from", "valid_until") if more.get(name) is not None}
    return ClaimMade.of({"entity": Entity(kind="product", id="sku-1"), "attribute": attribute, "value": value} | validity | more)


def eta(value: str) -> ClaimMade:
    return told(value, "eta")


def alert(word: Any, at: str, channel: str, state: str, *evidence: int, matter: str = PRICE, **more: Any) -> Alert:
    return Alert(word, at, state, "conflicting_claims", channel, ("claim", matter), evidence=evidence, **more)


opened, updated, resolved, retracted = (partial(alert, word) for word in ("opened", "updated", "resolved", "retracted"))
over, under = {"reason": "overcharge"}, {"reason": "undercharge"}

WHAT_CONFLICTS = [
    Case("the same price told by two channels", [web("0:00", price("10")), chat("1:00", price("10.00"))]),
    Case(
        "another price told by a second channel",
        [web("0:00", price("10")), chat("1:00", price("12"))],
        [
            opened("1:00", "chat", "conflict", 1, 2, **over, severity=70),
            resolved("7:00:00:00", "chat", "validity_ended", **over, severity=10),
        ],
    ),
    Case(
        "a lower price is less severe than a higher one",
        [web("0:00", price("12")), chat("1:00", price("10"))],
        [opened("1:00", "chat", "conflict", 1, 2, **under, severity=40)],
        until="2:00",
    ),
    Case(
        "a lower refund is told at the customer's expense",
        [web("0:00", told(Decimal(12), "refund", unit="EUR")), chat("1:00", told(Decimal(10), "refund", unit="EUR"))],
        [opened("1:00", "chat", "conflict", 1, 2, matter="product/sku-1/refund?unit=EUR", **over)],
        until="2:00",
    ),
    Case("prices a cent apart", [web("0:00", price("10.00")), chat("1:00", price("10.01"))]),
    Case(
        "prices more than a cent apart",
        [web("0:00", price("10.00")), chat("1:00", price("10.011"))],
        [opened("1:00", "chat", "conflict", 1, 2, **over)],
        until="2:00",
    ),
    Case("a price told as text is a number", [web("0:00", price("10.00")), chat("1:00", told("10", "price", unit="EUR"))]),
    Case(
        "a price that is no number is a text",
        [web("0:00", price("10.00")), chat("1:00", told("on request", "price", unit="EUR"))],
        [opened("1:00", "chat", "conflict", 1, 2, severity=50)],
        until="2:00",
    ),
    Case(
        "every attribute in a currency is money",
        [web("0:00", told(Decimal("1.00"), "postage", unit="SEK")), chat("1:00", told(Decimal("1.01"), "postage", unit="SEK"))],
    ),
    Case(
        "no other number has a tolerance",
        [web("0:00", told(Decimal("1.00"), "weight", unit="KGM")), chat("1:00", told(Decimal("1.01"), "weight", unit="KGM"))],
        [opened("1:00", "chat", "conflict", 1, 2, matter="product/sku-1/weight?unit=KGM")],
        until="2:00",
    ),
    Case("a number that one channel writes as text", [web("0:00", told(Decimal(24), "months")), chat("1:00", told("24", "months"))]),
    Case(
        "a number and a text that is none",
        [web("0:00", told(Decimal(24), "months")), chat("1:00", told("two years", "months"))],
        [opened("1:00", "chat", "conflict", 1, 2, matter="product/sku-1/months")],
        until="2:00",
    ),
    Case(
        "a number is not a yes",
        [web("0:00", told(Decimal(1), "in_stock")), chat("1:00", told(True, "in_stock"))],
        [opened("1:00", "chat", "conflict", 1, 2, matter="product/sku-1/in_stock")],
        until="2:00",
    ),
    Case(
        "yes and no",
        [web("0:00", told(True, "in_stock")), chat("1:00", told(False, "in_stock"))],
        [opened("1:00", "chat", "conflict", 1, 2, matter="product/sku-1/in_stock")],
        until="2:00",
    ),
    Case("arrival times an hour apart", [web("0:00", eta("2026-03-01T09:00:00Z")), chat("1:00", eta("2026-03-01T11:00:00+01:00"))]),
    Case(
        "arrival times more than an hour apart",
        [web("0:00", eta("2026-03-01T09:00:00Z")), chat("1:00", eta("2026-03-01T10:00:00.001Z"))],
        [opened("1:00", "chat", "conflict", 1, 2, matter="product/sku-1/eta", reason="later")],
        until="2:00",
    ),
    Case("one channel changes its mind", [web("0:00", price("10")), web("10:00", price("12")), web("20:00", price("10"))]),
    Case(
        "another product",
        [web("0:00", price("10")), chat("1:00", replace(price("12"), entity=Entity(kind="product", id="2")))],
    ),
    Case("another customer", [web("0:00", price("10")), chat("1:00", price("12"), customer="c:ben")]),
    *(
        Case(f"other terms: {name}", [web("0:00", price("10")), chat("1:00", price("12", terms=terms))])
        for name, terms in (("tax", Terms(tax="net")), ("segment", Terms(segment="b2b")), ("quantity", Terms(quantity=Decimal(10))))
    ),
    Case("another currency", [web("0:00", price("10")), chat("1:00", told(Decimal(12), "price", unit="USD"))]),
    Case(
        "a quantity is the same however it is written",
        [web("0:00", price("10", terms=Terms(quantity=Decimal(5)))), chat("1:00", price("12", terms=Terms(quantity=Decimal("5.0"))))],
        [opened("1:00", "chat", "conflict", 1, 2, matter="product/sku-1/price?quantity=5&unit=EUR", **over)],
        until="2:00",
    ),
]

ORDER = [
    Case("a newer version told later is a legitimate change", [web("0:00", price("10", version=1)), chat("9:00", price("12", version=2))]),
    Case(
        "and so is a later start", [web("0:00", price("10", valid_from=after("0:00"))), chat("9:00", price("12", valid_from=after("1:00")))]
    ),
    Case(
        "the older version told within the grace",
        [web("0:00", price("10", version=1)), app("1:00", price("12", version=2)), web("6:00", price("10", version=1))],
    ),
    Case(
        "the older version repeated after the grace is a stale channel, until it tells the agreed value",
        [
            web("0:00", price("10", version=1)),
            app("1:00", price("12", version=2)),
            web("6:00.001", price("10", version=1)),
            web("9:00", price("10", version=1)),
            web("10:00", price("12", version=2)),
        ],
        [
            opened("6:00.001", "web", "stale_channel", 2, 3, **under, severity=35),
            resolved("10:00", "web", "agreed", 5, **under),
        ],
    ),
    Case(
        "the grace runs from the first time that the newer value was told",
        [app("0:00", price("12", version=2)), app("5:00", price("12", version=2)), web("5:01", price("10", version=1))],
        [opened("5:01", "web", "stale_channel", 2, 3, **under)],
        until="6:00",
    ),
    Case(
        "and from the first newer value, though it has changed again since",
        [app("0:00", price("12", version=2)), app("5:00", price("13", version=3)), web("5:01", price("10", version=1))],
        [opened("5:01", "web", "stale_channel", 2, 3, **under)],
        until="6:00",
    ),
    Case(
        "the older start repeated after the grace is stale too, and an overcharge is worse",
        [chat("0:00", price("12", valid_from=after("2:00"))), web("8:00", price("14", valid_from=after("1:00")))],
        [opened("8:00", "web", "stale_channel", 1, 2, **over, severity=65)],
        until="9:00",
    ),
    Case(
        "the version decides before the start does",
        [
            web("0:00", price("10", version=1, valid_from=after("0:00"))),
            chat("9:00", price("12", version=2, valid_from=after("0:00") - 1)),
        ],
    ),
    Case(
        "the same version with another start is ordered by the start",
        [web("0:00", price("10", version=1, valid_from=after("0:00"))), chat("9:00", price("12", version=1, valid_from=after("1:00")))],
    ),
    Case(
        "a version that only one of them names is no order",
        [web("0:00", price("10")), chat("1:00", price("12", version=2))],
        [opened("1:00", "chat", "conflict", 1, 2, **over)],
        until="2:00",
    ),
    Case(
        "the same version with two values is a conflict, ended by a newer version",
        [web("0:00", price("10", version=1)), chat("1:00", price("12", version=1)), chat("2:00", price("12", version=2))],
        [
            opened("1:00", "chat", "conflict", 1, 2, **over),
            resolved("2:00", "chat", "superseded", 3, **over),
        ],
    ),
    Case(
        "a stale channel that is overtaken again stays stale",
        [
            app("0:00", price("12", version=2)),
            web("6:00", price("10", version=1)),
            app("7:00", price("13", version=3)),
            web("8:00", price("13", version=3)),
        ],
        [opened("6:00", "web", "stale_channel", 1, 2, **under), resolved("8:00", "web", "agreed", 4, **under)],
    ),
    Case(
        "a newer value makes a channel stale though whoever told it dissents itself",
        [web("0:00", price("10")), chat("0:30", price("12", version=5)), app("6:00", price("10", version=4))],
        [opened("0:30", "chat", "conflict", 1, 2, **over), opened("6:00", "app", "stale_channel", 2, 3, **under)],
        until="7:00",
    ),
    Case(
        "a newer value that is only announced makes nobody stale",
        [
            chat("0:00", price("13", version=3, valid_from=after("2:00:00"))),
            app("5:30", price("12", version=2)),
            web("6:00", price("10", version=1)),
        ],
    ),
    Case(
        "what a newer value has outdated is no longer compared with",
        [web("0:00", price("10", version=1)), app("1:00", price("12", version=2)), chat("2:00", price("12"))],
    ),
]

ENDS = [
    Case(
        "the dissenting channel tells the agreed value, within tolerance",
        [web("0:00", price("10")), chat("1:00", price("12")), chat("2:00", price("10.01"))],
        [opened("1:00", "chat", "conflict", 1, 2, **over), resolved("2:00", "chat", "agreed", 3, **over)],
    ),
    Case(
        "the other channel comes round",
        [web("0:00", price("10")), chat("1:00", price("12")), web("2:00", price("12"))],
        [opened("1:00", "chat", "conflict", 1, 2, **over), resolved("2:00", "chat", "agreed", 3, **over)],
    ),
    Case(
        "a channel that dissents again opens another alert",
        [web("0:00", price("10")), chat("1:00", price("12")), chat("2:00", price("10")), chat("3:00", price("12"))],
        [
            opened("1:00", "chat", "conflict", 1, 2, **over),
            resolved("2:00", "chat", "agreed", 3, **over),
            opened("3:00", "chat", "conflict", 1, 4, **over),
        ],
        until="4:00",
    ),
    Case(
        "a dissenting channel that changes its mind is told again when the harm changes",
        [web("0:00", price("10")), chat("1:00", price("12")), chat("2:00", price("11")), chat("3:00", price("9"))],
        [opened("1:00", "chat", "conflict", 1, 2, **over), updated("3:00", "chat", "conflict", 4, **under)],
        until="4:00",
    ),
    Case(
        "nobody contradicts a channel that repeats the agreed value",
        [web("0:00", price("10")), chat("1:00", price("12")), web("2:00", price("10")), app("3:00", price("10"))],
        [opened("1:00", "chat", "conflict", 1, 2, **over)],
        until="4:00",
    ),
    Case(
        "a third channel that tells the dissenting value dissents as well, and both end when the first comes round",
        [web("0:00", price("10")), chat("1:00", price("12")), app("2:00", price("12")), web("3:00", price("12"))],
        [
            opened("1:00", "chat", "conflict", 1, 2, **over),
            opened("2:00", "app", "conflict", 1, 3, **over),
            resolved("3:00", "app", "agreed", 4, **over),
            resolved("3:00", "chat", "agreed", 4, **over),
        ],
    ),
    Case(
        "the dissenting value ends",
        [web("0:00", price("10")), chat("1:00", price("12", valid_until=after("5:00")))],
        [opened("1:00", "chat", "conflict", 1, 2, **over), resolved("5:00", "chat", "validity_ended", **over)],
    ),
    Case(
        "the agreed value ends",
        [web("0:00", price("10", valid_until=after("5:00"))), chat("1:00", price("12"))],
        [opened("1:00", "chat", "conflict", 1, 2, **over), resolved("5:00", "chat", "validity_ended", **over)],
    ),
    Case(
        "the agreed value ends at the very time at which the dissenting one is repeated",
        [web("0:00", price("10", valid_until=after("5:00"))), chat("1:00", price("12")), chat("5:00", price("12"))],
        [opened("1:00", "chat", "conflict", 1, 2, **over), resolved("5:00", "chat", "validity_ended", 3, **over)],
    ),
    Case(
        "the agreed value ends and two that differ remain: the one told first is agreed now",
        [
            web("0:00", price("10", valid_until=after("5:00"))),
            chat("1:00", price("12")),
            app("2:00", price("13")),
            app("6:00", price("12")),
        ],
        [
            opened("1:00", "chat", "conflict", 1, 2, **over),
            opened("2:00", "app", "conflict", 1, 3, **over),
            resolved("5:00", "chat", "validity_ended", **over),
            resolved("6:00", "app", "agreed", 4, **over),
        ],
    ),
    Case(
        "a value that was replaced and is remembered for the grace only is forgotten after it",
        [web("0:00", price("10")), web("1:00", price("12", valid_until=after("2:00"))), chat("3:00", price("11"))],
    ),
    Case(
        "a channel takes its value back by letting it end now",
        [web("0:00", price("10")), chat("1:00", price("12")), chat("2:00", price("12", valid_until=after("2:00")))],
        [opened("1:00", "chat", "conflict", 1, 2, **over), resolved("2:00", "chat", "validity_ended", **over)],
    ),
]

VALIDITY = [
    Case("the earlier value had just ended", [web("0:00", price("10", valid_until=after("1:00"))), chat("1:00", price("12"))]),
    Case(
        "the earlier value was about to end",
        [web("0:00", price("10", valid_until=after("1:00") + 1)), chat("1:00", price("12"))],
        [opened("1:00", "chat", "conflict", 1, 2, **over), resolved("1:00.001", "chat", "validity_ended", **over)],
    ),
    Case("the later value is not valid yet", [web("0:00", price("10")), chat("1:00", price("12", valid_from=after("2:00")))]),
    Case("the later value is over already", [web("0:00", price("10")), chat("1:00", price("12", valid_until=after("0:59")))]),
    Case(
        "a value announced before is compared once it is valid and somebody tells another",
        [chat("0:00", price("12", valid_from=after("5:00"))), web("4:59", price("10")), web("5:00", price("10"))],
        [opened("5:00", "web", "conflict", 1, 3, **under)],
        until="6:00",
    ),
    Case(
        "a dissenting channel comes round at the time that it announced",
        [web("0:00", price("10")), chat("1:00", price("12")), chat("2:00", price("10", valid_from=after("5:00")))],
        [opened("1:00", "chat", "conflict", 1, 2, **over), resolved("5:00", "chat", "agreed", **over)],
    ),
    Case(
        "a claim that names no end holds for the policy's time",
        [web("0:00", price("10")), chat("1:00:00", price("12"))],
        policy={"holds": "PT1H"},
    ),
    Case(
        "and as long as it names",
        [web("0:00", price("10", valid_until=after("30:00:00:00"))), chat("29:00:00:00", price("12"))],
        [opened("29:00:00:00", "chat", "conflict", 1, 2, **over), resolved("30:00:00:00", "chat", "validity_ended", **over)],
    ),
]

LATE = [
    Case(
        "a late claim shows that there was a conflict; its time is its place",
        [chat("10:00", price("12")), web("5:00", price("10"), arrived="20:00")],
        [opened("19:58", "chat", "conflict", 2, 1, opened_at="10:00", **over)],
        until="30:00",
    ),
    Case(
        "late news of a legitimate change retracts a conflict",
        [web("0:00", price("10", version=1)), chat("9:00", price("12", version=1)), web("8:30", price("12", version=2), arrived="20:00")],
        [opened("9:00", "chat", "conflict", 1, 2, **over), retracted("19:58", "chat", "conflict", **over)],
        until="30:00",
    ),
    Case(
        "late news of an earlier dissent retracts the alert and opens another",
        [web("0:00", price("10")), chat("9:00", price("12")), chat("8:00", price("9"), arrived="20:00")],
        [
            opened("9:00", "chat", "conflict", 1, 2, **over),
            retracted("19:58", "chat", "conflict", **over),
            opened("19:58", "chat", "conflict", 1, 3, opened_by=3, proven_by=(1, 3, 2), opened_at="8:00", **over),
        ],
        until="30:00",
    ),
    Case(
        "a late end of the agreed value ends the conflict when it ended",
        [web("0:00", price("10")), chat("1:00", price("12")), web("0:30", price("10", valid_until=after("5:00")), arrived="20:00")],
        [
            opened("1:00", "chat", "conflict", 1, 2, **over),
            resolved("19:58", "chat", "validity_ended", proven_by=(3, 2), ended_at="5:00", **over),
        ],
        until="30:00",
    ),
    Case(
        "a late end of the earlier value retracts what contradicted it",
        [web("0:00", price("10")), chat("1:00", price("12")), web("0:30", price("10", valid_until=after("0:45")), arrived="20:00")],
        [opened("1:00", "chat", "conflict", 1, 2, **over), retracted("19:58", "chat", "conflict", **over)],
        until="30:00",
    ),
]


@pytest.mark.parametrize("case", [*WHAT_CONFLICTS, *ORDER, *ENDS, *VALIDITY, *LATE], ids=str)
def test_claims(case: Case) -> None:
    check(case, "conflicting_claims")


def test_a_summary_names_channels_and_matter_and_no_value() -> None:
    changes = alerts(policy_of(["conflicting_claims"]), [web("0:00", price("10")), chat("1:00", price("12"))], after("2:00"))
    [summary] = [change.event().data.summary for change in changes]
    assert summary == "chat told the customer another price of product sku-1 than web: at the customer's expense."


INSTANTS = [None, *(after(clock) for clock in ("0", "60", "300", "301", "600"))]
claims = st.builds(
    lambda channel, at, late, amount, version, start, end: Touch(
        channel,
        after("0:00") + at * 1000,
        price(amount, version=version, valid_from=start, valid_until=end),
        after("0:00") + (at + late) * 1000,
    ),
    st.sampled_from(CHANNELS[:3]),
    st.sampled_from([0, 1, 59, 60, 300, 301, 302, 600, 601]),
    st.sampled_from([0, 0, 0, 400]),
    st.sampled_from(["10", "10.01", "10.02", "12"]),
    st.sampled_from([None, 1, 2, 3]),
    st.sampled_from(INSTANTS),
    st.sampled_from(INSTANTS),
)


@settings(max_examples=150, deadline=None)
@given(log=st.lists(claims, max_size=8))
def test_a_restart_before_every_claim_changes_nothing_and_silence_returns_all_to_nothing(log: list[Touch]) -> None:
    policy = policy_of(["conflicting_claims"])
    straight = [change.event() for change in alerts(policy, log, NEVER)]
    restarted = [change.event() for change in alerts(policy, log, NEVER, restart=True)]
    assert restarted == straight


@settings(max_examples=100, deadline=None)
@given(log=st.lists(claims, max_size=8))
def test_every_conflict_is_opened_once_and_ends_once(log: list[Touch]) -> None:
    openings: dict[object, list[str]] = {}
    for change in alerts(policy_of(["conflicting_claims"]), log, NEVER):
        openings.setdefault(change.id, []).append(change.word)
    for words in openings.values():
        assert words[-1] in ("resolved", "retracted")
        assert [word for word in words if word != "updated"].count("opened") <= words.count("resolved") + words.count("retracted")


def test_channels_that_tell_the_newest_value_at_once_are_never_contradicting() -> None:
    log = [
        touch(f"{hour}:00:{second:02}", price(str(10 + hour % 4), version=hour))
        for hour in range(12)
        for second, touch in enumerate((web, app, chat, phone))
    ]
    assert alerts(policy_of(["conflicting_claims"]), log) == []
