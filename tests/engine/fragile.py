"""A detector that cannot bear the end of some conversations, and runs last: the others have heard of it by then."""

from collections.abc import Iterable
from typing import ClassVar

from msgspec import Struct

from schemas.alert import Family
from schemas.instant import NEVER
from schemas.touchpoint import Seen, TouchpointData
from schemas.touchpoints.conversation import ConversationResolved
from streams.detection.detector import DetectorPolicy, Known, Says, View

UNBEARABLE = "unbearable"
"""How the names of those conversations begin."""


class Heard(Struct, array_like=True):
    times: int = 0


class Fragile:
    name: ClassVar = "fragile"
    family: ClassVar = Family.SLOW_RESPONSE
    order: ClassVar = 9
    handles: ClassVar[frozenset[type[TouchpointData]]] = frozenset({ConversationResolved})
    clocks: ClassVar[tuple[str, ...]] = ()
    State: ClassVar[type] = Heard
    Policy: ClassVar = DetectorPolicy

    def __init__(self, policy: DetectorPolicy) -> None:
        self.policy = policy

    def observe(self, state: Heard, at: int, seen: Seen, known: Known) -> Iterable[Says]:  # noqa: ARG002  the contract's
        state.times += 1  # half done: what it knows is not to be trusted any more
        assert isinstance(seen.data, ConversationResolved)
        if seen.data.conversation_id.startswith(UNBEARABLE):
            raise KeyError(f"nothing is known of {seen.data.conversation_id}")
        state.times = 0
        return ()

    def deadline(self, state: Heard) -> int:  # noqa: ARG002
        return NEVER

    next_word = deadline

    def expire(self, state: Heard, at: int, known: Known) -> Iterable[Says]:  # noqa: ARG002
        return ()

    def summary(self, view: View) -> str:
        raise AssertionError(f"it never says anything: {view}")
