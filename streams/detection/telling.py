"""From what is said to what is told: a view of each alert in event time, and the word that takes subscribers to it."""

from typing import Literal

from msgspec import Struct

from streams.detection.detector import Said, View

Word = Literal["opened", "updated", "resolved", "retracted"]


class Told(Struct, frozen=True, gc=False, array_like=True):
    """What subscribers were last told of an alert."""

    revision: int
    word: Word
    at: int
    """The place at which it was told."""
    view: View | None
    """As event time had it then; None: no such alert."""


def view_after(before: View | None, detector: str, said: Said, at: int, severity: int) -> View:
    """The view once `said` has been heard at `at`; `severity` is 0..100 of its state, weighted."""
    if before is None:
        return View(
            detector,
            said.scope,
            said.about,
            said.opened_by,
            (said.state,),
            at,
            at if said.ended else None,
            said.due_at,
            said.reason,
            said.evidence,
            severity,
            said.score,
            dict(said.contributions) if said.contributions else None,
        )
    return View(
        detector,
        said.scope,
        said.about,
        said.opened_by,
        (*before.states, said.state),
        before.opened_at,
        at if said.ended else None,
        said.due_at if said.due_at is not None else before.due_at,
        said.reason,
        before.evidence + said.evidence,
        severity,
        said.score if said.score is not None else before.score,
        dict(said.contributions) if said.contributions else before.contributions,
    )


def word_for(told: Told | None, view: View | None) -> Word | None:
    """The event that takes subscribers from what they were told to what is so; None where there is nothing to say."""
    if view == (told.view if told else None):
        return None
    if view is None:
        return None if told is None or told.word == "retracted" else "retracted"
    if view.ended_at is None:
        return "updated" if told is not None and told.word in ("opened", "updated") else "opened"
    if told is not None and told.view is not None and told.word != "retracted" and told.view.state not in view.states:
        return "retracted"  # what was said was never true, and it is over
    return "resolved"
