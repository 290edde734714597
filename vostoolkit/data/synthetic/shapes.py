"""Outlines of things: closed polygons around the origin with a radius of about 1."""

from __future__ import annotations

import math
from typing import Literal, TypeAlias

import numpy as np
from jaxtyping import Float64

from vostoolkit.data.synthetic.motion import rotation

Outline: TypeAlias = Float64[np.ndarray, "_ 2"]
Kind: TypeAlias = Literal["blob", "ellipse", "polygon", "star", "box"]

KINDS: tuple[Kind, ...] = ("blob", "blob", "ellipse", "polygon", "star", "box")


def outline(
    rng: np.random.Generator,
    kind: Kind | None = None,
    *,
    points: int = 48,
    turned: bool = False,
) -> Outline:
    """A random closed outline of `points` corners, flattened at random along y."""
    kind = kind or KINDS[rng.integers(len(KINDS))]
    if kind in ("polygon", "star"):
        shape = _resampled(_polygon(rng) if kind == "polygon" else _star(rng), points)
    else:
        shape = _polar(rng, kind, points)
    shape = shape * [1.0, rng.uniform(0.4, 1.0)]
    return shape @ rotation(rng.uniform(0, 2 * math.pi)).T if turned else shape


def wobbled(shape: Outline, waves: Float64[np.ndarray, "k 4"], time: float) -> Outline:
    """The outline breathing in and out at `time`; a wave is (amplitude, lobes, rate, phase)."""
    angle = np.linspace(0, 2 * math.pi, len(shape), endpoint=False)
    radius = np.ones(len(shape))
    for amplitude, lobes, rate, phase in waves:
        radius += amplitude * math.sin(rate * time + phase) * np.cos(lobes * angle + phase)
    return shape * radius[:, None]


def _polar(rng: np.random.Generator, kind: Kind, points: int) -> Outline:
    angle = np.linspace(0, 2 * math.pi, points, endpoint=False)
    radius = np.ones(points)
    if kind == "blob":
        for lobes in range(2, 7):
            amplitude = float(rng.normal(0, 0.28 / float(lobes) ** 0.7))
            radius += amplitude * np.cos(lobes * angle + rng.uniform(0, 2 * math.pi))
        radius = np.clip(radius, 0.25, 2.0)
    elif kind == "box":
        sharpness = rng.uniform(3, 10)
        power = np.abs(np.cos(angle)) ** sharpness + np.abs(np.sin(angle)) ** sharpness
        radius = power ** (-1 / sharpness)
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)


def _polygon(rng: np.random.Generator) -> Outline:
    corners = int(rng.integers(3, 8))
    angle = np.sort(rng.uniform(0, 2 * math.pi, corners))
    return np.stack([np.cos(angle), np.sin(angle)], axis=1) * rng.uniform(0.6, 1.2, (corners, 1))


def _star(rng: np.random.Generator) -> Outline:
    tips = int(rng.integers(4, 8))
    angle = np.linspace(0, 2 * math.pi, 2 * tips, endpoint=False)
    radius = np.where(np.arange(2 * tips) % 2 == 0, 1.2, rng.uniform(0.45, 0.8))
    return np.stack([np.cos(angle) * radius, np.sin(angle) * radius], axis=1)


def _resampled(corners: Outline, points: int) -> Outline:
    position = np.linspace(0, len(corners), points, endpoint=False)
    start = position.astype(np.int64)
    blend = (position - start)[:, None]
    return corners[start] * (1 - blend) + corners[(start + 1) % len(corners)] * blend
