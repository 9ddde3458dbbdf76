"""How long it takes until a problem is solved, and until it is solved for good."""

from typing import Any

import pytest

from schemas.instant import format_instant
from schemas.touchpoints.conversation import (
    ConversationOpened,
    ConversationReopened,
    ConversationResolved,
    ConversationWaiting,
    MessageSent,
)
from streams.detection.detector import Measured
from tests.detection.cases import Alert, Case, after, chat, check, email, ms, web

HOUR_ALLOWED = {"targets": [{"within": "PT1H"}]}


def opened(name: str = "A", due: str | None = None, **more: Any) -> ConversationOpened:
    due_at = None if due is None else format_instant(after(due))
    return ConversationOpened.of({"conversation_id": name, "due_at": due_at, **more})


def says(author: str, **more: Any) -> MessageSent:
    return MessageSent.of({"conversation_id": "A", "author": author, **more})


def waiting(on: str, name: str = "A") -> ConversationWaiting:
    return ConversationWaiting.of({"conversation_id": name, "on": on})


def resolved(name: str = "A") -> ConversationResolved:
    return ConversationResolved(conversation_id=name)


def reopened(name: str = "A") -> ConversationReopened:
    return ConversationReopened(conversation_id=name)


def alert(word: Any, state: str, at: str, *evidence: int, scope: str = "first", **more: Any) -> Alert:
    return Alert(word, at, state, "resolution", scope, ("conversation", "A"), evidence=evidence, **more)


def at_risk(at: str = "45:00", *, by: int = 1, due: str = "1:00:00", **more: Any) -> Alert:
    return alert("opened", "at_risk", at, by, due_at=due, **more)


def breached(at: str = "1:00:00", **more: Any) -> Alert:
    return alert("updated", "breached", at, **more)


def over(state: str, at: str, *evidence: int, **more: Any) -> Alert:
    return alert("resolved", state, at, *evidence, **more)


def took(
    time: str,
    left: str | None,
    *,
    scope: str = "first",
    at: str = "0:00",
    channel: str = "chat",
    by: int = 1,
) -> Measured:
    margin = None if left is None else -ms(left[1:]) if left.startswith("-") else ms(left)
    return Measured(f"A/{by}@{channel}/{after(at)}", f"resolution_{scope}", channel, ms(time), margin)


DUE = [
    Case("met", [chat("0:00", opened(due="1:00:00")), chat("30:00", resolved())], measured=[took("30:00", "30:00")]),
    Case(
        "met when three quarters have passed",
        [chat("0:00", opened(due="1:00:00")), chat("45:00", resolved())],
        measured=[took("45:00", "15:00")],
    ),
    Case(
        "met exactly at its due moment",
        [chat("0:00", opened(due="1:00:00")), chat("1:00:00", resolved())],
        [at_risk(), over("met", "1:00:00", 2)],
        [took("1:00:00", "0:00")],
    ),
    Case(
        "met a millisecond late",
        [chat("0:00", opened(due="1:00:00")), chat("1:00:00.001", resolved())],
        [at_risk(), breached(), over("met_late", "1:00:00.001", 2)],
        [took("1:00:00.001", "-0:00.001")],
    ),
    Case(
        "never resolved: given up long after its due moment",
        [chat("0:00", opened(due="1:00:00"))],
        [at_risk(), breached(), over("unanswered", "9:01:00:00", reason="quiet")],
        policy={"keep_open": "P9D"},
    ),
    Case(
        "due before it was opened it is breached at once",
        [chat("2:00:00", opened(due="1:00:00")), chat("3:00:00", resolved())],
        [alert("opened", "breached", "2:00:00", 1, due_at="1:00:00"), over("met_late", "3:00:00", 2)],
        [took("1:00:00", "-2:00:00", at="2:00:00")],
    ),
    Case(
        "and resolved at that instant it is not",
        [chat("2:00:00", opened(due="1:00:00")), chat("2:00:00", resolved())],
        measured=[took("0:00", "-1:00:00", at="2:00:00")],
    ),
    Case(
        "its own due moment beats the policy's",
        [chat("0:00", opened(due="2:00:00")), chat("1:15:00", resolved())],
        measured=[took("1:15:00", "45:00")],
        policy=HOUR_ALLOWED,
    ),
    Case(
        "otherwise the policy's target holds",
        [chat("0:00", opened()), chat("1:00:00", resolved())],
        [at_risk(), over("met", "1:00:00", 2)],
        [took("1:00:00", "0:00")],
        HOUR_ALLOWED,
    ),
    Case("without any it is only measured", [chat("0:00", opened()), chat("9:00:00", resolved())], measured=[took("9:00:00", None)]),
]

