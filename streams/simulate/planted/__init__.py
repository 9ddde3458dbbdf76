"""Labelled faults, and near misses beside them; a plant's label is its function's name."""

from collections.abc import Callable, Container
from itertools import chain, zip_longest

from streams.simulate.planted import conflicting_claims, first_response, purchase_abandonment, resolution
from streams.simulate.story import Story
from streams.simulate.truth import Detector

Written = Callable[[Story], None]


_PLANTS: dict[Detector, tuple[Written, ...]] = {
    "first_response": first_response.PLANTED,
    "conflicting_claims": conflicting_claims.PLANTED,
    "purchase_abandonment": purchase_abandonment.PLANTED,
    "resolution": resolution.PLANTED,
}


def plants(detectors: Container[Detector]) -> tuple[Written, ...]:
    """One of each detector's after the other, so that a few plants show something of all of them."""
    families = [family for detector, family in _PLANTS.items() if detector in detectors]
    return tuple(plant for plant in chain.from_iterable(zip_longest(*families)) if plant is not None)


def visitors_plants(detectors: Container[Detector]) -> tuple[Written, ...]:
    """Those in which only the browser is known."""
    return purchase_abandonment.VISITORS if "purchase_abandonment" in detectors else ()
