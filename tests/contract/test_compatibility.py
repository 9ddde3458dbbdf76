"""Which changes of the contract break whom, and which break nobody."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from schemas.compatibility import breaks
from schemas.export import ALERT, ASYNCAPI, DEAD_LETTER, POLICY, export

PUBLISHED = export()
MESSAGE, CART, CLAIM, HEARTBEAT, CUSTOMER = (
    f"{name}.v1.json" for name in ("message.sent", "cart.updated", "claim.made", "channel.heartbeat", "customer.updated")
)
Document = dict[str, Any]


@dataclass(frozen=True)
class Case:
    says: str
    file: str
    change: Callable[[Document], object]
    breaks: tuple[str, ...] = ()


def data(event: Document) -> Document:
    fields: Document = event["properties"]["data"]["properties"]
    return fields


def told(alert: Document) -> Document:
    fields: Document = alert["$defs"]["AlertData"]["properties"]
    return fields


def always(alert: Document) -> list[str]:
    names: list[str] = alert["$defs"]["AlertData"]["required"]
    return names


def forget(described: Document, field: str) -> None:
    del described["properties"][field]
    described["required"].remove(field)


def add(described: Document, field: str) -> None:
    described["properties"][field] = {"type": "string"}
    described["required"].append(field)


AUTHORS = ["customer", "agent", "bot", "system"]

PRODUCERS = (
    Case(
        "a field that must be there from now on",
        MESSAGE,
        lambda event: event["properties"]["data"]["required"].append("about"),
        ("message.sent.v1.json: data.about is now required: breaks producers",),
    ),
    Case(
        "a word that is no longer known",
        MESSAGE,
        lambda event: data(event)["author"].update(enum=AUTHORS[:3]),
        ("message.sent.v1.json: data.author may no longer be 'system': breaks producers",),
    ),
    Case("one more word", MESSAGE, lambda event: data(event)["author"].update(enum=[*AUTHORS, "supervisor"])),
    Case("any word at all", MESSAGE, lambda event: data(event).update(author={"type": "string", "minLength": 1, "pattern": "^[a-z]+$"})),
    Case(
        "any word of at least four letters",
        MESSAGE,
        lambda event: data(event).update(author={"type": "string", "minLength": 4}),
        ("message.sent.v1.json: data.author may no longer be 'bot': breaks producers",),
    ),
    Case(
        "one word instead of any",
        MESSAGE,
        lambda event: event["properties"].update(source={"const": "/chat"}),
        ("message.sent.v1.json: source may no longer be anything but '/chat': breaks producers",),
    ),
    Case(
        "a number instead of a text",
        MESSAGE,
        lambda event: data(event).update(conversation_id={"type": "number"}),
        ("message.sent.v1.json: data.conversation_id may no longer be of type string: breaks producers",),
    ),
    Case(
        "no null any more",
        MESSAGE,
        lambda event: data(event).update(about={"type": "string", "minLength": 1, "maxLength": 256, "default": None}),
        ("message.sent.v1.json: data.about may no longer be of type null: breaks producers",),
    ),
    Case("a number where a whole one was asked for", CLAIM, lambda event: data(event)["version"]["anyOf"][0].update(type="number")),
    Case(
        "a whole number where any would do",
        CART,
        lambda event: event["$defs"]["CartItem"]["properties"]["quantity"]["anyOf"][0].update(type="integer"),
        ("cart.updated.v1.json: data.items.*.quantity may no longer be of type number: breaks producers",),
    ),
    Case(
        "a shorter text",
        MESSAGE,
        lambda event: data(event)["conversation_id"].update(maxLength=64),
        ("message.sent.v1.json: data.conversation_id is now bound by maxLength 64: breaks producers",),
    ),
    Case("a longer text", MESSAGE, lambda event: data(event)["conversation_id"].update(maxLength=512)),
    Case(
        "a higher least",
        CLAIM,
        lambda event: data(event)["version"]["anyOf"][0].update(minimum=1),
        ("claim.made.v1.json: data.version is now bound by minimum 1: breaks producers",),
    ),
    Case("a lower least", CLAIM, lambda event: data(event)["version"]["anyOf"][0].update(minimum=-1)),
    Case("a bound that is gone", CART, lambda event: data(event)["items"].pop("maxItems")),
    Case(
        "a pattern where there was none",
        MESSAGE,
        lambda event: data(event)["conversation_id"].update(pattern="^v-"),
        ("message.sent.v1.json: data.conversation_id must now obey pattern '^v-': breaks producers",),
    ),
    Case("a pattern that is gone", CART, lambda event: data(event)["currency"].pop("pattern")),
    Case(
        "unknown fields refused",
        HEARTBEAT,
        lambda event: event["properties"]["data"].update(additionalProperties=False),
        ("channel.heartbeat.v1.json: data no longer tolerates unknown fields: breaks producers",),
    ),
    Case(
        "a field that is no longer read",
        MESSAGE,
        lambda event: data(event).pop("gives"),
        ("message.sent.v1.json: data.gives is no longer read: breaks producers",),
    ),
    Case("a new field that may be left out", MESSAGE, lambda event: data(event).update(language={"type": "string"})),
    Case(
        "another meaning of what is left out",
        MESSAGE,
        lambda event: data(event)["internal"].update(default=True),
        ("message.sent.v1.json: data.internal now means True where it is left out: breaks producers",),
    ),
    Case(
        "a customer must be named, a visitor will not do",
        MESSAGE,
        lambda event: event.update(anyOf=[{"required": ["customerid"]}]),
        ("message.sent.v1.json: the whole must now obey anyOf [{'required': ['customerid']}]: breaks producers",),
    ),
    Case(
        "an array of one kind of thing becomes one of another",
        MESSAGE,
        lambda event: data(event)["gives"].update(items={"type": "object"}),
        ("message.sent.v1.json: data.gives.* may no longer be of type string: breaks producers",),
    ),
    Case(
        "the values of a mapping become texts",
        CUSTOMER,
        lambda event: data(event)["consents"]["anyOf"][0].update(additionalProperties={"type": "string"}),
        ("customer.updated.v1.json: data.consents.* may no longer be of type boolean: breaks producers",),
    ),
    Case("another description", MESSAGE, lambda event: event.update(description="Something was said.", title="Message")),
)

SUBSCRIBERS = (
    Case(
        "a field that is no longer told",
        ALERT,
        lambda alert: forget(alert["$defs"]["AlertData"], "runbook"),
        ("alert.v1.json: data.runbook is no longer told: breaks subscribers",),
    ),
    Case(
        "an optional field that is no longer told",
        ALERT,
        lambda alert: told(alert).pop("reason"),
        ("alert.v1.json: data.reason is no longer told: breaks subscribers",),
    ),
    Case(
        "a field that is not always there",
        ALERT,
        lambda alert: always(alert).remove("customer"),
        ("alert.v1.json: data.customer is no longer always there: breaks subscribers",),
    ),
    Case(
        "a word that nobody expects",
        ALERT,
        lambda alert: alert["$defs"]["Severity"]["properties"]["level"]["enum"].append("fatal"),
        ("alert.v1.json: data.severity.level may now be 'fatal': breaks subscribers",),
    ),
    Case("a word less", ALERT, lambda alert: alert["$defs"]["Severity"]["properties"]["level"]["enum"].remove("info")),
    Case(
        "a text for a number",
        ALERT,
        lambda alert: told(alert).update(revision={"type": "string"}),
        ("alert.v1.json: data.revision may now be of type string: breaks subscribers",),
    ),
    Case(
        "null where it was never",
        ALERT,
        lambda alert: told(alert).update(reason={"anyOf": [{"type": "string"}, {"type": "null"}]}),
        ("alert.v1.json: data.reason may now be of type null: breaks subscribers",),
    ),
    Case(
        "a score above one",
        ALERT,
        lambda alert: told(alert)["score"].update(maximum=100),
        ("alert.v1.json: data.score is no longer bound by maximum 1: breaks subscribers",),
    ),
    Case(
        "a time that need be none",
        ALERT,
        lambda alert: told(alert)["due_at"].pop("format"),
        ("alert.v1.json: data.due_at need no longer obey format 'date-time': breaks subscribers",),
    ),
    Case("a field that is new", ALERT, lambda alert: told(alert).update(language={"type": "string"})),
    Case("a field that is new and always there", ALERT, lambda alert: add(alert["$defs"]["AlertData"], "language")),
    Case("a field that is always there from now on", ALERT, lambda alert: always(alert).append("reason")),
    Case(
        "evidence that no longer says where it lies",
        ALERT,
        lambda alert: forget(alert["$defs"]["Evidence"], "offset"),
        ("alert.v1.json: data.evidence.*.offset is no longer told: breaks subscribers",),
    ),
    Case(
        "another class of dead letters",
        DEAD_LETTER,
        lambda headers: headers["properties"]["throughline.error.class"]["enum"].append("cursed"),
        ("dead-letter.v1.json: throughline.error.class may now be 'cursed': breaks subscribers",),
    ),
)

POLICIES = (
    Case(
        "a key that is no longer known",
        POLICY,
        lambda policy: policy["properties"].pop("tiers"),
        ("policy.v1.json: tiers is no longer known, and refused: breaks policy files",),
    ),
    Case(
        "a key that must be there from now on",
        POLICY,
        lambda policy: policy["$defs"]["Channel"].update(required=["lateness"]),
        ("policy.v1.json: channels.*.lateness is now required: breaks policy files",),
    ),
    Case(
        "names of channels in fewer letters",
        POLICY,
        lambda policy: policy["properties"]["channels"].update(patternProperties={"^[a-z]+$": {"$ref": "#/$defs/Channel"}}),
        ("policy.v1.json: channels must now obey names like ^[a-z]+$: breaks policy files",),
    ),
    Case("another default", POLICY, lambda policy: policy["properties"]["window"].update(default="P2D")),
)


@pytest.mark.parametrize("case", PRODUCERS + SUBSCRIBERS + POLICIES, ids=lambda case: f"{case.file}: {case.says}")
def test_a_change_breaks_whom_it_breaks_and_nobody_else(case: Case) -> None:
    document = json.loads(PUBLISHED[case.file])
    case.change(document)
    assert document != json.loads(PUBLISHED[case.file])
    assert tuple(map(str, breaks({case.file: PUBLISHED[case.file]}, {case.file: json.dumps(document)}))) == case.breaks


def test_no_change_breaks_nobody() -> None:
    assert breaks(PUBLISHED, PUBLISHED) == []


def test_a_new_type_breaks_nobody() -> None:
    before = {name: text for name, text in PUBLISHED.items() if name != MESSAGE}
    assert breaks(before, PUBLISHED) == []


@pytest.mark.parametrize(("name", "party"), [(MESSAGE, "producers"), (ALERT, "subscribers"), (POLICY, "policy files")])
def test_a_schema_that_is_gone_breaks_all_who_need_it(name: str, party: str) -> None:
    after = {file: text for file, text in PUBLISHED.items() if file != name}
    assert list(map(str, breaks(PUBLISHED, after))) == [f"{name}: the whole is gone: breaks {party}"]


@pytest.mark.parametrize(
    ("address", "party"),
    [("alerts.active", "subscribers"), ("touchpoints.dead-letter", "subscribers"), ("touchpoints.{channel}", "producers")],
)
def test_a_topic_of_another_name_breaks_all_who_use_it(address: str, party: str) -> None:
    renamed = PUBLISHED[ASYNCAPI].replace(f"address: {address}", "address: elsewhere")
    assert list(map(str, breaks(PUBLISHED, PUBLISHED | {ASYNCAPI: renamed}))) == [f"{ASYNCAPI}: {address} is gone: breaks {party}"]
