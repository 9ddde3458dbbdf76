"""The contract of a detector: it sees event time only, in order of occurrence, and says what is so.

No lateness, no revision, no retraction in any of them: late evidence is inserted where it occurred and the journey is
replayed, so adding a detector is describing a fact.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Protocol, TypeVar, final

from msgspec import Struct
from pydantic import Field, field_validator

from schemas.alert import Family, SubjectKind
from schemas.policy import Section
from schemas.touchpoint import Seen, TouchpointData


class Matter(Struct, frozen=True, gc=False, array_like=True):
    """What an alert is about."""

    kind: SubjectKind
    id: str


class Proof(Struct, frozen=True, gc=False, array_like=True):
    """A touchpoint as evidence: where it lies, not what it holds. The partition is the journey's."""

    event_id: str
    channel: str
    offset: int
    occurred: int
    counted: int | None = None
    """As `Seen.counted`."""

    @property
    def name(self) -> str:
        """What a touchpoint that opens a matter is known by: ids are unique per source only, some sources count from 1 every day, and a
        copy that counts anew opens anew."""
        return f"{self.event_id}@{self.channel}/{self.occurred if self.counted is None else self.counted}"


class Said(Struct, frozen=True, gc=False):
    """What a detector says of one matter now. The engine makes openings, updates, ends and retractions of it.

    An alert is named by `about`, `scope` and `opened_by`. Once `ended` it is never said again: a new opening has a new opener.
    """

    about: Matter
    opened_by: str
    """The name of the touchpoint that opened this matter (`Proof.name`)."""
    state: str
    scope: str | None = None
    ended: bool = False
    due_at: int | None = None
    reason: str | None = None
    evidence: tuple[Proof, ...] = ()
    """What newly proves it; the engine keeps what was said before."""
    score: float | None = None
    contributions: Mapping[str, float] | None = None


def proof(seen: Seen) -> Proof:
    return Proof(seen.id, seen.channel, seen.offset, seen.occurred, seen.counted)


@final
class Measured(Struct, frozen=True, gc=False):
    """One finished clock, for the histograms: told once, however often the journey is replayed."""

    key: str
    """Unique in the journey: the conversation or matter and the id of the touchpoint that started the clock."""
    clock: str
    channel: str
    """The channel in which the customer first waited."""
    took: int
    """Milliseconds from start to end, pauses left out."""
    margin: int | None
    """Milliseconds left to the target; negative when it was missed; None where there was none."""


Says = Said | Measured


class View(Struct, frozen=True, gc=False, array_like=True):
    """An alert as event time has it, all evidence known so far counted as if it had come in time."""

    detector: str
    scope: str | None
    about: Matter
    opened_by: str
    states: tuple[str, ...]
    opened_at: int
    ended_at: int | None
    due_at: int | None
    reason: str | None
    evidence: tuple[Proof, ...]
    severity: int
    score: float | None
    contributions: dict[str, float] | None

    @property
    def state(self) -> str:
        return self.states[-1]


class Known(Protocol):
    """What else is known of the customer at this instant, in event time."""

    @property
    def tier(self) -> str | None: ...
    @property
    def value(self) -> Decimal | None: ...
    def findings(self) -> Iterable[View]:
        """This journey's open alerts; detectors run in order of their `order`, then name. Ended ones are not shown: when
        they are forgotten must never be seen."""
        ...


class DetectorPolicy(Section):
    """A detector's section of the policy file; its own fields stand in a subclass."""

    enabled: bool = True
    severity: dict[str, Annotated[int, Field(ge=0, le=100)]] = Field(default_factory=dict)
    """Base number 0..100 by state, or by `state/reason` where the reason makes a difference; subclasses give the defaults, and
    a policy that names some states leaves the others as they are."""

    @field_validator("severity")
    @classmethod
    def _beside_the_defaults(cls, given: dict[str, int]) -> dict[str, int]:
        defaults: dict[str, int] = cls.model_fields["severity"].get_default(call_default_factory=True, validated_data={})
        return defaults | given


S = TypeVar("S", contravariant=True)


class Detector(Protocol[S]):
    """One fact, described. Instances hold their policy and nothing that changes."""

    name: ClassVar[str]
    family: ClassVar[Family]
    order: ClassVar[int]
    """0 for those that read no other's findings; higher ones run later."""
    handles: ClassVar[frozenset[type[TouchpointData]]]
    clocks: ClassVar[tuple[str, ...]]
    """Of what it measures."""
    State: ClassVar[type]
    """A msgspec Struct (array_like): default-constructed means that nothing is known, and it must return to that by itself."""
    Policy: ClassVar[type[DetectorPolicy]]
    policy: DetectorPolicy

    def __init__(self, policy: Any) -> None:
        """`policy`: an instance of the detector's `Policy`."""

    def observe(self, state: S, at: int, seen: Seen, known: Known) -> Iterable[Says]:
        """`seen` occurred at `at` (use this, not `seen.occurred`); called in order, deadlines in between already expired."""
        ...

    def deadline(self, state: S) -> int:
        """The next instant at which silence alone changes something (a forgetting included); NEVER when it does not."""
        ...

    def next_word(self, state: S) -> int:
        """The next instant at which silence alone may have something to say; NEVER when it has not.

        Never later than what silence does say, whatever is forgotten before. A deadline before it only forgets: it takes effect at its
        own instant all the same, but nobody looks at the journey for it alone. `deadline` will always do.
        """
        ...

    def expire(self, state: S, at: int, known: Known) -> Iterable[Says]:
        """Settles all that is due at or before `at`, so that `deadline` is later than `at` afterwards."""
        ...

    def summary(self, view: View) -> str:
        """One sentence a manager understands; a function of the view alone."""
        ...
