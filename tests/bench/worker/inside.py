"""What of a worker cannot be seen from outside."""

from msgspec import Struct


class Inside(Struct, frozen=True):
    at: int
    """Milliseconds since the epoch."""
    tasks: int
    stall_ms: float
    """How late the latest timer was since the last line, without the time in which the loop had no core."""
    starved_ms: float
    """How long it had none since the last line."""
