"""Simulated people: they answer requests from ground truth, or not at all."""

from vostoolkit.users.costs import ANNOTATION_S, SECONDS, cost_s
from vostoolkit.users.davis_robot import ScribbleRobot, ScribblingUser
from vostoolkit.users.eva import EvaAnnotator
from vostoolkit.users.eva_rounds import EvaRounds
from vostoolkit.users.imperfect import ImperfectUser
from vostoolkit.users.nobody import Nobody
from vostoolkit.users.rounds import RoundUser
from vostoolkit.users.simulated import SimulatedUser
from vostoolkit.users.truth import GroundTruth
from vostoolkit.users.worst_frame import WorstFrame

__all__ = [
    "ANNOTATION_S",
    "SECONDS",
    "EvaAnnotator",
    "EvaRounds",
    "GroundTruth",
    "ImperfectUser",
    "Nobody",
    "RoundUser",
    "ScribbleRobot",
    "ScribblingUser",
    "SimulatedUser",
    "WorstFrame",
    "cost_s",
]
