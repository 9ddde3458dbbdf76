"""What a record becomes, exactly; and that no record whatever makes decode raise."""

import json
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from aiokafka.structs import ConsumerRecord
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.decode import decode
from schemas.envelope import DEEPEST, LARGEST, too_deep
from schemas.identity import identity_of, is_anonymous, key_of
from schemas.instant import LATEST
from schemas.touchpoint import Heartbeat, Record, Refused, Touchpoint
from schemas.touchpoints.claim import ClaimMade, Entity, Figure, Terms
from schemas.touchpoints.conversation import MessageSent
from schemas.touchpoints.shopping import CartItem, CartUpdated
from tests.contract.examples import ARRIVED, EXAMPLES, Kept, chat
from tests.contract.generators import JSON, misplaced

SENT: dict[str, Any] = {
    "specversion": "1.0",
    "id": "m-1",
    "source": "/chat/eu",
    "type": "io.throughline.message.sent.v1",
    "time": "2026-03-01T09:00:00.250Z",
    "customerid": "c-17",
    "data": {"conversation_id": "v-1", "author": "customer"},
}


def sent(**changes: Any) -> Kept:
    return chat(json.dumps(SENT | changes).encode())


def refusal(record: Record) -> tuple[str, str | None]:
    refused = decode(record)
    assert isinstance(refused, Refused), refused
    return refused.error_class, refused.field


def test_a_touchpoint_is_what_the_record_and_the_event_say() -> None:
    record = sent(correlationid="case-7", channel="voice")
    assert decode(record) == Touchpoint(
        journey="c:c-17",
        channel="chat",
        partition=3,
        offset=17,
        source="/chat/eu",
        id="m-1",
        occurred=1_772_355_600_250,
        arrived=ARRIVED,
        data=MessageSent(conversation_id="v-1", author="customer"),
        correlation="case-7",
    )


def test_binary_and_structured_mode_say_the_same() -> None:
    headers = [(f"ce_{name}", value.encode()) for name, value in SENT.items() if name != "data"]
    binary = chat(json.dumps(SENT["data"]).encode(), ("content-type", b"application/json"), *headers)
    assert decode(binary) == decode(sent())


def test_what_the_content_type_calls_structured_is_not_read_from_headers() -> None:
    record = chat(json.dumps(SENT).encode(), ("ce_id", b"another"), ("content-type", b"application/cloudevents+json"))
    assert decode(record) == decode(sent())


def test_a_content_type_is_the_same_in_capitals() -> None:
    record = chat(json.dumps(SENT).encode(), ("ce_id", b"another"), ("content-type", b"Application/CloudEvents+JSON"))
    assert decode(record) == decode(sent())


def test_a_record_as_aiokafka_delivers_it_is_a_record() -> None:
    kept = sent()
    delivered = ConsumerRecord("touchpoints.chat", 3, 17, ARRIVED, 1, kept.key, kept.value, None, 4, 99, ())
    assert decode(delivered) == decode(kept)


def test_amounts_are_exact_whether_sent_as_numbers_or_as_texts() -> None:
    for as_number, as_text in (("0.1", '"0.1"'), ("123456789012345.678", '"123456789012345.678"'), ("1E2", '"1E2"'), ("7", '"7"')):
        for amount in (as_number, as_text):
            item = f'{{"sku": "s", "quantity": 1, "unit_price": {amount}}}'
            data = f'{{"cart_id": "k", "items": [{item}], "total": {amount}, "currency": "EUR"}}'
            text = json.dumps(SENT | {"type": "io.throughline.cart.updated.v1", "data": 0}).replace('"data": 0', f'"data": {data}')
            seen = decode(chat(text.encode()))
            exact = Decimal(as_number)
            items = (CartItem(sku="s", quantity=Decimal(1), unit_price=exact),)
            assert isinstance(seen, Touchpoint)
            assert seen.data == CartUpdated(cart_id="k", items=items, total=exact, currency="EUR")


