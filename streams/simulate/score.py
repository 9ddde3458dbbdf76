"""What was planted against what was told: found, missed, invented, by detector."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from msgspec import Struct, field

from schemas.instant import NEVER, SECOND, parse_instant
from streams.simulate.truth import DETECTORS, Planted, Step, Subject


class Matter(NamedTuple):
    detector: str
    customer: str
    anonymous: bool
    subject: Subject
    scope: str | None


class Mistake(Struct, frozen=True):
    """Enough to look it up in the log: `expected` is empty where an alert was invented, `told` where one was missed altogether."""

    matter: Matter
    labels: tuple[str, ...]
    """Of all that was planted in this matter."""
    expected: tuple[Step, ...]
    told: tuple[Step, ...]


class Tally(Struct):
    planted: int = 0
    """Things of which something must have been told by then."""
    found: int = 0
    missed: int = 0
    invented: int = 0
    near_misses: int = 0
    """Things of which nothing may be told."""


class Score(Struct):
    detectors: dict[str, Tally] = field(default_factory=lambda: {name: Tally() for name in DETECTORS})
    missed: list[Mistake] = field(default_factory=list)
    """`told` is what was told instead, if anything."""
    invented: list[Mistake] = field(default_factory=list)

    @property
    def perfect(self) -> bool:
        return not self.missed and not self.invented


def score(truth: Iterable[Planted], alerts: Iterable[Mapping[str, Any]], until: int = NEVER, slack: int = SECOND) -> Score:
    """Judges all that was told before `until` (milliseconds). `alerts` are alert events as JSON has them, in any order, repeated or not.

    An alert is found when it went through the planted states, in order, each within `slack` milliseconds of its instant, and
    ended as planted. Alerts of detectors that the truth does not cover are passed over.
    """
    told = _told(alerts, until)
    planted: dict[Matter, list[Planted]] = defaultdict(list)
    for one in truth:
        if one.begins < until:
            planted[Matter(one.detector, one.customer, one.anonymous, one.subject, one.scope)].append(one)
    result = Score()
    for matter in sorted({*planted, *told}, key=repr):
        _judge(result, matter, planted.get(matter, []), told.get(matter, []), until, slack)
    return result


def _judge(result: Score, matter: Matter, planted: list[Planted], told: list[tuple[Step, ...]], until: int, slack: int) -> None:
    tally = result.detectors[matter.detector]
    labels = tuple(sorted({one.label for one in planted}))
    left = list(told)
    for one in planted:
        expected = one.until(until)
        if not expected:
            tally.near_misses += not one.told
            continue
        tally.planted += 1
        match = next((steps for steps in left if _same(one.told, steps, until, slack)), None)
        if match is None:
            tally.missed += 1
            result.missed.append(Mistake(matter, labels, expected, left[0] if left else ()))
        else:
            tally.found += 1
            left.remove(match)
    for steps in left:
        tally.invented += 1
        result.invented.append(Mistake(matter, labels, (), steps))


def _same(planted: tuple[Step, ...], told: tuple[Step, ...], until: int, slack: int) -> bool:
    """What is due within `slack` of `until` may have been told or not."""
    at_least = sum(step.at + slack < until for step in planted)
    at_most = sum(step.at - slack < until for step in planted)
    return at_least <= len(told) <= at_most and all(
        one.word == other.word and one.state == other.state and abs(one.at - other.at) <= slack
        for one, other in zip(planted, told, strict=False)
    )


def _told(alerts: Iterable[Mapping[str, Any]], until: int) -> dict[Matter, list[tuple[Step, ...]]]:
    """By matter the steps of each alert, of which an update that changes no state is none."""
    revisions: dict[tuple[Matter, str], dict[int, Step]] = defaultdict(dict)
    for event in alerts:
        data, at = event["data"], parse_instant(event["time"])
        if data["detector"] not in DETECTORS or at >= until:
            continue
        word = event["type"].removeprefix("io.throughline.alert.").removesuffix(".v1")
        matter = Matter(data["detector"], data["customer"], data["anonymous"], Subject(**data["subject"]), data.get("scope"))
        revisions[matter, data["alert_id"]][data["revision"]] = Step(word, at, None if word == "retracted" else data["state"])
    told: dict[Matter, list[tuple[Step, ...]]] = defaultdict(list)
    for (matter, _), steps in revisions.items():
        ordered = [step for _, step in sorted(steps.items())]
        told[matter].append(
            tuple(
                step
                for before, step in zip([None, *ordered], ordered, strict=False)
                if before is None or step.word != "updated" or step.state != before.state
            )
        )
    return told
