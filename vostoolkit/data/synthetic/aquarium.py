"""The actors of the demonstration clip: fish, kelp, stones and a sea bed, drawn by hand in code."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TypeAlias

import cv2
import numpy as np
from jaxtyping import Float32

from vostoolkit.data.synthetic.body import Body, Part
from vostoolkit.data.synthetic.motion import Path
from vostoolkit.data.synthetic.shapes import Outline
from vostoolkit.data.synthetic.textures import Texture, noise_field

Colour: TypeAlias = tuple[int, int, int]

_PATCH = 192
_STILL = np.zeros((1, 4))
_SWIMMING = 2 * math.pi / 11


def fish(
    rng: np.random.Generator, colour: Colour, stripes: Colour, *, size: float, pose: Body
) -> Body:
    """A striped fish that looks to the right, `size` scene units long from mouth to tail root."""
    length = 0.5 * size
    skin = _fish_skin(rng, np.array(colour, np.float32), np.array(stripes, np.float32))
    fin_skin = _fin_skin(rng, np.array(colour, np.float32) * 0.85)
    tail = np.array(
        [
            (0.3, -0.08),
            (-0.25, -0.5),
            (-0.42, -0.45),
            (-0.3, 0.0),
            (-0.42, 0.45),
            (-0.25, 0.5),
            (0.3, 0.08),
        ]
    )
    top = np.array([(0.42, 0.1), (0.25, -0.3), (-0.25, -0.36), (-0.55, -0.1), (-0.5, 0.1)])
    parts = (
        _part(
            _rounded(tail) * 1.3 * length,
            fin_skin,
            joint=(-0.95 * length, 0.0),
            swing=_beat(0.4, 0.0),
        ),
        _part(
            _rounded(top) * 1.2 * length,
            fin_skin,
            joint=(0.0, -0.42 * length),
            swing=_beat(0.05, 2.0),
        ),
        _part(
            _rounded(top) * (0.7, -0.7) * length, fin_skin, joint=(-0.15 * length, 0.45 * length)
        ),
        _part(_fish_trunk() * length, skin, waves=_breath()),
        _part(
            _blade() * 0.36 * length,
            fin_skin,
            joint=(0.15 * length, 0.12 * length),
            swing=_beat(0.5, 1.0),
        ),
        _part(
            _disk() * 0.115 * length, _plain((250, 248, 240)), joint=(0.66 * length, -0.13 * length)
        ),
        _part(_disk() * 0.06 * length, _plain((22, 20, 24)), joint=(0.68 * length, -0.13 * length)),
    )
    return Body(parts, pose.x, pose.y, pose.angle, pose.log_scale, pose.log_squash, True)


def swimmer(x: Path, y: Path, angle: Path, *, growth: float = 0.0) -> Body:
    """A pose without parts, for `fish`; `growth` is the change of its log size a frame."""
    return Body((), x, y, angle, Path(0.0, velocity=growth), Path(0.0), True)


def mirrored(body: Body) -> Body:
    """The body seen in a mirror: a fish that looks to the left."""
    parts = tuple(
        replace(
            part,
            shape=part.shape * (-1.0, 1.0),
            joint=(-part.joint[0], part.joint[1]),
            swing=replace(part.swing, swings=(-part.swing.swings[0], -part.swing.swings[1])),
            patch=np.ascontiguousarray(part.patch[:, ::-1]),
        )
        for part in body.parts
    )
    return replace(body, parts=parts)


def kelp(rng: np.random.Generator, *, x: float, height: float, blades: int) -> Body:
    """A bunch of leaves that grows up from the lower edge of the picture and sways."""
    parts: list[Part] = []
    for blade in range(blades):
        tall = height * rng.uniform(0.75, 1.05)
        along = np.linspace(0, 1, 24)
        width = 0.035 * tall * (1.3 + np.sin(along * 9 + rng.uniform(0, 6))) * (1 - along**4)
        bend = 0.05 * tall * np.sin(along * 5 + rng.uniform(0, 6))
        left, right = (
            np.stack([along * tall, bend - width], 1),
            np.stack([along * tall, bend + width], 1),
        )
        sway = Path(
            -math.pi / 2 + rng.normal(0, 0.07),
            swings=(rng.uniform(0.03, 0.06), 0.02),
            rates=(2 * math.pi / 45, 2 * math.pi / 23),
            phases=(rng.uniform(0, 6), rng.uniform(0, 6)),
        )
        green = np.array([54, 110, 62], np.float32) * rng.uniform(0.7, 1.25)
        root = ((blade - (blades - 1) / 2) * 0.045, 0.0)
        parts.append(
            _part(
                np.concatenate([left, right[::-1]]), _leaf_skin(rng, green), joint=root, swing=sway
            )
        )
    return Body(tuple(parts), Path(x), Path(0.56), Path(0.0), Path(0.0), Path(0.0), True)


def stone(
    rng: np.random.Generator, *, place: tuple[float, float], radii: tuple[float, float]
) -> Body:
    """A worn stone of these half width and half height, lit from above."""
    angle = np.linspace(0, 2 * math.pi, 128, endpoint=False)
    power = np.abs(np.cos(angle)) ** 2.7 + np.abs(np.sin(angle)) ** 2.7
    radius = power ** (-1 / 2.7)
    for lobes in range(2, 9):
        radius += 0.022 * rng.normal() * np.cos(lobes * angle + rng.uniform(0, 6))
    shape = np.stack([np.cos(angle), np.sin(angle)], 1) * radius[:, None] * radii
    grey = np.array([122, 112, 102], np.float32) * rng.uniform(0.8, 1.05)
    rough, veins = noise_field(rng, _PATCH, coarsest=6), noise_field(rng, _PATCH, coarsest=5)
    cracks = np.exp(-(((veins - 0.5) / 0.018) ** 2))
    y, x = np.mgrid[-1 : 1 : _PATCH * 1j, -1 : 1 : _PATCH * 1j].astype(np.float32)
    ratio = max(radii) / np.array(radii, np.float32)
    x, y = x * ratio[0], y * ratio[1]
    light = (0.7 + 0.55 * rough - 0.28 * cracks) * (1.02 - 0.42 * y - 0.12 * x * x)
    moss = np.clip(1.4 * rough - 0.75 - 0.8 * y, 0, 0.55)[..., None]
    skin = _bytes((grey * (1 - moss) + np.array([74, 112, 70]) * moss) * light[..., None])
    x0, y0 = place
    return Body((_part(shape, skin),), Path(x0), Path(y0), Path(0.0), Path(0.0), Path(0.0), True)


def sea_bed(rng: np.random.Generator, size: int) -> Texture:
    """Water that darkens with depth over rippled sand; the horizon is at 62 % of the height."""
    y, x = np.mgrid[0 : 1 : size * 1j, 0 : 1 : size * 1j].astype(np.float32)
    clouds = noise_field(rng, size, coarsest=3)
    shade = np.clip(y / 0.62, 0, 1)[..., None]
    water = np.array([126, 200, 214]) * (1 - shade) + np.array([34, 102, 136]) * shade
    rays = np.clip(np.sin(26 * (x + 0.35 * y) + 5 * clouds), 0, 1) * np.clip(0.7 - y, 0, 1)
    water = water * (0.92 + 0.16 * clouds[..., None]) + 42 * rays[..., None]
    ripples = np.sin(190 * y**1.6 + 14 * noise_field(rng, size, coarsest=4, octaves=3) + 3 * x)
    grain = noise_field(rng, size, coarsest=48, octaves=4)
    sand = np.array([206, 186, 140]) * (0.78 + 0.07 * ripples + 0.22 * grain)[..., None]
    edge = 0.62 + 0.02 * (noise_field(rng, size, coarsest=4)[:1] - 0.5)
    far = np.clip((y - edge) / 0.16, 0, 1)[..., None]
    haze = sand * far + np.array([58, 122, 146]) * (1 - far)
    return _bytes(np.where((y > edge)[..., None], haze, water))


def _part(
    shape: Outline,
    patch: Texture,
    *,
    joint: tuple[float, float] = (0.0, 0.0),
    swing: Path | None = None,
    waves: np.ndarray = _STILL,
) -> Part:
    extent = 1.02 * float(np.abs(shape).max())
    return Part(shape, joint, 0.0, swing or Path(0.0), waves, patch, extent)


def _beat(reach: float, phase: float) -> Path:
    return Path(0.0, swings=(reach, 0.0), rates=(_SWIMMING, 0.0), phases=(phase, 0.0))


def _breath() -> np.ndarray:
    return np.array([[0.015, 2.0, _SWIMMING, 0.0]])


def _disk() -> Outline:
    angle = np.linspace(0, 2 * math.pi, 32, endpoint=False)
    return np.stack([np.cos(angle), np.sin(angle)], axis=1)


def _rounded(corners: Outline) -> Outline:
    """The outline with its corners cut three times over (Chaikin's curve)."""
    for _ in range(3):
        following = np.roll(corners, -1, axis=0)
        cut = np.stack([0.75 * corners + 0.25 * following, 0.25 * corners + 0.75 * following], 1)
        corners = np.concatenate(list(cut))
    return corners


def _blade() -> Outline:
    return _disk() * (1.0, 0.5) + (-0.8, 0.0)


def _fish_trunk() -> Outline:
    angle = np.linspace(0, 2 * math.pi, 96, endpoint=False)
    thickness = 0.5 * np.sin(angle) * (1 - 0.28 * np.cos(angle) ** 3) * (0.86 + 0.2 * np.cos(angle))
    return np.stack([np.cos(angle), thickness], axis=1)


def _fish_skin(
    rng: np.random.Generator,
    colour: Float32[np.ndarray, " 3"],
    stripes: Float32[np.ndarray, " 3"],
) -> Texture:
    y, x = np.mgrid[-1 : 1 : _PATCH * 1j, -1 : 1 : _PATCH * 1j].astype(np.float32)
    image = np.broadcast_to(colour, (_PATCH, _PATCH, 3)).copy()
    bent = x + 0.22 * y * y
    for place, width in ((0.42, 0.085), (-0.12, 0.1), (-0.66, 0.07)):
        image[np.abs(bent - place) < width + 0.035] = 30.0
        image[np.abs(bent - place) < width] = stripes
    scales = 0.05 * np.sin(60 * x) * np.sin(60 * y + 30 * x)
    light = 1.0 - 0.75 * y + scales + 0.1 * (noise_field(rng, _PATCH) - 0.5)
    return _bytes(image * np.clip(light, 0.45, 1.3)[..., None])


def _fin_skin(rng: np.random.Generator, colour: Float32[np.ndarray, " 3"]) -> Texture:
    y, x = np.mgrid[-1 : 1 : _PATCH * 1j, -1 : 1 : _PATCH * 1j].astype(np.float32)
    spokes = 0.12 * np.sin(34 * np.arctan2(y, x + 1.6))
    return _bytes(colour * (0.95 + spokes + 0.1 * noise_field(rng, _PATCH))[..., None])


def _leaf_skin(rng: np.random.Generator, colour: Float32[np.ndarray, " 3"]) -> Texture:
    x = np.linspace(-1, 1, _PATCH, dtype=np.float32)[None]
    veins = 0.1 * np.sin(80 * x)
    light = 0.62 + 0.34 * np.clip(x, 0, 1) + veins + 0.3 * noise_field(rng, _PATCH, coarsest=6)
    return _bytes(colour * light[..., None])


def _plain(colour: Colour) -> Texture:
    return np.full((8, 8, 3), colour, np.uint8)


def _bytes(image: np.ndarray) -> Texture:
    return np.clip(cv2.GaussianBlur(image.astype(np.float32), (0, 0), 0.7), 0, 255).astype(np.uint8)