WHO_OPENS = [
    Case(
        "what was resolved before its opening was met at once",
        [chat("0:00", resolved()), chat("1:00", opened(due="1:00:00")), chat("9:00:00", resolved())],
    ),
    Case(
        "its first opening counts",
        [chat("0:00", opened(due="1:00:00")), web("30:00", opened(due="9:00:00")), chat("1:00:00", resolved())],
        [at_risk(), over("met", "1:00:00", 3)],
        [took("1:00:00", "0:00")],
    ),
    Case(
        "the company opens and the customer says nothing",
        [chat("0:00", opened(by="agent")), chat("9:00:00", resolved())],
        policy=HOUR_ALLOWED,
    ),
    Case(
        "the company opens: the clock starts with the customer's first word, notes and replies apart",
        [
            chat("0:00", opened(by="agent")),
            chat("1:00", says("agent")),
            chat("2:00", says("customer", internal=True)),
            chat("10:00", says("customer")),
            chat("1:10:00", resolved()),
        ],
        [at_risk("55:00", due="1:10:00"), over("met", "1:10:00", 5)],
        [took("1:00:00", "0:00")],
        HOUR_ALLOWED,
    ),
    Case(
        "what is said of a conversation that nobody knows",
        [chat("0:00", says("customer")), chat("0:01", waiting("customer")), chat("0:02", reopened())],
    ),
]

PAUSES = [
    Case(
        "the policy's clock stands still while the company waits",
        [chat("0:00", opened()), chat("10:00", waiting("third_party")), chat("2:10:00", waiting("nobody")), chat("3:00:00", resolved())],
        [at_risk("2:45:00", due="3:00:00"), over("met", "3:00:00", 4)],
        [took("1:00:00", "0:00")],
        HOUR_ALLOWED,
    ),
    Case(
        "what it waited for has come when the customer writes",
        [chat("0:00", opened()), chat("10:00", waiting("customer")), email("2:10:00", says("customer")), chat("2:30:00", resolved())],
        measured=[took("30:00", "30:00")],
        policy=HOUR_ALLOWED,
    ),
    Case(
        "but not when it waits for a third party",
        [chat("0:00", opened()), chat("10:00", waiting("third_party")), email("2:10:00", says("customer")), chat("2:30:00", resolved())],
        measured=[took("10:00", "50:00")],
        policy=HOUR_ALLOWED,
    ),
    Case(
        "from one wait into another",
        [
            chat("0:00", opened()),
            chat("10:00", waiting("customer")),
            chat("1:10:00", waiting("third_party")),
            chat("2:10:00", waiting("nobody")),
            chat("2:20:00", resolved()),
        ],
        measured=[took("20:00", "40:00")],
        policy=HOUR_ALLOWED,
    ),
    Case(
        "a due moment of its own does not wait",
        [chat("0:00", opened(due="1:00:00")), chat("10:00", waiting("customer")), chat("2:10:00", resolved())],
        [at_risk(), breached(), over("met_late", "2:10:00", 3)],
        [took("10:00", "-1:10:00")],
    ),
    Case(
        "nor is it put off",
        [
            chat("0:00", opened(due="1:00:00")),
            chat("10:00", waiting("customer")),
            chat("20:00", says("customer")),
            chat("1:01:00", resolved()),
        ],
        [at_risk(), breached(), over("met_late", "1:01:00", 4)],
        [took("51:00", "-1:00")],
    ),
    Case(
        "what is breached stays breached",
        [chat("0:00", opened()), chat("2:00:00", waiting("customer")), chat("3:00:00", waiting("nobody")), chat("4:00:00", resolved())],
        [at_risk(), breached(), over("met_late", "4:00:00", 4)],
        [took("3:00:00", "-3:00:00")],
        HOUR_ALLOWED,
    ),
    Case(
        "who waits to the end is given up without a word",
        [chat("0:00", opened()), chat("10:00", waiting("customer"))],
        policy=HOUR_ALLOWED | {"keep_open": "P20D"},
    ),
    Case(
        "but what was told before comes to its end",
        [chat("0:00", opened()), chat("50:00", waiting("customer"))],
        [at_risk(), over("unanswered", "20:01:00:00", reason="quiet")],
        policy=HOUR_ALLOWED | {"keep_open": "P20D"},
    ),
    Case(
        "waiting or waited for after it is resolved",
        [
            chat("0:00", opened()),
            chat("1:00", resolved()),
            chat("2:00", waiting("customer")),
            chat("3:00", says("customer")),
            chat("4:00", resolved()),
        ],
        measured=[took("1:00", None)],
    ),
]

