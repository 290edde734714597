"""Where the parts of figures are made: limbs on joints, pieces, and the outlines they have."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64

from vostoolkit.data.synthetic.body import Part, Skin, patch_of
from vostoolkit.data.synthetic.motion import Path, wander
from vostoolkit.data.synthetic.shapes import Outline
from vostoolkit.data.synthetic.textures import Texture

_STILL: Float64[np.ndarray, "1 4"] = np.zeros((1, 4))


@dataclass(frozen=True, eq=False)
class Workshop:
    """Makes parts of a figure whose radius is `radius` scene units."""

    rng: np.random.Generator
    skin: Skin
    radius: float
    liveliness: float

    def uniform(self, low: float, high: float) -> float:
        """A random number."""
        return float(self.rng.uniform(low, high))

    def piece(
        self,
        shape: Outline,
        material: Texture,
        place: tuple[float, float] = (0.0, 0.0),
        *,
        angle: float = 0.0,
        parent: Part | None = None,
    ) -> Part:
        """A part that keeps its place on the figure, or on its parent."""
        return self._part(shape, material, place, reach=0.0, swing=Path(angle), parent=parent)

    def limb(
        self,
        material: Texture,
        joint: tuple[float, float],
        *,
        length: float,
        width: float,
        angle: float,
        sway: float = 0.3,
        parent: Part | None = None,
    ) -> Part:
        """A tapered limb that swings around the joint, at the end of its parent if it has one."""
        swing = wander(self.rng, angle, swing=sway * self.liveliness, periods=(10.0, 60.0))
        shape = capsule(length, width, width * self.uniform(0.55, 1.0))
        if parent is not None:
            joint = (parent.reach / self.radius, 0.0)
        return self._part(shape, material, joint, reach=length / 2, swing=swing, parent=parent)

    def _part(
        self,
        shape: Outline,
        material: Texture,
        joint: tuple[float, float],
        *,
        reach: float,
        swing: Path,
        parent: Part | None,
    ) -> Part:
        scaled = shape * self.radius
        return Part(
            shape=scaled,
            joint=(joint[0] * self.radius, joint[1] * self.radius),
            reach=reach * self.radius,
            swing=swing,
            waves=_STILL,
            patch=patch_of(self.rng, material, shade=bool(self.rng.random() < 0.7)),
            extent=1.2 * float(np.abs(scaled).max()),
            parent=parent,
        )


def capsule(length: float, start: float, end: float) -> Outline:
    """A rounded bar along x around the origin, `start` wide on the left and `end` on the right."""
    turn = np.linspace(-math.pi / 2, math.pi / 2, 7)
    right = np.stack([length / 2 + 0.5 * end * np.cos(turn), 0.5 * end * np.sin(turn)], axis=1)
    left = np.stack([-length / 2 - 0.5 * start * np.cos(turn), -0.5 * start * np.sin(turn)], axis=1)
    return np.concatenate([right, left])


def ring(outer: Outline, share: float) -> Outline:
    """The outline with a hole of its own form, `share` as large; one polygon that meets itself."""
    closed = np.concatenate([outer, outer[:1]])
    return np.concatenate([closed, closed[::-1] * share])


def box(width: float, height: float, *, top: float = 1.0) -> Outline:
    """A box around the origin whose upper edge is `top` times as wide as the lower one."""
    x, y = width / 2, height / 2
    return np.array([(-x, y), (-x * top, -y), (x * top, -y), (x, y)], np.float64)


def ellipse(x: float, y: float) -> Outline:
    """An ellipse around the origin with these half axes."""
    angle = np.linspace(0, 2 * math.pi, 20, endpoint=False)
    return np.stack([x * np.cos(angle), y * np.sin(angle)], axis=1)
