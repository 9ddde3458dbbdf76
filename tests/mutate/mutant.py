"""A deliberate breakage of the source, and the test that must notice it."""

from dataclasses import dataclass

LAWS = "tests/detection/laws/"
TABLES = "tests/detection/"


@dataclass(frozen=True)
class Mutant:
    name: str
    """What is broken, in words."""
    path: str
    old: str
    """Stands exactly once in the file; lines are found whatever their indentation."""
    new: str
    caught_by: str
    """A test by its node id; one function of laws or one case of a table."""


class NoLongerApplies(Exception):
    """The source has changed: the mutant has to be written anew."""


def broken(source: str, mutant: Mutant) -> str:
    if (times := source.count(mutant.old)) != 1:
        raise NoLongerApplies(f"{mutant.name}: what is to be replaced stands {times} times in {mutant.path}")
    return source.replace(mutant.old, mutant.new)
