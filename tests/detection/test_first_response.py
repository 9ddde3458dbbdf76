"""How long a customer waits for the first answer, in whatever channel it comes."""

from functools import partial
from typing import Any

import pytest

from schemas.touchpoints.conversation import ConversationHandedOver, ConversationOpened, ConversationResolved, MessageSent
from schemas.touchpoints.customer import CustomerUpdated
from schemas.touchpoints.queue import QueueConnected
from streams.detection.detector import Measured
from tests.detection.cases import Alert, Case, after, chat, check, email, ms, phone, store, web


def opened(name: str = "A", **more: Any) -> ConversationOpened:
    return ConversationOpened.of({"conversation_id": name} | more)


def says(author: str, name: str = "A", **more: Any) -> MessageSent:
    return MessageSent.of({"conversation_id": name, "author": author} | more)


ask, reply, bot = (partial(says, author) for author in ("customer", "agent", "bot"))


def resolved(name: str = "A") -> ConversationResolved:
    return ConversationResolved(conversation_id=name)


def handed_over(to: str = "agent", name: str = "A") -> ConversationHandedOver:
    return ConversationHandedOver(conversation_id=name, to=to, with_context=True)


def connected(name: str) -> QueueConnected:
    return QueueConnected(queue="support", conversation_id=name)


def alert(word: Any, state: str, at: str, *evidence: int, name: str = "A", **more: Any) -> Alert:
    return Alert(word, at, state, "first_response", None, ("conversation", name), evidence=evidence, **more)


def at_risk(at: str = "3:45", *, by: int = 1, due: str = "5:00", **more: Any) -> Alert:
    return alert("opened", "at_risk", at, by, due_at=due, **more)


def breached(at: str = "5:00", **more: Any) -> Alert:
    return alert("updated", "breached", at, **more)


def over(state: str, at: str, *evidence: int, **more: Any) -> Alert:
    return alert("resolved", state, at, *evidence, **more)


def waited(
    took: str, left: str | None, *, matter: str = "conversation:A", channel: str = "chat", at: str = "0:00", by: int = 1
) -> Measured:
    """`left` of the time allowed; `-0:01` where it was too long by a second."""
    margin = None if left is None else -ms(left[1:]) if left.startswith("-") else ms(left)
    return Measured(f"{matter}/{by}@{channel}/{after(at)}", "first_response", channel, ms(took), margin)


def bot_waited(took: str, at: str = "0:00") -> Measured:
    return Measured(f"A/1@chat/{after(at)}", "first_response_bot", "chat", ms(took), None)


LIMITS = [
    Case("answered at once", [chat("0:00", opened()), chat("1:00", reply())], measured=[waited("1:00", "4:00")]),
    Case("answered when three quarters have passed", [chat("0:00", ask()), chat("3:45", reply())], measured=[waited("3:45", "1:15")]),
    Case(
        "a millisecond later it was at risk",
        [chat("0:00", ask()), chat("3:45.001", reply())],
        [at_risk(), over("met", "3:45.001", 2)],
        [waited("3:45.001", "1:14.999")],
    ),
    Case(
        "answered exactly at the limit",
        [chat("0:00", ask()), chat("5:00", reply())],
        [at_risk(), over("met", "5:00", 2)],
        [waited("5:00", "0:00")],
    ),
    Case(
        "answered a millisecond past the limit",
        [chat("0:00", ask()), chat("5:00.001", reply())],
        [at_risk(), breached(), over("met_late", "5:00.001", 2)],
        [waited("5:00.001", "-0:00.001")],
    ),
    Case("never answered", [chat("0:00", ask())], [at_risk(), breached(), over("unanswered", "7:00:05:00", reason="quiet")]),
    Case("resolved without a word, in time", [chat("0:00", ask()), chat("1:00", resolved())]),
    Case(
        "resolved without a word, too late",
        [chat("0:00", ask()), chat("6:00", resolved())],
        [at_risk(), breached(), over("unanswered", "6:00", 2)],
    ),
    Case(
        "where it is breached at once nothing is at risk before",
        [chat("0:00", ask()), chat("5:01", reply())],
        [alert("opened", "breached", "5:00", 1, due_at="5:00"), over("met_late", "5:01", 2)],
        [waited("5:01", "-0:01")],
        {"at_risk": "1"},
    ),
]

