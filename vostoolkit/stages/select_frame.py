"""The frame selectors: which frame a person should annotate next, each by other means."""

from vostoolkit.stages.select_frame_keys import KeyDissimilarity
from vostoolkit.stages.select_frame_quality import QualityDistance
from vostoolkit.stages.select_frame_simple import HighestScore, RandomFrames, UniformFrames

__all__ = ["HighestScore", "KeyDissimilarity", "QualityDistance", "RandomFrames", "UniformFrames"]
