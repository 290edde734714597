"""Procedural clips with exact ground truth, drawn from nothing but a seed."""

from vostoolkit.data.synthetic.casting import EASY, LIFELIKE, MIXED, Difficulty
from vostoolkit.data.synthetic.clip import (
    EVALUATION_SEEDS,
    TRAINING_SEEDS,
    SyntheticClip,
    SyntheticVideo,
    synthetic_clip,
)
from vostoolkit.data.synthetic.demo import demo_clip
from vostoolkit.data.synthetic.staged import STAGED, Staging

__all__ = [
    "EASY",
    "EVALUATION_SEEDS",
    "LIFELIKE",
    "MIXED",
    "STAGED",
    "TRAINING_SEEDS",
    "Difficulty",
    "Staging",
    "SyntheticClip",
    "SyntheticVideo",
    "demo_clip",
    "synthetic_clip",
]
