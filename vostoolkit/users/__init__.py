"""Simulated people: they answer requests from ground truth, or not at all."""

from vostoolkit.users.costs import SECONDS, cost_s
from vostoolkit.users.davis_robot import ScribbleRobot, ScribblingUser
from vostoolkit.users.nobody import Nobody
from vostoolkit.users.simulated import SimulatedUser
from vostoolkit.users.truth import GroundTruth

__all__ = [
    "SECONDS",
    "GroundTruth",
    "Nobody",
    "ScribbleRobot",
    "ScribblingUser",
    "SimulatedUser",
    "cost_s",
]
