"""One file a detector; all are found by folder: a class with a `name` in a module of that name."""

from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from pydantic import ValidationError

from schemas.policy import Policy
from streams.detection.detector import Detector, DetectorPolicy


class PolicyMistake(Exception):
    """The section of a detector is wrong. `path`: the keys down to it; `message`: what is wrong there."""

    def __init__(self, path: tuple[str | int, ...], message: str) -> None:
        super().__init__(f"{'.'.join(map(str, path))}: {message}")
        self.path = path
        self.message = message


def _found() -> dict[str, type[Detector[Any]]]:
    detectors: dict[str, type[Detector[Any]]] = {}
    for module in iter_modules(__path__):
        for member in vars(import_module(f"{__name__}.{module.name}")).values():
            if isinstance(member, type) and getattr(member, "name", None) == module.name:
                detectors[module.name] = member
    return dict(sorted(detectors.items(), key=lambda item: (item[1].order, item[0])))


DETECTORS = _found()
"""By name, in the order in which they hear of a touchpoint."""


def sections() -> dict[str, type[DetectorPolicy]]:
    """What the policy file's `detectors` may hold."""
    return {name: detector.Policy for name, detector in DETECTORS.items()}


def load(policy: Policy) -> tuple[Detector[Any], ...]:
    """The enabled detectors, in their order. PolicyMistake tells the first mistake in their sections."""
    for name in policy.detectors:
        if name not in DETECTORS:
            raise PolicyMistake(("detectors", name), f"there is no such detector; there are {', '.join(DETECTORS)}")
    loaded = []
    for name, detector in DETECTORS.items():
        try:
            section = detector.Policy.model_validate(policy.detectors.get(name, {}))
        except ValidationError as mistakes:
            first = mistakes.errors()[0]
            raise PolicyMistake(("detectors", name, *first["loc"]), first["msg"]) from None
        if section.enabled:
            loaded.append(detector(section))
    return tuple(loaded)
