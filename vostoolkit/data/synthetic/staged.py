"""Staged scenes: one or two things that stand on even ground before a wall, as most clips have."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from vostoolkit.arrays import Size
from vostoolkit.data.synthetic.body import Body, Part, Skin, moved
from vostoolkit.data.synthetic.casting import Wardrobe, random_camera, random_lens
from vostoolkit.data.synthetic.cutouts import cutout_part
from vostoolkit.data.synthetic.figures import beast, furniture, vehicle, walker
from vostoolkit.data.synthetic.motion import wander
from vostoolkit.data.synthetic.places import place
from vostoolkit.data.synthetic.scene import Scene
from vostoolkit.data.synthetic.textures import Texture, recoloured
from vostoolkit.data.synthetic.workshop import Workshop

_WIDER = 1.35


@dataclass(frozen=True)
class Staging:
    """How staged scenes are drawn: sizes are heights of things as fractions of the short side.

    `cutouts` is the share of things that are cut out of pictures, the others are figures.
    """

    smallest: float = 0.14
    largest: float = 0.95
    cutouts: float = 0.4
    extras: float = 0.4


STAGED = Staging()
"""Things of several materials, lit from one side, alone or in pairs on even ground."""


def staged_scene(
    rng: np.random.Generator, wardrobe: Wardrobe, *, objects: int, staging: Staging, size: Size
) -> Scene:
    """A scene with labels 1 to `objects` and at most one distractor, the nearest painted last."""
    spread = np.array([size.width, size.height]) / min(size)
    where = place(rng, wardrobe.stock)
    scale = _WIDER * float(spread.max()) / len(where.picture)
    middle = len(where.picture) / 2
    horizon = (where.foot - middle) * scale
    skins = _Cloths(rng, wardrobe, where.picture)
    labels = [*range(1, objects + 1), *([0] if rng.random() < staging.extras else [])]
    stood = [(_standing(rng, skins, staging, spread, horizon), label) for label in labels]
    linear = np.eye(2) * scale
    is_sunny = rng.random() < 0.5
    sun = (float(rng.normal(0, 0.6)), float(rng.uniform(-0.45, 0.3)))
    return Scene(
        background=where.picture,
        background_pose=np.column_stack([linear, -linear @ (middle, middle)]),
        bodies=tuple((body, label) for (_, body), label in sorted(stood, key=lambda s: s[0][0])),
        camera=random_camera(rng),
        lens=random_lens(rng),
        cast_shadow=float(rng.uniform(0.25, 0.75)) if is_sunny else 0.0,
        sun=sun,
    )


@dataclass(frozen=True, eq=False)
class _Cloths:
    """Hands out nearly plain materials, now and then one that resembles the background."""

    rng: np.random.Generator
    wardrobe: Wardrobe
    background: Texture

    def __call__(self) -> Texture:
        chance = self.rng.random()
        if chance < 0.8:
            return self.wardrobe.cloth()
        return self.wardrobe.pick() if chance < 0.92 else recoloured(self.rng, self.background)


def _standing(
    rng: np.random.Generator, skin: Skin, staging: Staging, spread: np.ndarray, horizon: float
) -> tuple[float, Body]:
    """How low its feet are in the view, and the body; who stands lower is nearer and larger."""
    low = min(max(horizon + 0.04, -0.5), 0.4)
    feet = float(rng.uniform(low, 0.6))
    near = (feet - low) / (0.6 - low)
    growth = staging.largest / staging.smallest
    height = staging.smallest * growth ** float(rng.uniform(0, 0.45 + 0.55 * near))
    radius, liveliness = height / 1.8, float(rng.choice([0.3, 1.0, 2.0]))
    parts = _parts(rng, skin, radius, liveliness, staging.cutouts)
    body = Body(
        parts=_lit(rng, parts, radius) if rng.random() < 0.75 else parts,
        x=wander(rng, float(rng.uniform(-0.42, 0.42) * spread[0]), swing=0.06 * liveliness),
        y=wander(rng, 0.0, swing=0.02 * liveliness),
        angle=wander(rng, float(rng.normal(0, 0.06)), swing=0.04 * liveliness),
        log_scale=wander(rng, 0.0, velocity=0.002, swing=0.06 * liveliness),
        log_squash=wander(rng, float(rng.normal(0, 0.1)), swing=0.04),
        follows_scene=True,
        opacity=float(rng.uniform(0.45, 0.9)) if rng.random() < 0.1 else 1.0,
        is_mirrored=bool(rng.random() < 0.5),
    )
    lowest = np.concatenate(body.silhouette(0.0, body.pose(0.0)))[:, 1].max()
    return feet, replace(body, y=replace(body.y, start=feet - float(lowest)))


def _parts(
    rng: np.random.Generator, skin: Skin, radius: float, liveliness: float, cutouts: float
) -> tuple[Part, ...]:
    if rng.random() < cutouts:
        return (cutout_part(rng, skin, radius=radius),)
    kinds: tuple[Callable[[Workshop], list[Part]], ...] = (
        walker, walker, walker, walker, beast, beast, vehicle, vehicle, furniture, furniture,
    )  # fmt: skip
    return tuple(kinds[rng.integers(len(kinds))](Workshop(rng, skin, radius, liveliness)))


def _lit(rng: np.random.Generator, parts: tuple[Part, ...], radius: float) -> tuple[Part, ...]:
    """The parts in one light: a bright side that may be in glare and a dark one, softly or not."""
    angle, softness = rng.uniform(0, 2 * math.pi), rng.choice([0.05, 0.3, 0.8])
    dark, bright = rng.uniform(0.35, 0.85), rng.uniform(1.0, 1.8)
    border = rng.normal(0, 0.35)

    def shone(part: Part) -> Part:
        side = len(part.patch)
        grid = np.linspace(-part.extent, part.extent, side)
        x, y = np.meshgrid(grid, grid)
        at = moved(np.stack([x.ravel(), y.ravel()], axis=1), part.pose(0.0)) / radius
        along = at @ (math.cos(angle), math.sin(angle)) - border
        light = dark + (bright - dark) / (1 + np.exp(-np.clip(along / softness, -30, 30)))
        patch = np.clip(part.patch * light.reshape(side, side, 1), 0, 255).astype(np.uint8)
        return replace(part, patch=patch)

    return tuple(shone(part) for part in parts)
