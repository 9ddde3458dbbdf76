"""Every touchpoint type, found by folder: a module a family, a model a type."""

from importlib import import_module
from pkgutil import iter_modules

from schemas.touchpoint import TYPE_PREFIX, TouchpointData

FAMILIES: dict[str, tuple[type[TouchpointData], ...]] = {}
"""The types of each family, by module name."""

TYPES: dict[str, type[TouchpointData]] = {}
"""By CloudEvents type: `io.throughline.message.sent.v1`."""

for _module in sorted(module.name for module in iter_modules(__path__)):
    _family = tuple(
        model
        for model in vars(import_module(f"{__name__}.{_module}")).values()
        if isinstance(model, type)
        and issubclass(model, TouchpointData)
        and "TYPE" in vars(model)
        and model.__module__.endswith(f".{_module}")
    )
    FAMILIES[_module] = _family
    for _model in _family:
        TYPES[f"{TYPE_PREFIX}{_model.TYPE}.v1"] = _model
