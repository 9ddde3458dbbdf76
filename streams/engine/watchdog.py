"""A worker that is up and does nothing is worse than one that ends: it is ended, and its successor begins at the last checkpoint.

After some errors of the group's coordinator Faust stays up, idle and silent for ever.
"""

from dataclasses import dataclass

LOST_GROUP = "the worker has lost its consumer group"


@dataclass(frozen=True, slots=True)
class Signs:
    coordination_ended: bool
    """The task that keeps the worker in its group has died."""
    working: bool
    """Partition numbers are assigned and recovered."""
    unread: int
    """Records known to be unread; 0 while the broker cannot be asked, as then nobody would do better."""
    admitted: int
    """Records admitted since the start."""
    recovered: int
    """Journeys and records read by recoveries since the start."""


class Watchdog:
    def __init__(self, patience: int) -> None:
        """`patience` in milliseconds."""
        self._patience = patience
        self._last: Signs | None = None
        self._since = 0

    def look(self, now: int, signs: Signs) -> str | None:
        """Why the worker must end, if it must; `now` in milliseconds of any clock that only goes forward."""
        if signs.coordination_ended:
            return LOST_GROUP
        if self._last is None or self._moved(self._last, signs) or (signs.working and signs.unread == 0):
            self._since = now
        self._last = signs
        if now - self._since < self._patience:
            return None
        if signs.working:
            return f"nothing has been read for {self._patience // 1000} s, and {signs.unread} records are unread"
        return f"no partition numbers have been assigned and recovered for {self._patience // 1000} s"

    @staticmethod
    def _moved(last: Signs, signs: Signs) -> bool:
        return (last.working, last.admitted, last.recovered) != (signs.working, signs.admitted, signs.recovered)
