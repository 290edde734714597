"""Staged scenes: one or two things that stand on even ground before a wall, as most clips have."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import cv2
import numpy as np
from jaxtyping import Float64

from vostoolkit.arrays import Size
from vostoolkit.data.synthetic.body import Body, Part, Skin, moved
from vostoolkit.data.synthetic.casting import Wardrobe, random_camera, random_lens
from vostoolkit.data.synthetic.cutouts import cutout_part
from vostoolkit.data.synthetic.figures import beast, furniture, vehicle, walker
from vostoolkit.data.synthetic.motion import wander
from vostoolkit.data.synthetic.places import place
from vostoolkit.data.synthetic.portraits import car, player, seat
from vostoolkit.data.synthetic.scene import Scene
from vostoolkit.data.synthetic.shapes import Outline
from vostoolkit.data.synthetic.textures import Texture, recoloured
from vostoolkit.data.synthetic.workshop import Workshop

_WIDER = 1.35
_KINDS: tuple[Callable[[Workshop], list[Part]], ...] = (
    walker, walker, player, player, player, beast, beast, vehicle, car, car, car, furniture, seat,
    seat,
)  # fmt: skip


@dataclass(frozen=True)
class Staging:
    """How staged scenes are drawn: sizes are heights of things as fractions of the short side.

    `cutouts` is the share of things that are cut out of pictures, the others are figures. Of
    further things the share `together` touches or overlaps another, half of them its twin.
    """

    smallest: float = 0.14
    largest: float = 0.95
    cutouts: float = 0.6
    extras: float = 0.4
    together: float = 0.5


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
    cloths = _Cloths(rng, wardrobe, where.picture)
    stage = _Stage(rng, cloths, staging, float(spread[0]), (where.foot - middle) * scale)
    labels = [*range(1, objects + 1), *([0] if rng.random() < staging.extras else [])]
    stood: list[tuple[float, Body, int]] = []
    for label in labels:
        is_beside = bool(stood) and rng.random() < staging.together
        body = stage.beside(stood[0][1]) if is_beside else stage.alone()
        if label == 0 and rng.random() < 0.3:  # as a reflection in a pane is
            body = replace(body, opacity=float(rng.uniform(0.25, 0.6)))
        stood.append((_corners(body)[:, 1].max(), body, label))
    linear = np.eye(2) * scale
    is_sunny = rng.random() < 0.5
    sun = (float(rng.normal(0, 0.6)), float(rng.uniform(-0.45, 0.3)))
    return Scene(
        background=where.picture,
        background_pose=np.column_stack([linear, -linear @ (middle, middle)]),
        bodies=tuple((body, label) for _, body, label in sorted(stood, key=lambda s: s[0])),
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


@dataclass(frozen=True, eq=False)
class _Stage:
    """Where things stand: `width` is the view's, ground begins at the height `horizon`."""

    rng: np.random.Generator
    skin: Skin
    staging: Staging
    width: float
    horizon: float

    def alone(self) -> Body:
        """A thing anywhere on the ground; what stands lower is nearer and larger."""
        rng, staging = self.rng, self.staging
        low = min(max(self.horizon + 0.04, -0.5), 0.4)
        feet = float(rng.uniform(low, 0.6))
        near = (feet - low) / (0.6 - low)
        growth = staging.largest / staging.smallest
        height = staging.smallest * growth ** float(rng.uniform(0, 0.45 + 0.55 * near))
        return _at(self._thing(height), float(rng.uniform(-0.42, 0.42)) * self.width, feet)

    def beside(self, other: Body) -> Body:
        """A thing that touches, covers or is covered by another; half of them its twin."""
        rng = self.rng
        corners = _corners(other)
        (left, top), (right, feet) = corners.min(axis=0), corners.max(axis=0)
        body = self._thing(float(feet - top) * math.exp(rng.normal(0, 0.25)))
        if rng.random() < 0.5:
            body = replace(
                body, parts=_dyed(rng, other.parts), log_scale=replace(other.log_scale, start=0.1)
            )
        reach = 0.5 * (right - left + np.ptp(_corners(body)[:, 0]))
        away = float(rng.choice([-1, 1]) * rng.uniform(0.15, 1.0) * reach)
        low = min(0.6, float(feet + rng.normal(0, 0.04)))
        return _at(body, float(left + right) / 2 + away, low)

    def _thing(self, height: float) -> Body:
        rng, radius = self.rng, height / 1.8
        liveliness = float(rng.choice([0.3, 1.0, 2.0]))
        parts = _parts(rng, self.skin, radius, liveliness, self.staging.cutouts)
        parts = _striped(rng, parts, radius) if rng.random() < 0.12 else parts
        return Body(
            parts=_lit(rng, parts, radius) if rng.random() < 0.75 else parts,
            x=wander(rng, 0.0, swing=0.06 * liveliness),
            y=wander(rng, 0.0, swing=0.02 * liveliness),
            angle=wander(rng, float(rng.normal(0, 0.06)), swing=0.04 * liveliness),
            log_scale=wander(rng, 0.0, velocity=0.002, swing=0.06 * liveliness),
            log_squash=wander(rng, float(rng.normal(0, 0.1)), swing=0.04),
            follows_scene=True,
            opacity=float(rng.uniform(0.45, 0.9)) if rng.random() < 0.1 else 1.0,
            is_mirrored=bool(rng.random() < 0.5),
        )