def test_a_claim_keeps_what_kind_of_value_was_told() -> None:
    for value, told in ((True, True), ("true", "true"), (1, Figure(Decimal(1))), ("19.90", "19.90")):
        data = {"entity": {"kind": "order", "id": "o"}, "attribute": "a", "value": value}
        seen = decode(sent(type="io.throughline.claim.made.v1", data=data))
        assert isinstance(seen, Touchpoint)
        assert seen.data == ClaimMade(entity=Entity(kind="order", id="o"), attribute="a", value=told, terms=Terms())
        assert isinstance(seen.data, ClaimMade)
        assert type(seen.data.value) is type(told)


def test_a_heartbeat_is_nobodys() -> None:
    heartbeat = sent(type="io.throughline.channel.heartbeat.v1", customerid="null", data={})
    assert decode(heartbeat) == Heartbeat("chat", 3, 17, ARRIVED)


def test_a_customer_and_a_visitor_of_the_same_name_are_two() -> None:
    customer = decode(sent())
    visitor = decode(sent(customerid=None, anonymousid="c-17"))
    assert isinstance(customer, Touchpoint)
    assert isinstance(visitor, Touchpoint)
    assert (customer.journey, visitor.journey) == ("c:c-17", "a:c-17")
    assert not is_anonymous(customer.journey)
    assert is_anonymous(visitor.journey)
    assert identity_of(customer.journey) == identity_of(visitor.journey) == "c-17"
    assert key_of(customer.journey) == key_of(visitor.journey) == b"c-17"


def test_an_id_may_be_of_any_script() -> None:
    seen = decode(sent(customerid="顧客-17"))
    assert isinstance(seen, Touchpoint)
    assert key_of(seen.journey) == "顧客-17".encode()


def test_the_largest_value_is_read_and_one_byte_more_is_not() -> None:
    padding = LARGEST - len(sent(pad="").value or b"")
    assert isinstance(decode(sent(pad="x" * padding)), Touchpoint)
    assert refusal(sent(pad="x" * (padding + 1))) == ("too_large", None)
    assert refusal(chat(b"\xff" * 2_000_000)) == ("too_large", None)


@pytest.mark.parametrize("where", ["data", "elsewhere"])
def test_the_deepest_nesting_is_read_and_one_level_more_is_not(where: str) -> None:
    def nested(levels: int) -> Kept:
        around = 2 if where == "data" else 1  # the event, and its data
        deep: Any = "[not a level]" * 200 + '\\"{'
        for _ in range(levels - around):
            deep = [deep]
        return sent(data=SENT["data"] | {"more": deep}) if where == "data" else sent(elsewhere=deep)

    assert isinstance(decode(nested(DEEPEST)), Touchpoint)
    assert refusal(nested(DEEPEST + 1)) == ("not_json", None)


@pytest.mark.parametrize(("opening", "innermost", "closing"), [(b"[", b"[]", b"]"), (b'{"":', b"{}", b"}")])
def test_no_value_is_too_short_to_be_looked_into(opening: bytes, innermost: bytes, closing: bytes) -> None:
    def nested(levels: int) -> bytes:
        return opening * (levels - 1) + innermost + closing * (levels - 1)

    assert not too_deep(nested(DEEPEST))
    assert too_deep(nested(DEEPEST + 1))


