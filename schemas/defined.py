"""What pydantic makes of a msgspec Struct that is annotated for both: it says what is wrong with an event, and writes the JSON Schema."""

import ast
import inspect
from functools import cache
from textwrap import dedent
from typing import Any, get_type_hints

from msgspec import NODEFAULT, Struct
from msgspec.structs import asdict, fields
from pydantic import BaseModel, ConfigDict, Field, GetCoreSchemaHandler, TypeAdapter, create_model
from pydantic_core import CoreSchema, core_schema

_CONFIG = ConfigDict(extra="ignore", strict=True, frozen=True)


class Defined(Struct, frozen=True, gc=False, array_like=True):
    """A Struct whose annotations are pydantic's: strict about what they name, tolerant of what else is sent."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_wrap_validator_function(
            lambda value, read: value if type(value) is cls else cls(**dict(read(value))),
            handler.generate_schema(model_of(cls)),
            serialization=core_schema.plain_serializer_function_ser_schema(lambda data: as_model(data).model_dump(mode="json")),
        )


@cache
def adapter(of: type[Defined]) -> TypeAdapter[Any]:
    return TypeAdapter(of)


@cache
def model_of(struct: type[Struct]) -> type[BaseModel]:
    """A pydantic model with its fields, defaults and docstrings."""
    hints, said = get_type_hints(struct, include_extras=True), _docstrings(struct)
    made: dict[str, Any] = {}
    for field in fields(struct):
        default = ... if field.required else field.default if field.default is not NODEFAULT else field.default_factory()
        made[field.name] = (hints[field.name], Field(default, description=said.get(field.name)))
    doc = vars(struct).get("__doc__")
    return create_model(struct.__name__, __config__=_CONFIG, __doc__=doc, __module__=struct.__module__, **made)


def as_model(data: Struct) -> BaseModel:
    """As pydantic writes it: `model_dump`."""
    return model_of(type(data)).model_construct(**asdict(data))


def _docstrings(struct: type[Struct]) -> dict[str, str]:
    """The texts that stand below the fields."""
    (definition,) = ast.parse(dedent(inspect.getsource(struct))).body
    if not isinstance(definition, ast.ClassDef):
        raise TypeError(f"{struct.__name__} is no class")
    found = {}
    for field, below in zip(definition.body, definition.body[1:], strict=False):
        match field, below:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text))):
                found[name] = inspect.cleandoc(text)
    return found
