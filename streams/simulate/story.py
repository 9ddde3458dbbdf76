"""One story of one customer's while it is written: a clock that its events move on, and what the world will see of it."""

from collections.abc import Callable
from random import Random
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from schemas.instant import HOUR, SECOND, format_instant
from schemas.touchpoint import TOPIC_PREFIX, TYPE_PREFIX
from streams.simulate.channels import FEEDS, Channel
from streams.simulate.customers import Customer
from streams.simulate.targets import Targets
from streams.simulate.truth import Detector, Planted, Step, Subject

_SENT_TWICE = 0.003
"""The share of records that a producer sends again although they had arrived."""


class Line(Struct, frozen=True, omit_defaults=True, gc=False):
    """A line of a log file: one Kafka record."""

    topic: str
    timestamp: int
    """When it arrives, in milliseconds."""
    value: msgspec.Raw
    """The CloudEvent's bytes."""
    key: str | None = None
    partition: int | None = None
    """Only where it is not the key that decides."""

    def encode(self) -> bytes:
        return msgspec.json.encode(self) + b"\n"


class Sent(Struct, frozen=True, gc=False):
    """A touchpoint on its way."""

    line: Line
    occurred: int
    place: int
    """Where it stands in its customer's order: its occurrence, or what is left of its delay beyond what its channel may take."""


class Story:
    """Nothing else happens to its customer before `ends`, except what the company does unasked (`meanwhile`)."""

    def __init__(self, label: str, customer: Customer, begins: int, rng: Random, targets: Targets) -> None:
        self.label = label
        self.customer = customer
        self.begins = begins
        self.rng = rng
        self.targets = targets
        self.now = begins
        self.ends = begins
        self.lines: list[Line] = []
        self.planted: list[Planted] = []
        self._afterwards: list[Callable[[], None]] = []

    # Time
    def wait(self, milliseconds: float) -> None:
        self.now += max(1, round(milliseconds))

    def wait_until(self, instant: int) -> None:
        """`instant` may not lie in the past: a story is written in the order in which it happens."""
        if instant < self.now:
            raise ValueError(f"{self.label} is at {self.now} already and cannot go back to {instant}")
        self.now = instant

    def pause(self, shortest: float = 3, longest: float = 40) -> None:
        """A person's pause, in seconds of unhurried life."""
        self.wait(self.rng.uniform(shortest, longest) * SECOND * self.targets.pace)

    def near(self, limit: int) -> int:
        """How near to `limit` a plant lies: a second, or a tenth of a limit that is itself only seconds."""
        return min(SECOND, limit // 10)

    def long_after(self, told: int, lateness: int) -> int:
        """When the record of what happens now arrives that should have prevented what was told at `told`: too late for that, but
        soon enough to take it back."""
        return min(told + 2 * lateness + round(self.rng.uniform(0.1, 4) * HOUR * self.targets.pace), self.now + self.targets.window)

    def some(self, limit: int, least: float, most: float) -> int:
        """A part of `limit` between the two shares, drawn."""
        return round(limit * self.rng.uniform(least, most))

    # Names
    def name(self, prefix: str) -> str:
        return f"{prefix}-{self.rng.getrandbits(44):011X}"

    def contact(self) -> Channel:
        """One of the customer's own ways to ask, in writing."""
        return self.rng.choice([channel for channel in self.customer.contacts if channel != "voice"])

    # What happens
    def tells(self, channel: Channel, type_: str, *, case: str | None = None, arrives: int | None = None, **data: Any) -> Sent:
        """It happens now; `arrives` where it is not delivered as usual. What is None in `data` is left out."""
        sent = self._sent(channel, type_, data, self.now, arrives, case=case)
        self._deliver(sent.line)
        if self.rng.random() < _SENT_TWICE:
            self.again(sent, self.rng.randint(100, 20_000))
        return sent

    def meanwhile(self, after: float, channel: Channel, type_: str, **data: Any) -> None:
        """The company does it unasked so many hours of real life later, whatever the customer does then."""
        occurred = self.now + round(after * HOUR * self.targets.pace)
        self.lines.append(self._sent(channel, type_, data, occurred).line)

    def as_visitor(self, visitor: str, channel: Channel, type_: str, **data: Any) -> None:
        """The customer, before he says who he is."""
        self._deliver(self._sent(channel, type_, data, self.now, visitor=visitor).line)

    def again(self, sent: Sent, after: int) -> None:
        """The producer sends the same record a second time, so many milliseconds later."""
        line = sent.line
        self._deliver(Line(line.topic, line.timestamp + after, line.value, line.key))

    def _sent(
        self,
        channel: Channel,
        type_: str,
        data: dict[str, Any],
        occurred: int,
        arrives: int | None = None,
        visitor: str | None = None,
        case: str | None = None,
    ) -> Sent:
        feed, lateness, customer = FEEDS[channel], self.targets.lateness[channel], self.customer
        arrived = occurred + feed.delay(self.rng, lateness) if arrives is None else arrives
        key = visitor or customer.id
        event: dict[str, Any] = {
            "specversion": "1.0",
            "id": str(UUID(int=self.rng.getrandbits(128), version=4)),
            "source": feed.sources[customer.number % len(feed.sources)],
            "type": f"{TYPE_PREFIX}{type_}.v1",
            "time": format_instant(occurred),
            "anonymousid" if visitor or customer.anonymous else "customerid": key,
            "data": {name: value for name, value in data.items() if value is not None},
        }
        if case is not None:
            event["correlationid"] = case
        line = Line(TOPIC_PREFIX + channel, arrived, msgspec.Raw(msgspec.json.encode(event)), key)
        return Sent(line, occurred, max(occurred, arrived - lateness))

    def _deliver(self, line: Line) -> None:
        self.lines.append(line)
        self.ends = max(self.ends, self.now, line.timestamp)

    # What must be told of it
    def afterwards(self, what: Callable[[], None]) -> None:
        """To be done when the story is written."""
        self._afterwards.append(what)

    def close(self) -> None:
        for what in self._afterwards:
            what()

    def plant(self, detector: Detector, subject: Subject, *told: Step, scope: str | None = None) -> None:
        """Without steps: nothing must be told."""
        if detector not in self.targets.watched:
            return
        who = self.customer
        self.planted.append(
            Planted(
                label=self.label,
                detector=detector,
                customer=who.id,
                anonymous=who.anonymous,
                subject=subject,
                scope=scope,
                begins=self.begins,
                told=told,
            )
        )
