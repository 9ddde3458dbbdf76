"""Believable traffic with labelled faults and near misses. It shares no logic with the detectors: the truth is planted, not derived."""

from streams.simulate.plan import Plan
from streams.simulate.story import Line
from streams.simulate.targets import Targets
from streams.simulate.traffic import simulate
from streams.simulate.truth import Planted

__all__ = ["Line", "Plan", "Planted", "Targets", "simulate"]
