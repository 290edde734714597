"""Procedural textures: no picture of anybody goes into a synthetic clip."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TypeAlias

import cv2
import numpy as np
from jaxtyping import Float, Float32, UInt8

from vostoolkit.data.synthetic.shapes import outline

Field: TypeAlias = Float32[np.ndarray, "_ _"]
Palette: TypeAlias = Float32[np.ndarray, "k 3"]
Texture: TypeAlias = UInt8[np.ndarray, "_ _ 3"]


def noise_field(
    rng: np.random.Generator, size: int, *, coarsest: int = 3, octaves: int = 6
) -> Field:
    """Smooth noise in [0, 1]: octaves of interpolated random grids with a random roughness."""
    decay = rng.uniform(0.35, 0.8)
    field = np.zeros((size, size), np.float32)
    for octave in range(octaves):
        cells = min(coarsest * 2**octave, size)
        grid = rng.random((cells, cells), dtype=np.float32)
        field += decay**octave * cv2.resize(grid, (size, size), interpolation=cv2.INTER_CUBIC)
    return _stretched(field)


def random_palette(rng: np.random.Generator, colours: int) -> Palette:
    """Colours scattered around one base colour, by a little or by a lot, often greyish."""
    spread = rng.choice([25.0, 60.0, 140.0])
    colour = rng.uniform(0, 255, 3) + rng.normal(0, spread, (colours, 3))
    vividness = rng.choice([0.25, 0.5, 1.0])
    grey = colour.mean(axis=1, keepdims=True)
    return np.clip(grey + vividness * (colour - grey), 0, 255).astype(np.float32)


def coloured(field: Field, palette: Palette) -> Float[np.ndarray, "_ _ 3"]:
    """The palette laid over a field in [0, 1], colours blended between its entries."""
    position = field * (len(palette) - 1)
    lower = np.clip(position.astype(np.int32), 0, len(palette) - 2)
    blend = (position - lower)[..., None]
    return palette[lower] * (1 - blend) + palette[lower + 1] * blend


def texture(rng: np.random.Generator, size: int) -> Texture:
    """One random texture: clouds, stripes, checks, gradient, cells, plain, leaves, with grain."""
    makers: tuple[Callable[[np.random.Generator, int], np.ndarray], ...] = (
        _clouds,
        _stripes,
        _checks,
        _gradient,
        _cells,
        _three_noises,
        _plain,
        dead_leaves,
    )
    image = makers[rng.integers(len(makers))](rng, size).astype(np.float32)
    if rng.random() < 0.5:
        grain = noise_field(rng, size, coarsest=48, octaves=3)
        image += (grain[..., None] - 0.5) * rng.uniform(5, 70)
    if rng.random() < 0.4:
        image *= 0.55 + 0.6 * noise_field(rng, size, octaves=2)[..., None]
    if rng.random() < 0.3:
        image = cv2.GaussianBlur(image, (0, 0), rng.uniform(0.6, 3))
    return np.clip(image, 0, 255).astype(np.uint8)


def recoloured(rng: np.random.Generator, image: Texture) -> Texture:
    """Nearly the same texture: a little brighter or darker and tinted, as look-alikes are."""
    tint = rng.normal(0, 14, 3).astype(np.float32)
    return np.clip(image * np.float32(rng.uniform(0.75, 1.25)) + tint, 0, 255).astype(np.uint8)


def dead_leaves(rng: np.random.Generator, size: int) -> Texture:
    """Many overlapping plain or shaded shapes of all sizes; its edges resemble those of scenes."""
    image = np.empty((size, size, 3), np.uint8)
    image[:] = random_palette(rng, 1)[0]
    palette = random_palette(rng, int(rng.integers(3, 12)))
    for _ in range(int(rng.integers(15, 70))):
        radius = min(0.025 * size * rng.random() ** -0.7, 0.35 * size)
        place = rng.uniform(0, size, 2)
        shape = outline(rng, points=24, turned=True) * radius + place
        colour = palette[rng.integers(len(palette))] + rng.normal(0, 8, 3)
        cv2.fillPoly(image, [shape.astype(np.int32)], np.clip(colour, 0, 255).tolist())
    return image


def _stretched(field: Field) -> Field:
    field = field - field.min()
    return field / (field.max() + 1e-6)


def _clouds(rng: np.random.Generator, size: int) -> np.ndarray:
    field = noise_field(rng, size, coarsest=int(rng.choice([3, 6, 12])))
    return coloured(field, random_palette(rng, int(rng.integers(2, 6))))


def _turned_coordinates(rng: np.random.Generator, size: int) -> tuple[Field, Field]:
    y, x = np.mgrid[0:size, 0:size].astype(np.float32)
    angle = rng.uniform(0, 2 * math.pi)
    along = x * math.cos(angle) + y * math.sin(angle)
    across = y * math.cos(angle) - x * math.sin(angle)
    if rng.random() < 0.5:
        bend = rng.uniform(0.02, 0.1) * size
        along = along + bend * noise_field(rng, size, octaves=2)
        across = across + bend * noise_field(rng, size, octaves=2)
    return along.astype(np.float32), across.astype(np.float32)


def _stripes(rng: np.random.Generator, size: int) -> np.ndarray:
    along, _ = _turned_coordinates(rng, size)
    waves = 0.5 + 0.5 * np.sin(along * rng.uniform(0.03, 0.5) * 320 / size)
    return coloured(waves, random_palette(rng, int(rng.integers(2, 6))))


def _checks(rng: np.random.Generator, size: int) -> np.ndarray:
    along, across = _turned_coordinates(rng, size)
    cell = rng.uniform(0.025, 0.19) * size
    even = ((along // cell).astype(np.int32) + (across // cell).astype(np.int32)) % 2
    return coloured(even.astype(np.float32), random_palette(rng, 2))


def _gradient(rng: np.random.Generator, size: int) -> np.ndarray:
    along, _ = _turned_coordinates(rng, size)
    return coloured(_stretched(along), random_palette(rng, int(rng.integers(2, 6))))


def _cells(rng: np.random.Generator, size: int) -> np.ndarray:
    seeds = np.full((size, size), 255, np.uint8)
    places = rng.integers(0, size, (int(rng.integers(10, 150)), 2))
    seeds[places[:, 0], places[:, 1]] = 0
    distance, nearest = cv2.distanceTransformWithLabels(
        seeds, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    if rng.random() < 0.5:
        cell = np.asarray(nearest).astype(np.int32)
        return random_palette(rng, int(cell.max()) + 1)[cell]
    return coloured(_stretched(distance), random_palette(rng, int(rng.integers(2, 6))))


def _three_noises(rng: np.random.Generator, size: int) -> np.ndarray:
    return np.stack([noise_field(rng, size) for _ in range(3)], axis=-1) * 255


def _plain(rng: np.random.Generator, size: int) -> np.ndarray:
    return np.broadcast_to(random_palette(rng, 1)[0], (size, size, 3)).copy()
