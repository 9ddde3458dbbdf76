"""The reference log: what it holds follows from its seed, and which alerts it must lead to is known when it is written.

Three kinds of story, a third each: a question with its answer (perhaps too late, perhaps in another channel), a price told by
two channels (perhaps two prices), and an order. One event in a hundred completes an alert.
"""

import heapq
from collections.abc import Iterator
from random import Random
from typing import Any, NamedTuple

import msgspec

from schemas.instant import SECOND, format_instant, parse_instant
from schemas.partitioner import partition_for
from tests.bench.jobs.rule import CHANNELS, CONFLICT, LATE_ANSWER, PARTITIONS

CUSTOMERS = 20_000
START = parse_instant("2026-03-02T09:00:00Z")
A_SECOND = 200
"""Events a second of event time: seventeen million a day."""
EVENTS_A_STORY = 10 / 3
LONGEST = 185 * SECOND
"""Of a story."""
WRONG = 0.05
"""The share of questions that are answered too late, and of prices that two channels tell differently."""
SEGMENTS = 64
"""A milestone stands at the beginning, and behind each of so many equal parts."""
WARM_UP = 4
"""What is measured begins at this milestone: by then an engine fetches, batches and commits as it does ever after."""

_encode = msgspec.json.Encoder().encode


class Told(NamedTuple):
    """An alert, as far as the engines must agree about it."""

    kind: str
    customer: str
    subject: str


class Event(NamedTuple):
    at: int
    number: int
    channel: str
    customer: str
    type: str
    data: dict[str, Any]
    completes: Told | None = None
    """The alert that follows once this event and those before it are known."""
    milestone: int | None = None

    @property
    def key(self) -> bytes:
        return self.customer.encode()

    @property
    def partition(self) -> int:
        return partition_for(self.key, PARTITIONS)

    def value(self, at: int) -> bytes:
        """The structured CloudEvent, as if it had happened at `at`."""
        return _encode(
            {
                "specversion": "1.0",
                "id": f"{self.number:032x}",
                "source": f"/{self.channel}/shop",
                "type": f"io.throughline.{self.type}.v1",
                "time": format_instant(at),
                "customerid": self.customer,
                "data": self.data,
            }
        )


Step = tuple[int, str, str, dict[str, Any], Told | None]
"""Milliseconds since the story began, channel, type, data, and the alert that it completes."""


