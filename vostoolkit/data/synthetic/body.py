"""Things that move: a trunk with swinging limbs and markings, each part with its own texture."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import cv2
import numpy as np
from jaxtyping import Float64, UInt8

from vostoolkit.data.synthetic.motion import Path, rotation, wander
from vostoolkit.data.synthetic.shapes import Outline, outline, wobbled
from vostoolkit.data.synthetic.textures import Texture

Affine: TypeAlias = Float64[np.ndarray, "2 3"]
Skin: TypeAlias = Callable[[], Texture]

_SUBPIXEL_BITS = 4


@dataclass(frozen=True, eq=False)
class Part:
    """One textured outline, swinging around a joint when it is a limb; lengths in body units."""

    shape: Outline
    joint: tuple[float, float]
    reach: float
    swing: Path
    waves: Float64[np.ndarray, "k 4"]
    patch: Texture
    extent: float
    parent: Part | None = None

    def pose(self, time: float) -> Affine:
        """Maps the part's own coordinates to the body's at `time`; a parent carries it along."""
        turn = rotation(self.swing(time))
        own = np.column_stack([turn, turn @ (self.reach, 0.0) + self.joint])
        return own if self.parent is None else compose(self.parent.pose(time), own)


@dataclass(frozen=True, eq=False)
class Body:
    """Parts in painting order and the paths of their common pose; lengths in scene units."""

    parts: tuple[Part, ...]
    x: Path
    y: Path
    angle: Path
    log_scale: Path
    log_squash: Path
    follows_scene: bool
    opacity: float = 1.0
    is_mirrored: bool = False

    def pose(self, time: float) -> Affine:
        """Maps body coordinates to scene coordinates at `time`."""
        scale = math.exp(np.clip(self.log_scale(time), -0.8, 0.8))
        squash = math.exp(np.clip(self.log_squash(time), -0.3, 0.3))
        across = -scale if self.is_mirrored else scale
        linear = rotation(self.angle(time)) @ np.diag([across * squash, scale / squash])
        return np.column_stack([linear, (self.x(time), self.y(time))])

    def silhouette(self, time: float, pose: Affine) -> list[Outline]:
        """The outlines of all parts in image pixels."""
        return [
            moved(wobbled(part.shape, part.waves, time), compose(pose, part.pose(time)))
            for part in self.parts
        ]

    def paint(
        self,
        image: UInt8[np.ndarray, "h w 3"],
        labels: UInt8[np.ndarray, "h w"],
        label: int,
        *,
        time: float,
        pose: Affine,
    ) -> None:
        """Draws every part over `image` and writes `label` where it shows; both are changed."""
        behind = image.copy() if self.opacity < 1 else image
        for part, polygon in zip(self.parts, self.silhouette(time, pose), strict=True):
            _paint_part(image, labels, part, polygon, compose(pose, part.pose(time)), label)
        if self.opacity < 1:
            cv2.addWeighted(image, self.opacity, behind, 1 - self.opacity, 0, image)


def random_body(
    rng: np.random.Generator,
    skin: Skin,
    *,
    radius: float,
    limbs: int,
    liveliness: float,
    place: tuple[float, float],
    shade: bool = True,
) -> Body:
    """A body of about `radius` scene units, with `limbs` limbs, moving with `liveliness`."""
    main_skin = skin()
    trunk = _part(rng, main_skin, radius, waves=True, shade=shade)
    parts = [
        _limb(rng, main_skin if rng.random() < 0.6 else skin(), radius, shade) for _ in range(limbs)
    ]
    parts = [*parts, trunk] if rng.random() < 0.5 else [trunk, *parts]
    if rng.random() < 0.35:
        parts += [_marking(rng, skin(), radius) for _ in range(int(rng.integers(1, 3)))]
    spins = float(rng.random() < 0.3)
    return Body(
        parts=tuple(parts),
        x=wander(rng, place[0], velocity=0.004 * liveliness, swing=0.09 * liveliness),
        y=wander(rng, place[1], velocity=0.003 * liveliness, swing=0.07 * liveliness),
        angle=wander(
            rng,
            rng.uniform(0, 2 * math.pi),
            velocity=0.01 * liveliness * spins,
            swing=0.2 * liveliness,
        ),
        log_scale=wander(rng, 0.0, velocity=0.002, swing=0.12 * liveliness),
        log_squash=wander(rng, 0.0, swing=0.1),
        follows_scene=bool(rng.random() < 0.5),
    )


def compose(outer: Affine, inner: Affine) -> Affine:
    """The affine map that applies `inner` first and `outer` second."""
    return np.column_stack([outer[:, :2] @ inner[:, :2], outer[:, :2] @ inner[:, 2] + outer[:, 2]])


def moved(points: Outline, affine: Affine) -> Outline:
    """The points after the affine map."""
    return points @ affine[:, :2].T + affine[:, 2]


def fixed_point(points: Outline) -> np.ndarray:
    """Polygon corners as OpenCV wants them, with four fractional bits."""
    limited = np.clip(points, -4000, 4000)
    return np.round(limited * 2**_SUBPIXEL_BITS).astype(np.int32)


def fill(mask: np.ndarray, points: Outline, value: float) -> None:
    """Fills a polygon of sub-pixel corners in `mask`, which is changed."""
    cv2.fillPoly(mask, [fixed_point(points)], value, shift=_SUBPIXEL_BITS)


def _limb(rng: np.random.Generator, skin: Texture, radius: float, shade: bool) -> Part:
    towards = rng.uniform(0, 2 * math.pi)
    away = radius * rng.uniform(0.3, 0.8)
    return _part(
        rng,
        skin,
        radius * rng.uniform(0.3, 0.7),
        joint=(away * math.cos(towards), away * math.sin(towards)),
        swing=wander(rng, towards, swing=rng.uniform(0, 0.6), periods=(8.0, 50.0)),
        is_limb=True,
        shade=shade,
    )


def _marking(rng: np.random.Generator, skin: Texture, radius: float) -> Part:
    x, y = rng.normal(0, 0.2 * radius, 2)
    return _part(rng, skin, radius * rng.uniform(0.15, 0.4), joint=(float(x), float(y)))


def _part(
    rng: np.random.Generator,
    skin: Texture,
    radius: float,
    *,
    joint: tuple[float, float] = (0.0, 0.0),
    swing: Path | None = None,
    is_limb: bool = False,
    waves: bool = False,
    shade: bool = False,
) -> Part:
    shape = outline(rng) * radius
    if is_limb:
        shape = shape * [1.0, rng.uniform(0.3, 0.8)]
    extent = 1.4 * float(np.abs(shape).max())
    amplitudes = rng.normal(0, 0.08, 3) if waves and rng.random() < 0.7 else np.zeros(3)
    periods, phases = rng.uniform(10, 100, 3), rng.uniform(0, 2 * math.pi, 3)
    return Part(
        shape=shape,
        joint=joint,
        reach=0.8 * radius if is_limb else 0.0,
        swing=swing or Path(0.0),
        waves=np.stack([amplitudes, rng.integers(1, 5, 3), 2 * math.pi / periods, phases], axis=1),
        patch=patch_of(rng, skin, shade=shade),
        extent=extent,
    )


def patch_of(rng: np.random.Generator, skin: Texture, *, shade: bool) -> Texture:
    """A random square of a texture, at times lit from one side and darker at its rim."""
    size = len(skin)
    side = int(size * rng.uniform(0.3, 0.9))
    top, left = rng.integers(0, size - side + 1, 2)
    patch = skin[top : top + side, left : left + side]
    if not shade or rng.random() < 0.4:
        return np.ascontiguousarray(patch)
    y, x = np.mgrid[-1.4 : 1.4 : side * 1j, -1.4 : 1.4 : side * 1j].astype(np.float32)
    angle, tilt, hollow = rng.uniform(0, 2 * math.pi), rng.uniform(0, 0.35), rng.uniform(0, 0.4)
    light = 1.05 + tilt * (x * math.cos(angle) + y * math.sin(angle)) - hollow * (x * x + y * y)
    return np.clip(patch * np.clip(light, 0.2, 1.5)[..., None], 0, 255).astype(np.uint8)


def _paint_part(
    image: UInt8[np.ndarray, "h w 3"],
    labels: UInt8[np.ndarray, "h w"],
    part: Part,
    polygon: Outline,
    pose: Affine,
    label: int,
) -> None:
    height, width = labels.shape
    left, top = np.maximum(np.floor(polygon.min(axis=0)).astype(int) - 1, 0)
    right, bottom = np.minimum(np.ceil(polygon.max(axis=0)).astype(int) + 2, (width, height))
    if right <= left or bottom <= top:
        return
    shape = np.zeros((bottom - top, right - left), np.uint8)
    fill(shape, polygon - (left, top), 255)
    middle = (len(part.patch) - 1) / 2
    linear = pose[:, :2] * (part.extent / middle)
    offset = pose[:, 2] - (left, top) - linear @ (middle, middle)
    texture = cv2.warpAffine(
        part.patch,
        np.column_stack([linear, offset]),
        (int(right - left), int(bottom - top)),
        flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REFLECT_101,
    )
    cv2.copyTo(texture, shape, image[top:bottom, left:right])
    labels[top:bottom, left:right][shape > 0] = label
