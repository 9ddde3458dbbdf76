"""Python's collector of cycles, which by default looks at all journeys again and again: a fifth of a worker's time, and it finds none."""

import gc

NEW_OBJECTS = 100_000
"""So many are made before the youngest are looked at."""


def seldom() -> None:
    """From the start on: a recovery makes a million objects that are gone at once."""
    gc.set_threshold(NEW_OBJECTS, 20, 50)


def spare() -> None:
    """Everything that is there now is left out of every later collection; for when what will stay has just been read.

    What it spared before is looked at once more: an earlier assignment's clients are cycles.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()