def events(count: int, seed: int = 1, start: int = START) -> Iterator[Event]:
    """About `count` of them and the milestones, in order of event time, from `start` on."""
    segment = max(1, count // SEGMENTS)
    told = enumerate(_interleaved(round(count / EVENTS_A_STORY), start, Random(seed)))
    at = start
    for number, (at, _, customer, (_, channel, kind, data, completes)) in told:
        if number % segment == 0 and number < segment * SEGMENTS:
            yield from _marks(at, number // segment)
        yield Event(at, number, channel, customer, kind, data, completes)
    yield from _marks(at, SEGMENTS)


def start_of(count: int, over: int) -> int:
    """When a log of so many events must start to be over at an instant."""
    return over - round(count * SECOND / A_SECOND) - LONGEST


def mark_of(told: Told) -> tuple[int, int] | None:
    """The milestone and the partition that this alert marks; each has two such alerts, and between them they need all three channels."""
    if not told.subject.startswith("mark-"):
        return None
    _, milestone, partition, _ = told.subject.split("-")
    return int(milestone), int(partition)


def _interleaved(stories: int, start: int, rng: Random) -> Iterator[tuple[int, int, str, Step]]:
    waiting: list[tuple[int, int, str, Step]] = []
    pushed = 0
    for story in range(stories):
        begun = start + round(story * EVENTS_A_STORY * SECOND / A_SECOND)
        while waiting and waiting[0][0] < begun:
            yield heapq.heappop(waiting)
        customer = f"c-{rng.randrange(CUSTOMERS):05d}"
        for step in _KINDS[rng.randrange(len(_KINDS))](rng, story, customer):
            pushed += 1  # no two are equal, so that nothing behind it is ever compared
            heapq.heappush(waiting, (begun + step[0], pushed, customer, step))
    while waiting:
        yield heapq.heappop(waiting)


def _question(rng: Random, story: int, customer: str) -> Iterator[Step]:
    asked_in = rng.choice(CHANNELS)
    answered_in = asked_in if rng.random() < 0.7 else rng.choice(CHANNELS)
    late = rng.random() < WRONG
    answered = rng.randrange(70, 180) * SECOND if late else rng.randrange(5, 40) * SECOND
    asking, answering, about = f"{asked_in}-{story}", f"{answered_in}-{story}", f"order-{story}"
    yield 0, asked_in, "conversation.opened", {"conversation_id": asking, "by": "customer", "theme": "delivery", "about": about}, None
    yield 2 * SECOND, asked_in, "message.sent", _message(asking, "customer", about, question=True), None
    late_answer = Told(LATE_ANSWER, customer, asking) if late else None
    yield answered, answered_in, "message.sent", _message(answering, "agent", about, question=False), late_answer
    yield answered + 5 * SECOND, answered_in, "conversation.resolved", {"conversation_id": answering}, None


def _message(conversation: str, author: str, about: str, *, question: bool) -> dict[str, Any]:
    return {"conversation_id": conversation, "author": author, "question": question, "about": about}


def _price(rng: Random, story: int, customer: str) -> Iterator[Step]:
    first, second = rng.sample(CHANNELS, 2)
    sku, euros = f"sku-{story}", rng.randrange(5, 500)
    differs = rng.random() < WRONG
    yield 0, first, "product.viewed", {"sku": sku}, None
    yield SECOND, first, "claim.made", _claim(sku, f"{euros}.90"), None
    conflict = Told(CONFLICT, customer, sku) if differs else None
    yield rng.randrange(2, 30) * SECOND, second, "claim.made", _claim(sku, f"{euros + differs}.90"), conflict


def _claim(sku: str, value: str) -> dict[str, Any]:
    entity = {"kind": "product", "id": sku}
    return {"entity": entity, "attribute": "price", "value": value, "unit": "EUR", "terms": {"tax": "included"}}


def _order(rng: Random, story: int, customer: str) -> Iterator[Step]:  # noqa: ARG001 -- as the other stories
    """In any channel: each has as much to read as the others, and no engine gains or loses by the order in which it polls."""
    channel = rng.choice(CHANNELS)
    cart, total = f"cart-{story}", f"{rng.randrange(5, 500)}.90"
    items = [{"sku": f"sku-{story}", "quantity": 1, "unit_price": total}]
    yield 0, channel, "cart.updated", {"cart_id": cart, "items": items, "total": total, "currency": "EUR"}, None
    yield rng.randrange(10, 20) * SECOND, channel, "checkout.started", {"cart_id": cart}, None
    placed = {"order_id": f"order-{story}", "cart_id": cart, "total": total, "currency": "EUR"}
    yield rng.randrange(30, 60) * SECOND, channel, "order.placed", placed, None


_KINDS = (_question, _price, _order)


def _marks(at: int, milestone: int) -> Iterator[Event]:
    for partition, customer in enumerate(_MARKED):
        for name, (first, second) in (("a", ("chat", "email")), ("b", ("chat", "web"))):
            sku = f"mark-{milestone}-{partition}-{name}"
            for number, channel in enumerate((first, second)):
                told = Told(CONFLICT, customer, sku) if number else None
                unique = 1 << 100 | milestone << 20 | partition << 10 | ord(name) << 1 | number
                yield Event(at, unique, channel, customer, "claim.made", _claim(sku, f"{number + 1}.00"), told, milestone)


def _customer_of(partition: int) -> str:
    names = (f"mark-{number}" for number in range(1_000))
    return next(name for name in names if partition_for(name.encode(), PARTITIONS) == partition)


_MARKED = tuple(_customer_of(partition) for partition in range(PARTITIONS))
