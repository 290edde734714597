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

__all__ = [
    "EASY",
    "EVALUATION_SEEDS",
    "LIFELIKE",
    "MIXED",
    "TRAINING_SEEDS",
    "Difficulty",
    "SyntheticClip",
    "SyntheticVideo",
    "demo_clip",
    "synthetic_clip",
]
