"""Chance that repeats itself."""

from random import Random


def chance(*names: str | int) -> Random:
    """Drawn from the names alone, on every machine."""
    return Random(":".join(map(str, names)))  # noqa: S311  # repeatable on purpose