WHO_ASKS_AND_ANSWERS = [
    Case(
        "more asking does not begin anew",
        [chat("0:00", ask()), chat("3:00", ask()), chat("4:00", reply())],
        [at_risk(), over("met", "4:00", 3)],
        [waited("4:00", "1:00")],
    ),
    Case(
        "what is asked after an answer is no first response",
        [chat("0:00", ask()), chat("1:00", reply()), chat("2:00", ask())],
        measured=[waited("1:00", "4:00")],
    ),
    Case(
        "neither a note nor the system answers",
        [chat("0:00", ask()), chat("1:00", reply(internal=True)), chat("2:00", says("system")), chat("4:00", reply())],
        [at_risk(), over("met", "4:00", 4)],
        [waited("4:00", "1:00")],
    ),
    Case("a customer's note to nobody asks nothing", [chat("0:00", ask(internal=True))]),
    Case("the company opens and the customer says nothing", [chat("0:00", opened(by="agent")), chat("1:00", reply())]),
    Case(
        "the company opens and the customer asks later",
        [chat("0:00", opened(by="system")), chat("10:00", ask()), chat("14:00", reply())],
        [at_risk("13:45", by=2, due="15:00"), over("met", "14:00", 3)],
        [waited("4:00", "1:00", at="10:00", by=2)],
    ),
    Case("an answer to nothing", [chat("0:00", reply()), chat("1:00", resolved())]),
    Case(
        "after a week of silence it is a first ask again",
        [chat("0:00", ask()), chat("1:00", reply()), chat("7:00:01:01", ask()), chat("7:00:02:00", reply())],
        measured=[waited("1:00", "4:00"), waited("0:59", "4:01", at="7:00:01:01", by=3)],
    ),
]

BOTS = [
    Case(
        "a bot's reply is a clock of its own, the first of them",
        [chat("0:00", ask()), chat("0:02", bot()), chat("0:03", bot()), chat("4:00", reply())],
        [at_risk(), over("met", "4:00", 4)],
        [bot_waited("0:02"), waited("4:00", "1:00")],
    ),
    Case(
        "handed over from a bot the wait for people starts anew",
        [chat("0:00", ask()), chat("0:02", bot()), chat("2:00", handed_over()), chat("5:45", reply())],
        measured=[bot_waited("0:02"), waited("3:45", "1:15", at="2:00", by=3)],
    ),
    Case(
        "what was at risk before is called off",
        [chat("0:00", ask()), chat("0:02", bot()), chat("4:00", handed_over("phone")), chat("5:00", reply())],
        [at_risk(), over("cancelled", "4:00", 3, reason="handed_over")],
        [bot_waited("0:02"), waited("1:00", "4:00", at="4:00", by=3)],
    ),
    Case(
        "handed over to a bot",
        [chat("0:00", ask()), chat("0:02", bot()), chat("2:00", handed_over("bot")), chat("3:50", reply())],
        [at_risk(), over("met", "3:50", 4)],
        [bot_waited("0:02"), waited("3:50", "1:10")],
    ),
    Case(
        "handed over among people",
        [chat("0:00", ask()), chat("2:00", handed_over()), chat("3:50", reply())],
        [at_risk(), over("met", "3:50", 3)],
        [waited("3:50", "1:10")],
    ),
    Case(
        "handed over from a bot while waiting for people by mail too: the first wait goes on",
        [
            email("0:00", ask("M", about="O")),
            chat("0:01", ask(about="O")),
            chat("0:02", bot()),
            chat("2:00", handed_over()),
            chat("2:30", reply()),
        ],
        measured=[
            Measured(f"A/1@email/{after('0:00')}", "first_response_bot", "email", ms("0:02"), None),
            waited("2:30", "23:57:30", matter="about:O", channel="email"),
        ],
    ),
    Case(
        "the company writes first, and the customer's first message after it waits",
        [chat("0:00", reply()), chat("1:00", ask()), chat("6:00", reply())],
        [at_risk("4:45", by=2, due="6:00"), over("met", "6:00", 3)],
        [waited("5:00", "0:00", at="1:00", by=2)],
    ),
    Case("handed over after an answer", [chat("0:00", bot()), chat("0:01", reply()), chat("2:00", handed_over())]),
]