@pytest.mark.parametrize("bracket", [b"[", b'{"a":', b'{"data":[', b'"[\\"'])
def test_half_a_megabyte_of_opening_brackets_is_refused(bracket: bytes) -> None:
    assert refusal(chat(bracket * (LARGEST // 2 // len(bracket)))) == ("not_json", None)


def test_wide_is_not_deep() -> None:
    items = [{"sku": "s", "quantity": 1, "unit_price": 1}] * 500
    data = {"cart_id": "k", "items": items, "total": 500, "currency": "EUR"}
    assert isinstance(decode(sent(type="io.throughline.cart.updated.v1", data=data)), Touchpoint)
    assert refusal(sent(type="io.throughline.cart.updated.v1", data=data | {"items": [*items, items[0]]})) == (
        "schema_violation",
        "data.items",
    )


@pytest.mark.parametrize("attribute", ["id", "source", "type", "customerid", "anonymousid", "correlationid"])
def test_an_attribute_of_a_megabyte_is_refused_by_name(attribute: str) -> None:
    assert refusal(sent(**{attribute: "7" * 900_000})) == ("envelope_invalid", attribute)
    headers = {f"ce_{name}": value.encode() for name, value in SENT.items() if name != "data"} | {f"ce_{attribute}": b"7" * 900_000}
    assert refusal(chat(b"{}", *headers.items())) == ("envelope_invalid", attribute)


@pytest.mark.parametrize(
    "amount",
    ["1e9999999", "1e-9999999", "0e9999999", "1" * 900, "0." + "1" * 900, "-1e15", '"1_000"', '" 1"', '"٣"', '"sNaN"', '"-inf"', '""'],
)
def test_no_amount_is_too_strange_to_be_refused(amount: str) -> None:
    data = f'{{"order_id": "o", "invoice_id": "i", "total": {amount}, "currency": "EUR"}}'
    text = json.dumps(SENT | {"type": "io.throughline.order.billed.v1", "data": 0}).replace('"data": 0', f'"data": {data}')
    assert refusal(chat(text.encode())) == ("schema_violation", "data.total")


@pytest.mark.parametrize(("place", "refused"), [("time", ("time_invalid", "time")), ("data", ("schema_violation", "data"))])
def test_a_whole_number_of_five_thousand_digits_is_refused_where_it_stands(place: str, refused: tuple[str, str]) -> None:
    text = json.dumps(SENT | {place: 0}).replace(f'"{place}": 0', f'"{place}": {"7" * 5_000}')
    assert refusal(chat(text.encode())) == refused


def test_validation_ends_at_the_first_of_very_many_mistakes() -> None:
    data = {"conversation_id": "v-1", "author": "customer", "asks": [7] * 300_000}
    assert refusal(sent(data=data)) == ("schema_violation", "data.asks.0")


def test_a_mistyped_type_is_told_the_right_one() -> None:
    refused = decode(sent(type="message.sent"))
    assert isinstance(refused, Refused)
    assert refused.reason.endswith("did you mean io.throughline.message.sent.v1?")


def test_a_clock_that_is_ahead_is_told_by_how_much() -> None:
    refused = decode(sent(time="2026-03-01T10:00:01Z"))
    assert isinstance(refused, Refused)
    assert refused.reason == "is 3600.000 s ahead of the record's timestamp: at most 60 s may be"


@pytest.mark.parametrize("value", [b"\xff\xfe{}", b'{"id": "\xff"}', b"\x00", b"\x00\x00\x00\x00\x01", b"\xef\xbb\xbf{}", b"PK\x03\x04"])
def test_what_is_not_text_is_not_json(value: bytes) -> None:
    assert refusal(chat(value)) == ("not_json", None)


def test_a_header_that_is_not_text_is_refused() -> None:
    assert refusal(chat(b"{}", ("ce_id", b"\xff"))) == ("envelope_invalid", "id")


@pytest.mark.parametrize(
    ("timestamp", "occurs"), [(-1, "2026-03-01T09:00:00Z"), (0, "2026-03-01T09:00:00Z"), (LATEST, "2026-03-01T09:00:00Z")]
)
def test_a_record_whose_own_timestamp_cannot_be_is_refused(timestamp: int, occurs: str) -> None:
    assert refusal(sent(time=occurs)._replace(timestamp=timestamp))[0] == "time_invalid"


@pytest.mark.parametrize(
    "time",
    [
        "2026-03-01T09:00:00.25Z", "2026-03-01t09:00:00.250z", "2026-03-01T10:00:00.250999999+01:00", "2026-03-01T09:00:00.250-00:00",
    ],
)  # fmt: skip
def test_an_instant_may_be_written_as_rfc_3339_allows(time: str) -> None:
    assert decode(sent(time=time)) == decode(sent())


@pytest.mark.parametrize(
    "time",
    [
        "2026-W09-7T09:00:00Z", "20260301T090000Z", "2026-03-01T09Z", "2026-03-01T09:00Z", "2026-03-01 09:00:00Z", "2026-03-01x09:00:00Z",
        "2026-03-01T09:00:00,5Z", "2026-03-01T09:00:00.Z", "2026-03-01T09:00:00 Z", "2026-03-01T09:00:00+01", "2026-03-01T09:00:00+0100",
        "2026-03-01T09:00:00+01:00:30", "2026-03-01T09:00:00+01:60", "2026-03-01T24:00:00Z", "2026-02-30T09:00:00Z",
        "2016-12-31T23:59:60Z", "2026-03-01T09:00:00Z\n", "٢٠٢٦-03-01T09:00:00Z", "0001-01-01T00:00:00+23:59",
    ],
)  # fmt: skip
def test_what_else_iso_8601_or_python_calls_a_time_is_refused(time: str) -> None:
    assert refusal(sent(time=time)) == ("time_invalid", "time")
    promise = {"type": "io.throughline.promise.made.v1", "data": {"promise_id": "p", "kind": "refund", "due_at": time}}
    assert refusal(sent(**promise)) == ("schema_violation", "data.due_at")


def test_only_what_a_newer_version_may_know_is_recoverable() -> None:
    unknown = decode(sent(type="io.throughline.message.sent.v2"))
    assert isinstance(unknown, Refused)
    assert unknown.recoverable
    wrong = decode(sent(data={}))
    assert isinstance(wrong, Refused)
    assert not wrong.recoverable


@dataclass(frozen=True)
class Secret:
    says: str
    changes: dict[str, Any]


WORD = "s3cret-w0rd"
SECRETS = (
    Secret("an unknown author", {"data": {"conversation_id": "v-1", "author": WORD}}),
    Secret("a text for a boolean", {"data": SENT["data"] | {"question": WORD}}),
    Secret("a wrong time", {"time": WORD}),
    Secret("a wrong version", {"specversion": WORD}),
    Secret("a wrong type", {"type": WORD}),
    Secret("an attribute that is an object", {"customerid": {WORD: WORD}}),
    Secret("data that is a text", {"data": WORD}),
    Secret("a consent by a wrong name", {"type": "io.throughline.customer.updated.v1", "data": {"consents": {WORD * 20: True}}}),
    Secret("a wrong status", {"type": "io.throughline.order.status_changed.v1", "data": {"order_id": WORD, "status": WORD}}),
    Secret("a wrong amount", {"type": "io.throughline.order.billed.v1", "data": {"order_id": "o", "invoice_id": "i", "total": WORD}}),
)


@pytest.mark.parametrize("secret", SECRETS, ids=lambda secret: secret.says)
def test_a_refusal_never_quotes_what_was_sent(secret: Secret) -> None:
    refused = decode(sent(**secret.changes))
    assert isinstance(refused, Refused)
    assert WORD not in refused.reason
    assert WORD not in (refused.field or "")


HEADERS = st.lists(
    st.tuples(
        st.sampled_from(["content-type", "ce_id", "ce_type", "ce_specversion", "ce_source", "ce_time", "x"]), st.none() | st.binary()
    ),
    max_size=5,
)


def total(record: Record) -> None:
    match decode(record):
        case Touchpoint() as seen:
            assert key_of(seen.journey)
        case Heartbeat() | Refused():
            pass


@settings(deadline=None)  # a busy machine is no mistake
@given(st.none() | st.binary(), HEADERS, st.text(), st.integers(-1, 2**63 - 1))
def test_decode_is_total_over_any_bytes(value: bytes | None, headers: list[tuple[str, bytes]], topic: str, timestamp: int) -> None:
    total(chat(value, *headers, timestamp=timestamp))
    total(chat(value, topic=topic))


@settings(deadline=None)  # a busy machine is no mistake
@given(JSON, HEADERS)
def test_decode_is_total_over_any_json(value: Any, headers: list[tuple[str, bytes]]) -> None:
    total(chat(json.dumps(value).encode(), *headers))


@settings(deadline=None)  # a busy machine is no mistake
@given(misplaced())
def test_decode_is_total_over_good_events_with_anything_in_the_wrong_place(event: Any) -> None:
    total(chat(json.dumps(event).encode()))


@settings(deadline=None)  # a busy machine is no mistake
@given(st.data())
def test_decode_is_total_over_examples_with_bytes_changed(data: st.DataObject) -> None:
    value = bytearray(data.draw(st.sampled_from([example.record.value for example in EXAMPLES if example.record.value])))
    for _ in range(data.draw(st.integers(1, 4))):
        value[data.draw(st.integers(0, len(value) - 1))] = data.draw(st.integers(0, 255))
    total(chat(bytes(value[: data.draw(st.integers(0, len(value)))])))
    total(chat(bytes(value)))
