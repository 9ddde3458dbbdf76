"""What was planted and what must be told of it; written as it is decided, never derived from what a detector says."""

from collections.abc import Iterable, Iterator
from typing import Literal

import msgspec
from msgspec import Struct

Detector = Literal["first_response", "resolution", "conflicting_claims", "purchase_abandonment"]
DETECTORS: tuple[Detector, ...] = ("first_response", "resolution", "conflicting_claims", "purchase_abandonment")
"""The whole traffic is accounted for as to these: what they tell beside the truth is wrong."""

Word = Literal["opened", "updated", "resolved", "retracted"]


class Step(Struct, frozen=True):
    """One revision of an alert. `at` is its place in milliseconds: the deadline, or when its evidence was complete."""

    word: Word
    at: int
    state: str | None = None
    """None where a retraction takes back whatever was told."""


def taken_back(told: Iterable[Step], at: int) -> tuple[Step, ...]:
    """What had been told before `at`, when it was proven wrong; nothing, if nothing had."""
    so_far = tuple(step for step in told if step.at < at)
    return (*so_far, Step("retracted", at)) if so_far else ()


class Subject(Struct, frozen=True):
    kind: str
    id: str


class Planted(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One planted thing: with steps an alert that must be told exactly so, without steps a near miss that must stay quiet."""

    label: str
    detector: Detector
    customer: str
    anonymous: bool = False
    subject: Subject
    scope: str | None = None
    """Which of several alerts about the subject: the channel that dissents."""
    begins: int
    """When its story begins, in milliseconds."""
    told: tuple[Step, ...] = ()

    def until(self, settled: int) -> tuple[Step, ...]:
        """What must have been told when everything before `settled` is."""
        return tuple(step for step in self.told if step.at < settled)


def write(planted: Planted) -> bytes:
    """A line of a truth file."""
    return msgspec.json.encode(planted) + b"\n"


def read(lines: Iterable[bytes]) -> Iterator[Planted]:
    decoder = msgspec.json.Decoder(Planted)
    return (decoder.decode(line) for line in lines if line.strip())
