"""Workers broken on purpose: a round that does not notice proves nothing."""

import asyncio
import random
from collections.abc import Callable
from typing import Any, NamedTuple

from schemas.alert import Family
from schemas.dead_letter import DEAD_LETTER_TOPIC
from schemas.instant import SECOND
from streams.engine import agents, transport
from streams.engine.checkpoint import Checkpoint
from streams.engine.chunk import Chunk
from streams.engine.delivery import Content, ExactlyOnce
from streams.engine.held import CLOCK_KEY, Held
from streams.engine.sending import send
from tests.faults.watch import now

GAP_S = 0.5
"""Between what should have been one transaction: wide enough for a kill to fall into it."""
ONE_IN = 10
ALERTS = {family.topic for family in Family}

_chance = random.Random()


def _rarely() -> bool:
    return _chance.randrange(ONE_IN) == 0


def offsets_before_alerts() -> None:
    """At most once: a worker that dies between the two transactions has told nobody, and its successor does not know."""

    async def transact(delivery: ExactlyOnce, content: Content) -> None:
        producer = content.producer
        await producer.begin_transaction()
        await send(producer, content.known)
        await producer.send_offsets_to_transaction(dict(content.offsets), delivery._group)
        await producer.commit_transaction()
        await asyncio.sleep(GAP_S)
        await producer.begin_transaction()
        await send(producer, content.told)
        await producer.commit_transaction()

    ExactlyOnce._transact = transact  # type: ignore[method-assign, assignment]


def chunks_dropped() -> None:
    """Records vanish between the broker and the detectors, and the checks that would end the process say nothing."""
    sound = transport.Consumer._deliver

    def deliver(consumer: transport.Consumer, chunk: Chunk) -> None:
        if chunk.records and _rarely():
            consumer._next[chunk.tp] = chunk.end
        else:
            sound(consumer, chunk)

    def silent(*_: Any, **__: Any) -> None: ...

    transport.Consumer._deliver = deliver  # type: ignore[method-assign, assignment]
    for module in (transport, agents):
        vars(module)["broken"] = silent


def alerts_twice() -> None:
    """In the same transaction, as a retry that is none would do it."""
    _change_content(lambda content: content._replace(told=[*content.told, *(one for one in content.told if one.topic in ALERTS)]))


def letters_dropped() -> None:
    _change_content(lambda content: content._replace(told=[one for one in content.told if one.topic != DEAD_LETTER_TOPIC]))


def journeys_dropped() -> None:
    """What is known of customers is not written; its worker knows it still, its successor does not."""
    _change_content(lambda content: content._replace(known=[one for one in content.known if one.key == CLOCK_KEY]))


def time_by_the_clock() -> None:
    """Deadlines are over when the worker's clock says so, whatever lies unread: a backlog invents breaches."""
    Held.due_until = lambda held: max(held.settled, now() - 3 * SECOND)  # type: ignore[method-assign, assignment]


def _change_content(changed: Callable[[Content], Content]) -> None:
    sound = Checkpoint._content

    def content(checkpoint: Checkpoint, *given: Any) -> Content:
        whole = sound(checkpoint, *given)
        return changed(whole) if _rarely() else whole

    Checkpoint._content = content  # type: ignore[method-assign, assignment]


class Sabotage(NamedTuple):
    done: Callable[[], None]
    """In a worker's process, before it begins."""
    noticed: frozenset[str]
    """As what a round must notice it, at least as one of these: fields of a verdict."""


SABOTAGE: dict[str, Sabotage] = {
    "offsets-before-alerts": Sabotage(offsets_before_alerts, frozenset({"lost", "letters_lost"})),
    "chunks-dropped": Sabotage(chunks_dropped, frozenset({"lost", "invented"})),
    "alerts-twice": Sabotage(alerts_twice, frozenset({"doubled"})),
    "letters-dropped": Sabotage(letters_dropped, frozenset({"letters_lost"})),
    "journeys-dropped": Sabotage(journeys_dropped, frozenset({"journeys"})),
    "time-by-the-clock": Sabotage(time_by_the_clock, frozenset({"invented"})),
}
