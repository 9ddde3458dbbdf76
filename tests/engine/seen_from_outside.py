"""Workers over a shop's simulated traffic and what should never have been sent; one of them crashes. What is seen of them is kept."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import pytest

from schemas.instant import MINUTE, SECOND, format_instant
from schemas.partitioner import partition_for
from schemas.touchpoint import TOPIC_PREFIX
from streams.demo import __file__ as demo
from streams.engine.broken import BROKEN
from streams.engine.chunk import CHUNK_RECORDS
from streams.policy_file import load_policy
from streams.simulate.plan import Plan
from streams.simulate.story import Line
from streams.simulate.targets import Targets
from streams.simulate.traffic import simulate
from tests.engine.live import Live, Worker, live, now, until

POLICY = load_policy(Path(demo).with_name("policy.yaml"))
PARTITIONS = 2
LENGTH = 6 * MINUTE
IDENTIFIED_BY = ("customerid", "anonymousid", "correlationid", "causationid", "id", "key")
"""And whatever is called `..._id`."""
LEAST = 5
"""Characters: a shorter identifier (a line's number on a bill) may stand for anything."""


BUSY = "poor-customer-0"
LATEST = 2 * SECOND
"""How far ahead of the clock the last touchpoint is stamped."""


@dataclass(frozen=True)
class Seen:
    identifiers: frozenset[str]
    """All that the log names its customers and their matters by."""
    logs: Sequence[str]
    scrapes: Sequence[str]
    dead: int
    """How many dead letters there are."""


def look_on(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Seen:
    with live(folder, POLICY.model_dump(mode="json"), partitions=PARTITIONS, history=True) as running:
        values = [*traffic(running), *busy(running)]
        running.told()
        monkeypatch.setenv("LOSES_OF", f"{TOPIC_PREFIX}store/{partition_for(BUSY.encode(), PARTITIONS)}")
        crashing = running.worker(program="losing_process")
        assert crashing.ended() == BROKEN
        values += disturbances(running)  # only now: whom the crashed one had refused its successor would not count
        running.told()
        last = now() + LATEST
        worker = running.worker().ready()
        until(lambda: up_to_date(worker, last), "everything settled")
        scrapes = [worker.metrics()]
        assert worker.stop() == 0
        successor = running.worker().ready()
        until(lambda: up_to_date(successor, last), "the successor abreast")
        scrapes.append(successor.metrics())
        assert successor.stop() == 0
        return Seen(
            frozenset(name for value in values for name in identifiers(value)),
            [one.log.read_text() for one in (crashing, worker, successor)],
            scrapes,
            len(running.dead_letters()),
        )


def up_to_date(worker: Worker, last: int) -> bool:
    """All up to `last` is settled: what is counted between a scrape and the end of its worker is never seen."""
    lag = worker.counted("throughline_settled_lag_seconds")  # of all partition numbers together, so at least that of the slowest
    return (
        lag > 0
        and worker.counted("throughline_backlog_records") == 0
        and now() - lag * SECOND > last
        and worker.counted("throughline_checkpoint_seconds_count") > 1
    )


def busy(running: Live) -> Iterator[Any]:
    """One customer looks at so much that a chunk can be lost of it, and more comes afterwards."""
    at = now() - MINUTE
    for number in range(3 * CHUNK_RECORDS):
        tell(running, "store", BUSY, event(at + number, BUSY, "product.viewed", sku="s"), at + number)
    yield {"customerid": BUSY}


def traffic(running: Live) -> Iterator[Any]:
    """The last minutes of a shop, up to now."""
    plan = Plan(
        customers=150, start=now() - LENGTH, length=LENGTH, rate=5, seed=3, partitions=PARTITIONS, planted=0.5, targets=Targets.of(POLICY)
    )
    for line in simulate(plan):
        if isinstance(line, Line):
            where = {} if line.partition is None else {"partition": line.partition}
            tell(running, line.topic.removeprefix(TOPIC_PREFIX), line.key, bytes(line.value), line.timestamp, **where)
            yield msgspec.json.decode(line.value)


def disturbances(running: Live) -> Iterator[Any]:
    """Each names a customer, as what goes wrong in life does."""
    at = now()
    said = event(at, "poor-customer-1", "conversation.opened", conversation_id="CONV-POISON-1")
    for value in (
        b'{"customerid": "poor-customer-2"',
        event(at, "poor-customer-3", "message.sent", conversation_id="CONV-POISON-3", author="CONV-POISON-3"),
        event(at, "poor-customer-4", "order.placed", order_id="ORDER-POISON-4", total="ORDER-POISON-4", currency="poor-customer-4"),
        event(at, "poor-customer-5", "poor-customer-5"),
        event(at, "poor-customer-6", "cart.updated", cart_id=["CART-POISON-6"]),
        event(at + 600_000, "poor-customer-7", "checkout.started", cart_id="CART-POISON-7"),
        b"poor-customer-8" * 200_000,
    ):
        tell(running, "chat", f"poor-customer-{len(value)}", value, at)
    tell(running, "chat", "poor-customer-1", said, at)
    tell(running, "chat", "poor-customer-1", said, at + 1)  # its producer did not hear that it had arrived
    wrong = (partition_for(b"poor-customer-9", PARTITIONS) + 1) % PARTITIONS
    opened = event(at, "poor-customer-9", "conversation.opened", conversation_id="CONV-POISON-9")
    tell(running, "chat", "poor-customer-9", opened, at, partition=wrong)
    late = event(at - MINUTE, "poor-customer-1", "message.sent", conversation_id="CONV-POISON-1", author="agent")
    tell(running, "email", "poor-customer-1", late, at + 2)
    tell(running, "web", "poor-customer-1", event(at + 3, "poor-customer-1", "customer.erased"), at + 3)
    forgotten = event(at - SECOND, "poor-customer-1", "message.sent", conversation_id="CONV-POISON-1", author="customer")
    tell(running, "voice", "poor-customer-1", forgotten, at + LATEST)
    for number in range(1, 10):
        names = {"conversation_id": f"CONV-POISON-{number}", "order_id": f"ORDER-POISON-{number}", "cart_id": f"CART-POISON-{number}"}
        yield {"customerid": f"poor-customer-{number}"} | names


def event(at: int, customer: str, kind: str, **data: Any) -> bytes:
    said = {"specversion": "1.0", "id": f"event-of-{customer}-{kind}-{at}", "source": "urn:test", "time": format_instant(at)}
    return json.dumps(said | {"type": f"io.throughline.{kind}.v1", "customerid": customer, "data": data}).encode()


def tell(running: Live, channel: str, key: str | None, value: bytes, at: int, **where: int) -> None:
    running.tell(channel, key, value, timestamp=at, **where)


def identifiers(value: Any) -> Iterator[str]:
    match value:
        case dict():
            for name, held in value.items():
                if isinstance(held, str) and len(held) >= LEAST and (name in IDENTIFIED_BY or name.endswith("_id")):
                    yield held
                yield from identifiers(held)
        case list():
            for held in value:
                yield from identifiers(held)
