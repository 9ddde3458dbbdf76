"""Events that are right, read in one go: what pydantic takes three steps and four times as long for.

The types' annotations define what an event is, and pydantic says what is wrong with one. Here they are read for msgspec: whatever it
accepts, pydantic accepts, and both make the same of it. What it does not accept is left to pydantic.
"""

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, NamedTuple, Union, cast, get_args, get_origin, get_type_hints

import msgspec
from msgspec import UNSET, DecodeError, Meta, Struct, UnsetType, defstruct
from msgspec.json import Decoder
from msgspec.structs import FieldInfo as Part
from msgspec.structs import astuple, fields
from pydantic import BeforeValidator, ConfigDict, PlainValidator, StringConstraints, TypeAdapter
from pydantic.fields import FieldInfo

from schemas.envelope import LARGEST, Attributes, in_headers, too_deep
from schemas.instant import parse_instant
from schemas.touchpoint import Refused, TouchpointData
from schemas.touchpoints import TYPES
from schemas.values import Number

Convert = Callable[[Any], Any]
"""Raises ValueError."""


class Wire(NamedTuple):
    """How msgspec reads a value, and what becomes of it then."""

    type: Any
    convert: Convert | None = None
    optional: bool = False
    """Whether null may stand for it, of which nothing has to become."""


class Right(Attributes, gc=False):
    """An event of one type; its subclasses have its `data`."""

    data: Any = None


def read_right(value: bytes | None, headers: Iterable[tuple[str, Any]]) -> tuple[Attributes, TouchpointData] | None:
    """None where it has to be looked at more closely."""
    if value is None or len(value) > LARGEST or too_deep(value):
        return None
    attributes = in_headers(headers) if headers else None
    try:
        if attributes is not None:
            return _binary(attributes, value)
        event = _event_of(value)
        data = event.data
        return None if data is None else (event, _made_of[type(event)](data))
    except (DecodeError, ValueError, ArithmeticError):
        return None


def _binary(attributes: Mapping[str, str] | Refused, value: bytes) -> tuple[Attributes, TouchpointData] | None:
    if isinstance(attributes, Refused) or (read := _data_of.get(attributes.get("type", ""))) is None:
        return None
    return msgspec.convert(attributes, Attributes), read(value)


def _struct(model: type[TouchpointData]) -> Wire:
    hints = get_type_hints(model, include_extras=True)
    wires = [_wire(hints[part.name]) for part in fields(model)]
    parts = [_part(part, wire.type) for part, wire in zip(fields(model), wires, strict=True)]
    converted = [(n, wire.convert, wire.optional) for n, wire in enumerate(wires) if wire.convert]
    defaults = {n: part.default for n, part in enumerate(fields(model)) if not part.required}

    def made(read: Struct) -> TouchpointData:
        return model(*astuple(read))

    def converting(read: Struct) -> TouchpointData:
        values = list(astuple(read))
        for n, of_wire, optional in converted:
            if (value := values[n]) is not None or not optional:
                values[n] = defaults[n] if value is UNSET else of_wire(value)
        return model(*values)

    return Wire(defstruct(model.__name__, parts, gc=False), converting if converted else made)


def _part(part: Part, kind: Any) -> tuple[str, Any] | tuple[str, Any, Any]:
    if part.required:
        return part.name, kind
    return (part.name, kind | UnsetType, UNSET) if isinstance(part.default, TouchpointData) else (part.name, kind, part.default)


def _wire(annotation: Any) -> Wire:
    if get_origin(annotation) in (Union, UnionType) and len(get_args(annotation)) == 2 and NoneType in get_args(annotation):
        wire = _wire(next(part for part in get_args(annotation) if part is not NoneType))
        return Wire(wire.type if wire.type is Any else wire.type | None, wire.convert, optional=True)
    if annotation is bool or get_origin(annotation) is Literal:
        return Wire(annotation)
    if isinstance(annotation, type) and issubclass(annotation, TouchpointData):
        return _struct(annotation)
    if get_origin(annotation) is Annotated:
        base, *rules = get_args(annotation)
        match rules:
            case [StringConstraints(strip_whitespace=None, to_upper=None, to_lower=None) as rule] if base is str:
                return Wire(Annotated[str, Meta(min_length=rule.min_length, max_length=rule.max_length, pattern=_pattern(rule))])
            case [Number() as number]:
                return Wire(Any, number.read)
            case [PlainValidator(func=read), *_]:
                return Wire(Any, cast("Convert", read))  # it takes no ValidationInfo, as none of ours does
            case [BeforeValidator(func=read), *_] if read is parse_instant:
                return Wire(Any, read)
            case [FieldInfo() as info, *_] if get_origin(base) is tuple:
                return _several(_wire(get_args(base)[0]), info)
    return Wire(Any, TypeAdapter(annotation, config=ConfigDict(strict=True)).validate_python)


def _several(each: Wire, info: FieldInfo) -> Wire:
    (most,) = (rule.max_length for rule in info.metadata if hasattr(rule, "max_length"))
    convert = each.convert
    several: Any = tuple.__class_getitem__((each.type, ...))
    return Wire(Annotated[several, Meta(max_length=most)], convert and (lambda values: tuple([convert(value) for value in values])))


def _pattern(rule: StringConstraints) -> str | None:
    """The `$` of pydantic is the end of the text; Python's is also before a last newline."""
    pattern = rule.pattern
    return pattern and str(pattern).removesuffix("$") + r"\Z"


def _event(name: str, wire: Wire) -> type[Right]:
    return cast("type[Right]", defstruct(name, [("data", wire.type | None, None)], bases=(Right,), tag_field="type", tag=name, gc=False))


def _data(wire: Wire) -> Callable[[bytes], TouchpointData]:
    decode, made = Decoder(wire.type, float_hook=Decimal).decode, cast("Convert", wire.convert)
    return lambda value: cast("TouchpointData", made(decode(value)))


_wires = {name: _struct(model) for name, model in TYPES.items()}
_events = {name: _event(name, wire) for name, wire in _wires.items()}
_made_of: dict[type[Right], Convert] = {_events[name]: wire.convert for name, wire in _wires.items() if wire.convert}
_event_of = Decoder(Union[tuple(_events.values())], float_hook=Decimal).decode  # noqa: UP007 -- made at run time
_data_of = {name: _data(wire) for name, wire in _wires.items()}