REOPENED = [
    Case(
        "the customer had the problem all the time",
        [chat("0:00", opened(due="2:00:00")), chat("30:00", resolved()), web("1:00:00", reopened()), chat("1:20:00", resolved())],
        measured=[took("30:00", "1:30:00"), took("1:20:00", "40:00", scope="total", at="1:00:00", channel="web", by=3)],
    ),
    Case(
        "reopened after its due moment it is breached at once, as a matter of its own",
        [chat("0:00", opened(due="1:00:00")), chat("30:00", resolved()), chat("3:00:00", reopened()), chat("4:00:00", resolved())],
        [
            alert("opened", "breached", "3:00:00", 3, scope="total", due_at="1:00:00"),
            over("met_late", "4:00:00", 4, scope="total"),
        ],
        [took("30:00", "30:00"), took("4:00:00", "-3:00:00", scope="total", at="3:00:00", by=3)],
    ),
    Case(
        "what was solved too late and is reopened is breached anew",
        [chat("0:00", opened(due="1:00:00")), chat("2:00:00", resolved()), chat("3:00:00", reopened()), chat("4:00:00", resolved())],
        [
            at_risk(),
            breached(),
            over("met_late", "2:00:00", 2),
            alert("opened", "breached", "3:00:00", 3, scope="total", due_at="1:00:00"),
            over("met_late", "4:00:00", 4, scope="total"),
        ],
        [took("2:00:00", "-1:00:00"), took("4:00:00", "-3:00:00", scope="total", at="3:00:00", by=3)],
    ),
    Case(
        "reopened while it is open",
        [chat("0:00", opened()), chat("1:00", reopened()), chat("2:00", resolved())],
        measured=[took("2:00", None)],
    ),
    Case(
        "reopened when it is long forgotten",
        [chat("0:00", opened()), chat("1:00", resolved()), chat("31:00:00:00", reopened())],
        measured=[took("1:00", None)],
    ),
]

LATE_EVIDENCE = [
    Case(
        "a late proof of a timely solution takes everything back",
        [chat("0:00", opened(due="1:00:00")), email("40:00", resolved(), arrived="5:00:02")],
        [at_risk(), breached(), alert("retracted", "breached", "5:00:00")],
        [took("40:00", "20:00")],
    ),
    Case(
        "a late proof of a late solution",
        [chat("0:00", opened(due="1:00:00")), email("2:00:00", resolved(), arrived="5:00:02")],
        [at_risk(), breached(), over("met_late", "5:00:00", 2, ended_at="2:00:00")],
        [took("2:00:00", "-1:00:00")],
    ),
    Case(
        "a pause learned late",
        [
            chat("0:00", opened()),
            email("10:00", waiting("customer"), arrived="50:02"),
            chat("2:10:00", says("customer")),
            chat("2:20:00", resolved()),
        ],
        [at_risk(), alert("retracted", "at_risk", "50:00")],
        [took("20:00", "40:00")],
        HOUR_ALLOWED,
    ),
    Case(
        "a reopening learned late takes back that it was over",
        [
            chat("0:00", opened(due="2:00:00")),
            chat("30:00", resolved()),
            email("35:00", reopened(), arrived="3:00:02"),
            chat("4:00:00", resolved()),
        ],
        [
            alert("opened", "breached", "3:00:00", 3, scope="total", opened_at="1:30:00", due_at="2:00:00"),
            over("met_late", "4:00:00", 4, scope="total"),
        ],
        [took("30:00", "1:30:00"), took("4:00:00", "-2:00:00", scope="total", at="35:00", channel="email", by=3)],
    ),
]


@pytest.mark.parametrize("case", [*DUE, *WHO_OPENS, *PAUSES, *REOPENED, *LATE_EVIDENCE], ids=str)
def test_resolution(case: Case) -> None:
    check(case, "resolution")
