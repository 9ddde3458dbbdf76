"""The four detectors."""

from tests.mutate.mutant import TABLES, Mutant

_FIRST = "streams/detection/detectors/first_response.py"
_RESOLUTION = "streams/detection/detectors/resolution.py"
_CLAIMS = "streams/detection/detectors/conflicting_claims.py"
_PURCHASE = "streams/detection/detectors/purchase_abandonment.py"


def _first(case: str) -> str:
    return f"{TABLES}test_first_response.py::test_first_response[{case}]"


def _resolution(case: str) -> str:
    return f"{TABLES}test_resolution.py::test_resolution[{case}]"


def _claims(case: str) -> str:
    return f"{TABLES}test_conflicting_claims.py::test_claims[{case}]"


def _purchases(case: str) -> str:
    return f"{TABLES}test_purchase_abandonment.py::test_purchases[{case}]"


DETECTORS = [
    Mutant(
        "more asking starts the clock anew",
        _FIRST,
        "        if clock is not None:\n",
        "        if clock is not None and name not in clock.asked_in:\n",
        _first("more asking does not begin anew"),
    ),
    Mutant(
        "a note to colleagues answers",
        _FIRST,
        'if data.internal or data.author == "system":',
        'if data.author == "system":',
        _first("neither a note nor the system answers"),
    ),
    Mutant(
        "an answer on the matter in another conversation ends nothing",
        _FIRST,
        "if matter in matters or name in clock.asked_in]",
        "if name in clock.asked_in]",
        _first("asked in chat and answered by mail, about one order"),
    ),
    Mutant(
        "after a bot people have no time of their own",
        _FIRST,
        "        if not talk.with_bot or talk.answered:\n",
        "        if talk.with_bot or talk.answered:\n",
        _first("handed over from a bot the wait for people starts anew"),
    ),
    Mutant(
        "a pause puts off a due moment of the conversation's own",
        _RESOLUTION,
        "if problem.own_due is None and problem.target.stage",
        "if problem.target.stage",
        _resolution("nor is it put off"),
    ),
    Mutant(
        "the customer's answer does not end the wait for it",
        _RESOLUTION,
        'if problem.waiting_on == "customer":',
        'if problem.waiting_on == "nobody":',
        _resolution("what it waited for has come when the customer writes"),
    ),
    Mutant(
        "what is reopened after its due moment is not late",
        _RESOLUTION,
        "        problem.target.stage = ON_TRACK  # a due moment that has passed breaks it anew, at once\n",
        "",
        _resolution("what was solved too late and is reopened is breached anew"),
    ),
    Mutant(
        "just the tolerance is a difference",
        "streams/detection/claims.py",
        "> money_tolerance",
        ">= money_tolerance",
        _claims("prices a cent apart"),
    ),
    Mutant(
        "the grace has no end",
        _CLAIMS,
        "at - other.at > self.policy.grace",
        "at - other.at > self.policy.grace * 100",
        _claims("the older version repeated after the grace is a stale channel, until it tells the agreed value"),
    ),
    Mutant(
        "an order at half the time comes too late",
        _PURCHASE,
        "return state.active_at + self._at_risk(limit)\n        if alert.abandoned_at",
        "return state.active_at + self._at_risk(limit) - 1\n        if alert.abandoned_at",
        _purchases("an order at half the time: touchpoints come before deadlines"),
    ),
    Mutant(
        "a word waits although a forgetting brings it nearer",
        _PURCHASE,
        "return self.deadline(state) if len(state.carts) > 1 else",
        "return",
        "tests/detection/test_advance.py::test_a_word_that_a_forgetting_brings_nearer_is_said_as_soon",
    ),
    Mutant(
        "what stands still is broken when it is given up",
        _RESOLUTION,
        "if _next_stage(problem) <= at and problem.target.reach(at):",
        "if not problem.resolved and _next(problem) <= at and problem.target.reach(at):",
        _resolution("who waits to the end is given up without a word"),
    ),
]
