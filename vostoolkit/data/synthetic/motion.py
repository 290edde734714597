"""Smooth scalar motion over time: every pose of a synthetic scene is a handful of paths."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64


@dataclass(frozen=True)
class Path:
    """A value over time: a straight line plus two slow swings, equal to `start` at time 0."""

    start: float
    velocity: float = 0.0
    swings: tuple[float, float] = (0.0, 0.0)
    rates: tuple[float, float] = (0.0, 0.0)
    phases: tuple[float, float] = (0.0, 0.0)

    def __call__(self, time: float) -> float:
        """The value at `time`, in frames."""
        value = self.start + self.velocity * time
        for swing, rate, phase in zip(self.swings, self.rates, self.phases, strict=True):
            value += swing * (math.sin(rate * time + phase) - math.sin(phase))
        return value


def wander(
    rng: np.random.Generator,
    start: float,
    *,
    velocity: float = 0.0,
    swing: float = 0.0,
    periods: tuple[float, float] = (17.0, 100.0),
) -> Path:
    """A random path: `velocity` and `swing` are standard deviations, `periods` in frames."""
    low, high = (2 * math.pi / period for period in reversed(periods))
    swings = rng.normal(0, swing, 2) if swing else np.zeros(2)
    rates, phases = rng.uniform(low, high, 2), rng.uniform(0, 2 * math.pi, 2)
    return Path(
        start,
        float(rng.normal(0, velocity)) if velocity else 0.0,
        (float(swings[0]), float(swings[1])),
        (float(rates[0]), float(rates[1])),
        (float(phases[0]), float(phases[1])),
    )


def rotation(angle: float) -> Float64[np.ndarray, "2 2"]:
    """The matrix that turns column vectors (x, y) by `angle` radians."""
    cosine, sine = math.cos(angle), math.sin(angle)
    return np.array([[cosine, -sine], [sine, cosine]])