def _corners(body: Body) -> Outline:
    return np.concatenate(body.silhouette(0.0, body.pose(0.0)))


def _at(body: Body, middle: float, feet: float) -> Body:
    """The body with its middle and its lowest point at these places at first."""
    corners = _corners(body)
    x, y = middle - (corners[:, 0].min() + corners[:, 0].max()) / 2, feet - corners[:, 1].max()
    return replace(
        body,
        x=replace(body.x, start=body.x.start + float(x)),
        y=replace(body.y, start=body.y.start + float(y)),
    )


def _parts(
    rng: np.random.Generator, skin: Skin, radius: float, liveliness: float, cutouts: float
) -> tuple[Part, ...]:
    if rng.random() < cutouts:
        return (cutout_part(rng, skin, radius=radius),)
    return tuple(_KINDS[rng.integers(len(_KINDS))](Workshop(rng, skin, radius, liveliness)))


def _dyed(rng: np.random.Generator, parts: tuple[Part, ...]) -> tuple[Part, ...]:
    """The parts in other colours, at times nearly the same; white stays white."""
    turn = rng.uniform(0.5, 5.8) if rng.random() < 0.6 else 0.0
    hues = np.asarray(cv2.Rodrigues(np.full(3, turn / math.sqrt(3)))[0], np.float32)

    def dyed(part: Part) -> Part:
        patch = np.clip(part.patch.astype(np.float32) @ hues.T, 0, 255).astype(np.uint8)
        return replace(part, patch=recoloured(rng, patch))

    return tuple(dyed(part) for part in parts)


def _striped(rng: np.random.Generator, parts: tuple[Part, ...], radius: float) -> tuple[Part, ...]:
    """The parts with bands of one colour that run across all of them."""
    angle, colour = rng.uniform(0, 2 * math.pi), rng.uniform(0, 255, 3)
    rate, phase, share = rng.uniform(3, 12), rng.uniform(0, 6), rng.uniform(-0.3, 0.8)

    def striped(part: Part) -> Part:
        patch = part.patch.copy()
        patch[np.sin(rate * _along(part, angle) / radius + phase) > share] = colour
        return replace(part, patch=patch)

    return tuple(striped(part) for part in parts)


def _lit(rng: np.random.Generator, parts: tuple[Part, ...], radius: float) -> tuple[Part, ...]:
    """The parts in one light: a bright side that may be in glare and a dark one, softly or not."""
    angle, softness = rng.uniform(0, 2 * math.pi), rng.choice([0.05, 0.3, 0.8])
    dark, bright = rng.uniform(0.35, 0.85), rng.uniform(1.0, 1.8)
    border = rng.normal(0, 0.35)

    def shone(part: Part) -> Part:
        along = _along(part, angle) / radius - border
        light = dark + (bright - dark) / (1 + np.exp(-np.clip(along / softness, -30, 30)))
        patch = np.clip(part.patch * light[..., None], 0, 255).astype(np.uint8)
        return replace(part, patch=patch)

    return tuple(shone(part) for part in parts)


def _along(part: Part, angle: float) -> Float64[np.ndarray, "side side"]:
    """How far each pixel of the part's patch lies from the body's origin towards `angle`."""
    side = len(part.patch)
    grid = np.linspace(-part.extent, part.extent, side)
    x, y = np.meshgrid(grid, grid)
    at = moved(np.stack([x.ravel(), y.ravel()], axis=1), part.pose(0.0))
    return (at @ (math.cos(angle), math.sin(angle))).reshape(side, side)
