"""A YAML document with the place of each of its parts, so that a mistake can be shown where it stands."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any
from warnings import catch_warnings, simplefilter

from msgspec import Struct
from ruamel.yaml import YAML
from ruamel.yaml.constructor import ConstructorError, SafeConstructor
from ruamel.yaml.error import MarkedYAMLError, ReusedAnchorWarning, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

Path = tuple[str | int, ...]
"""Keys and list indices from the document's top."""


class Place(Struct, frozen=True, order=True):
    """Counted from 1, as editors do."""

    line: int
    column: int


class Slip(Struct, frozen=True):
    """What is wrong with the YAML itself."""

    place: Place | None
    path: Path
    message: str


class Exact(SafeConstructor):
    """Reads fractions as decimals: 0.01 is a hundredth, not the binary number next to it."""

    def construct_object(self, node: Node, deep: bool = False) -> Any:  # noqa: FBT001, FBT002  the library's signature
        try:
            return super().construct_object(node, deep)
        except (ValueError, LookupError):  # 2026-02-30, or what a tag promises and the text is not
            if not isinstance(node, ScalarNode):
                raise
            kind = str(node.tag).rpartition(":")[2]
            raise ConstructorError(None, None, f"{node.value} is no {kind}", node.start_mark) from None

    def construct_fraction(self, node: ScalarNode) -> Decimal | float:
        try:
            return Decimal(node.value.replace("_", ""))
        except InvalidOperation:  # .inf and .nan
            return float(self.construct_yaml_float(node))


Exact.add_constructor("tag:yaml.org,2002:float", Exact.construct_fraction)


class Document:
    """`content` is None where the YAML has slips that leave nothing to read."""

    def __init__(self, text: str) -> None:
        self.content: Any = None
        self.slips: list[Slip] = []
        self._keys: dict[Path, Place] = {}
        self._values: dict[Path, Place] = {}
        self._readable = True
        yaml = YAML(typ="safe", pure=True)
        yaml.Constructor = Exact
        yaml.allow_duplicate_keys = True  # so that all of them are found, below
        try:
            with catch_warnings():
                simplefilter("ignore", ReusedAnchorWarning)  # the later one counts, as YAML has it
                top = yaml.compose(text)
            if top is not None:
                self._survey(top, (), ())
            if self._readable and top is not None:
                self.content = yaml.constructor.construct_document(top)
        except MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            self.slips.append(Slip(_place(mark) if mark else None, (), _said(error)))
        except YAMLError as error:
            self.slips.append(Slip(None, (), f"is not YAML: {str(error).splitlines()[0]}"))
        except RecursionError:
            self.slips.append(Slip(None, (), "is nested too deeply"))

    def place(self, path: Path, *, of_key: bool = False) -> Place | None:
        """Of the value at `path`, or of its key; of the nearest part around it where it is not in the document."""
        if of_key and path in self._keys:
            return self._keys[path]
        while path and path not in self._values:
            path = path[:-1]
        return self._values.get(path)

    def holds(self, path: Path) -> bool:
        return path in self._values or path in self._keys

    def _survey(self, node: Node, path: Path, around: tuple[int, ...]) -> None:
        """Notes the places of all parts, and what the library would not say well."""
        if id(node) in around:
            self._unreadable(node, path, "is an alias of something that it is a part of")
            return
        self._values[path] = _place(node.start_mark)
        for part, value in self._parts(node, path):
            self._survey(value, part, (*around, id(node)))

    def _unreadable(self, node: Node, path: Path, message: str) -> None:
        self.slips.append(Slip(_place(node.start_mark), path, message))
        self._readable = False

    def _parts(self, node: Node, path: Path) -> Iterator[tuple[Path, Node]]:
        if isinstance(node, SequenceNode):
            yield from (((*path, index), item) for index, item in enumerate(node.value))
        if not isinstance(node, MappingNode):
            return
        here: dict[Path, Place] = {}
        for key, value in node.value:
            if not isinstance(key, ScalarNode):
                self._unreadable(key, path, "has a list or a mapping where a name must stand")
                continue
            part, place = (*path, key.value), _place(key.start_mark)
            if part in here:
                self.slips.append(Slip(place, part, f"stands here a second time; the first is in line {here[part].line}"))
            self._keys[part] = here.setdefault(part, place)
            yield part, value
            if isinstance(value, ScalarNode) and not value.value:
                self._values[part] = place  # nothing is written there: its mark is that of whatever comes next


def _place(mark: Any) -> Place:
    return Place(mark.line + 1, mark.column + 1)


def _said(error: MarkedYAMLError) -> str:
    context = f" {error.context}" if error.context and error.context_mark else ""
    where = f" that begins in line {error.context_mark.line + 1}" if context else ""
    return f"is not YAML: {error.problem}{context}{where}"


def written(value: object) -> str:
    """A scalar as one would find it in the file; nothing for what is longer than a line."""
    match value:
        case None:
            return "nothing"
        case bool():
            return str(value).lower()
        case int() | float() | str():
            return repr(value) if len(repr(value)) <= 60 else ""
        case Decimal():
            return str(value)
        case date():
            return f"the date {value.isoformat()}"
        case list():
            return "a list"
        case dict():
            return "a mapping"
        case _:
            return ""