ACROSS_CHANNELS = [
    Case(
        "asked in chat and answered by mail, about one order",
        [chat("0:00", opened(about="order-1")), email("4:00", reply("B", about="order-1"))],
        [at_risk(), over("met", "4:00", 2)],
        [waited("4:00", "1:00", matter="about:order-1")],
    ),
    Case(
        "known by their correlation",
        [chat("0:00", ask(), correlation="t-1"), email("4:00", reply("B"), correlation="t-1")],
        [at_risk(), over("met", "4:00", 2)],
        [waited("4:00", "1:00", matter="correlation:t-1")],
    ),
    Case(
        "asked twice, on one theme, it is one wait from the first",
        [chat("0:00", opened(theme="billing")), web("2:00", opened("B", theme="billing")), web("4:00", reply("B"))],
        [at_risk(), over("met", "4:00", 3)],
        [waited("4:00", "1:00", matter="theme:billing")],
    ),
    Case(
        "and an answer to the second is no answer owed to either",
        [
            chat("0:00", opened(theme="billing")),
            web("1:00", opened("B", theme="billing")),
            web("2:00", reply("B")),
            chat("3:00", ask()),
            web("4:00", ask("B")),
        ],
        measured=[waited("2:00", "3:00", matter="theme:billing")],
    ),
    Case("an answer to something else", [chat("0:00", ask()), email("4:00", reply("B"))], [at_risk(), breached()], until="6:00"),
    Case(
        "resolved in one of two the customer still waits in the other",
        [
            chat("0:00", opened(theme="billing")),
            web("1:00", opened("B", theme="billing")),
            chat("2:00", resolved()),
            web("6:00", resolved("B")),
        ],
        [at_risk(), breached(), over("unanswered", "6:00", 4)],
    ),
    Case(
        "connected on the phone, which names no matter, answers whatever is open",
        [chat("0:00", ask()), web("1:00", ask("B")), phone("4:00", connected("C"))],
        [at_risk(), over("met", "4:00", 3, reason="connected_elsewhere")],
        [waited("4:00", "1:00"), waited("3:00", "7:57:00", matter="conversation:B", channel="web", at="1:00", by=2)],
    ),
    Case(
        "connected about its own matter answers only that",
        [chat("0:00", ask()), phone("1:00", opened("C", by="agent", about="order-1")), phone("4:00", connected("C"))],
        [at_risk(), breached()],
        until="6:00",
    ),
    Case(
        "connected about what its correlation names answers only that",
        [chat("0:00", ask()), phone("1:00", opened("C", by="agent")), phone("4:00", connected("C"), correlation="t-1")],
        [at_risk(), breached()],
        until="6:00",
    ),
    Case(
        "connected about what its correlation names, which was asked in another channel",
        [
            chat("0:00", ask(), correlation="t-1"),
            phone("1:00", opened("C", by="agent")),
            phone("4:00", connected("C"), correlation="t-1"),
        ],
        [at_risk(), over("met", "4:00", 3)],
        [waited("4:00", "1:00", matter="correlation:t-1")],
    ),
    Case(
        "asked before it is said what about, it is one wait from the first",
        [chat("0:00", ask()), chat("0:01", opened(theme="billing")), chat("4:30", reply())],
        [at_risk(), over("met", "4:30", 3)],
        [waited("4:30", "0:30", matter="theme:billing")],
    ),
    Case(
        "connected in the very conversation",
        [chat("0:00", ask()), chat("4:00", connected("A"))],
        [at_risk(), over("met", "4:00", 2)],
        [waited("4:00", "1:00")],
    ),
    Case("asked after being connected", [phone("0:00", connected("A")), phone("1:00", ask())]),
]

TARGETS = [
    Case("a day for mail", [email("0:00", ask()), email("18:00:00", reply())], measured=[waited("18:00:00", "6:00:00", channel="email")]),
    Case(
        "eight hours elsewhere", [store("0:00", ask()), store("6:00:00", reply())], measured=[waited("6:00:00", "2:00:00", channel="store")]
    ),
    Case(
        "by tier, theme and priority, the first that matches",
        [chat("0:00", CustomerUpdated(tier="gold")), chat("0:00", opened(priority="high", theme="billing")), chat("1:00", reply())],
        [at_risk("0:45", by=2, due="1:00"), over("met", "1:00", 3)],
        [waited("1:00", "0:00", matter="theme:billing", by=2)],
        {"targets": [{"tier": "basic", "within": "PT1S"}, {"tier": "gold", "theme": ["billing"], "priority": "high", "within": "PT1M"}]},
        until="2:00",
    ),
    Case(
        "without a target it is only measured",
        [chat("0:00", ask()), chat("9:00:00", reply())],
        measured=[waited("9:00:00", None)],
        policy={"targets": []},
    ),
]

LATE_EVIDENCE = [
    Case(
        "a late proof of a timely answer takes everything back",
        [chat("0:00", ask()), email("3:00", reply(), arrived="1:00:02")],
        [at_risk(), breached(), alert("retracted", "breached", "1:00:00")],
        [waited("3:00", "2:00")],
    ),
    Case(
        "a late proof of a late answer",
        [chat("0:00", ask()), email("9:00", reply(), arrived="1:00:02")],
        [at_risk(), breached(), over("met_late", "1:00:00", 2, ended_at="9:00")],
        [waited("9:00", "-4:00")],
    ),
    Case(
        "an ask learned when it is breached already",
        [chat("0:00", ask(), arrived="6:02"), chat("7:00", reply())],
        [alert("opened", "breached", "6:00", 1, opened_at="3:45", due_at="5:00"), over("met_late", "7:00", 2)],
        [waited("7:00", "-2:00")],
    ),
    Case(
        "an ask and its answer, both late, were never worth a word",
        [chat("0:00", ask(), arrived="3:00"), chat("1:00", reply(), arrived="3:00"), chat("10:00", ask())],
        measured=[waited("1:00", "4:00")],
    ),
    Case(
        "what has been measured is measured once, though it be replayed",
        [chat("0:00", ask()), chat("1:00", reply()), web("0:30", CustomerUpdated(tier="gold"), arrived="2:00:00")],
        measured=[waited("1:00", "4:00")],
        until="3:00:00",
    ),
]


@pytest.mark.parametrize("case", [*LIMITS, *WHO_ASKS_AND_ANSWERS, *BOTS, *ACROSS_CHANNELS, *TARGETS, *LATE_EVIDENCE], ids=str)
def test_first_response(case: Case) -> None:
    check(case, "first_response")
