"""Small logs for the laws of replay: few customers, few instants, several channels, everything that disturbs an order."""

from typing import Any

import msgspec
from hypothesis import strategies as st

from schemas.instant import MINUTE, SECOND, format_instant
from schemas.partitioner import partition_for
from schemas.policy import Policy
from streams.logs.file import LogRecord

NINE = 1_772_355_600_000
PARTITIONS = 3
CHANNELS = ("chat", "voice", "web")
POLICY = Policy.model_validate(
    {
        "version": "laws",
        "channels": {"chat": {"lateness": "PT2S"}, "voice": {"lateness": "PT30S"}, "web": {"lateness": "PT0S"}},
        "window": "PT10M",
        "detectors": {"first_response": {"targets": [{"within": "PT2M"}]}},
    }
)

_ABOUT = {"conversation_id": "k", "theme": "bill"}
_CLAIM = {"entity": {"kind": "product", "id": "p"}, "attribute": "price", "unit": "EUR"}
HAPPENINGS: list[tuple[str, dict[str, Any]]] = [
    ("conversation.opened", {**_ABOUT, "due_at": format_instant(NINE + 5 * MINUTE)}),
    ("message.sent", {"conversation_id": "k", "author": "customer"}),
    ("message.sent", {"conversation_id": "k", "author": "agent"}),
    ("conversation.resolved", {"conversation_id": "k"}),
    ("conversation.reopened", {"conversation_id": "k"}),
    ("claim.made", {**_CLAIM, "value": "9.99"}),
    ("claim.made", {**_CLAIM, "value": "12"}),
    ("cart.updated", {"cart_id": "w", "items": [{"sku": "p", "quantity": 1, "unit_price": 9}], "total": 9, "currency": "EUR"}),
    ("checkout.started", {"cart_id": "w"}),
    ("order.placed", {"order_id": "o", "cart_id": "w", "total": 9, "currency": "EUR"}),
    ("message.sent", {"conversation_id": "k"}),  # refused: nobody wrote it
]


@st.composite
def logs(draw: st.DrawFn) -> list[LogRecord]:
    """In order of arrival but for clocks that step back; late and repeated touchpoints, wrong partitions, forwarded copies, garbage."""
    happenings = draw(
        st.lists(
            st.tuples(
                st.sampled_from(CHANNELS),
                st.sampled_from(("c-1", "c-2", "c-3")),
                st.sampled_from(HAPPENINGS),
                st.sampled_from((0, 1, SECOND, 30 * SECOND, MINUTE, 4 * MINUTE, 40 * MINUTE, -3 * SECOND)),
                st.sampled_from((0, 0, 0, 2 * SECOND, 2 * SECOND + 1, 5 * MINUTE, 20 * MINUTE)),
                st.sampled_from(("new", "new", "new", "new", "again", "astray", "forwarded", "garbage")),
            ),
            max_size=25,
        )
    )
    log: list[LogRecord] = []
    ends: dict[tuple[str, int], int] = {}

    def put(topic: str, partition: int, *rest: Any) -> LogRecord:
        offset = ends.get((topic, partition), 0)
        ends[topic, partition] = offset + 1
        log.append(LogRecord(topic, partition, offset, *rest))
        return log[-1]

    now = NINE
    for number, (channel, customer, (kind, data), later, delay, fate) in enumerate(happenings):
        now += later
        name = number - 1 if fate == "again" else number
        event = {
            "specversion": "1.0", "id": f"e{name}", "source": "test", "type": f"io.throughline.{kind}.v1",
            "time": format_instant(now - delay), "customerid": customer, "data": data,
        }  # fmt: skip
        value = b"garbage" if fate == "garbage" else msgspec.json.encode(event)
        topic, key = f"touchpoints.{channel}", customer.encode()
        right = partition_for(key, PARTITIONS)
        astray = fate in ("astray", "forwarded")
        record = put(topic, (right + 1) % PARTITIONS if astray else right, now, key, value)
        if fate == "forwarded":
            now += SECOND
            put(topic, right, now, key, value, (("throughline.forwarded", f"{record.partition}/{record.offset}".encode()),))
    return log
