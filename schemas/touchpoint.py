"""A touchpoint: one thing that happened between a customer and a channel, as the channel told it."""

from collections.abc import Iterable
from typing import Any, ClassVar, Literal, Protocol, Self, final

from msgspec import Struct

from schemas.defined import Defined, adapter

TOPIC_PREFIX = "touchpoints."
TYPE_PREFIX = "io.throughline."


class TouchpointData(Defined, frozen=True, gc=False, array_like=True):
    """What the `data` of one type carries: strict about what it names, tolerant of what else a channel sends.

    One subclass a type, in a module a family; `TYPE` is the CloudEvents type without `io.throughline.` and the version: `message.sent`.
    """

    TYPE: ClassVar[str]

    @classmethod
    def of(cls, data: object) -> Self:
        """Of `data` as JSON has it. Pydantic's ValidationError says what is wrong with it."""
        read: Self = adapter(cls).validate_python(data)
        return read


class Seen(Struct, frozen=True, gc=False):
    """A touchpoint as detectors see it: what a journey's history keeps, so that a replay shows them nothing else.

    Instants are milliseconds since the epoch.
    """

    channel: str
    offset: int
    id: str
    """Unique per source."""
    occurred: int
    data: TouchpointData
    correlation: str | None = None
    counted: int | None = None
    """When it counts as occurring, where that is not when it occurred: it came later than the window."""


class Touchpoint(Seen, frozen=True, gc=False, kw_only=True):
    """With whose it is, and how it came."""

    journey: str
    """Whose: `c:` and the customer id, or `a:` and the anonymous id, so that the two kinds never meet."""
    partition: int
    source: str
    arrived: int
    """The Kafka record's timestamp."""

    @property
    def topic(self) -> str:
        return TOPIC_PREFIX + self.channel


class Heartbeat(Struct, frozen=True, gc=False):
    """A channel says that it lives; belongs to no journey."""

    channel: str
    partition: int
    offset: int
    arrived: int


RefusedClass = Literal[
    "not_json",
    "envelope_invalid",
    "type_unknown",
    "schema_violation",
    "time_invalid",
    "identity_missing",
    "identity_blocked",
    "too_large",
    "detector_failed",
]


@final
class Refused(Struct, frozen=True, gc=False):
    """Why a record is no touchpoint; the record itself goes untouched to the dead letters."""

    error_class: RefusedClass
    reason: str
    """For people; names the rule, never quotes the customer's data."""
    field: str | None = None
    """Dotted path into the event: `time`, `data.conversation_id`, `data.items.0.quantity`."""
    stage: Literal["decode", "admit", "detect"] = "decode"
    recoverable: bool = False
    """Whether the same bytes may be accepted later (by a newer version, say)."""


class Record(Protocol):
    """A Kafka record as a consumer delivers it or a log file holds it; aiokafka's ConsumerRecord is one."""

    @property
    def topic(self) -> str: ...
    @property
    def partition(self) -> int: ...
    @property
    def offset(self) -> int: ...
    @property
    def timestamp(self) -> int: ...  # milliseconds since the epoch
    @property
    def key(self) -> bytes | None: ...
    @property
    def value(self) -> bytes | None: ...
    @property
    def headers(self) -> Iterable[tuple[str, Any]]: ...  # values are bytes or None
