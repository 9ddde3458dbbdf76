"""One file a detector; all are found by folder: a class with a `name` in a module of that name."""

from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from pydantic import ValidationError

from schemas.policy import Policy
from schemas.violation import first_violation
from streams.detection.detector import Detector, DetectorPolicy


class PolicyMistake(Exception):
    """The section of a detector is wrong: where, and what."""


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
            raise PolicyMistake(f"detectors.{name}: there is no such detector; there are {', '.join(DETECTORS)}")
    loaded = []
    for name, detector in DETECTORS.items():
        try:
            section = detector.Policy.model_validate(policy.detectors.get(name, {}))
        except ValidationError as mistakes:
            first = first_violation(mistakes)
            where = f"detectors.{name}.{first.path}".rstrip(".")
            raise PolicyMistake(f"{where}: {first.reason}") from None
        if section.enabled:
            loaded.append(detector(section))
    return tuple(loaded)
