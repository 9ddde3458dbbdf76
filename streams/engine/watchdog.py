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
    answered: bool
    """The broker has told the topics' ends when it was last asked. While it cannot be asked nobody would do better."""
    unread: int
    """Records known to be unread."""
    admitted: int
    """Records admitted since the start."""
    recovered: int
    """Journeys and records read by recoveries since the start."""
    checkpoint: int | None
    """Which is under way."""


class Watchdog:
    def __init__(self, patience: int) -> None:
        """`patience` in milliseconds."""
        self._patience = patience
        self._last: Signs | None = None
        self._since = 0
        self._checkpoint_since = 0

    def look(self, now: int, signs: Signs) -> str | None:
        """Why the worker must end, if it must; `now` in milliseconds of any clock that only goes forward."""
        if signs.coordination_ended:
            return LOST_GROUP
        last, self._last = self._last, signs
        if last is None or self._moved(last, signs) or (signs.working and (signs.unread == 0 or not signs.answered)):
            self._since = now
        if last is None or signs.checkpoint is None or signs.checkpoint != last.checkpoint or not signs.answered:
            self._checkpoint_since = now
        seconds = self._patience // 1000
        if now - self._checkpoint_since >= self._patience:
            return f"a checkpoint has not ended for {seconds} s"
        if now - self._since < self._patience:
            return None
        if signs.working:
            return f"nothing has been read for {seconds} s, and {signs.unread} records are unread"
        return f"no partition numbers have been assigned and recovered for {seconds} s"

    @staticmethod
    def _moved(last: Signs, signs: Signs) -> bool:
        return (last.working, last.admitted, last.recovered) != (signs.working, signs.admitted, signs.recovered)
