"""Places that figures stand in: wall and ground, fences, windows, letters, bushes, shade."""

from __future__ import annotations

import math
from itertools import pairwise

import cv2
import numpy as np

from vostoolkit.data.synthetic.textures import (
    Texture,
    coloured,
    noise_field,
    random_palette,
    texture,
)


def cloth(rng: np.random.Generator, size: int = 96) -> Texture:
    """A nearly plain material as clothes and walls are: one colour, folds, a little grain."""
    colour = rng.uniform(0, 255) + rng.normal(0, rng.choice([6.0, 25.0, 70.0]), 3)
    folds = noise_field(rng, size, coarsest=int(rng.choice([2, 4, 8])), octaves=4)
    image = np.clip(colour, 8, 247) * (1 + rng.choice([0.1, 0.3, 0.6]) * (folds[..., None] - 0.5))
    image += rng.normal(0, rng.choice([0.0, 2.0, 6.0]), (size, size, 1))
    return np.clip(image, 0, 255).astype(np.uint8)


def setting(rng: np.random.Generator, stock: list[Texture], size: int = 384) -> Texture:
    """A background of one to three bands, on each of them some structure at random."""
    image = np.empty((size, size, 3), np.uint8)
    cuts = np.sort(rng.uniform(0.25, 0.75, int(rng.integers(0, 3)))) * size
    edges = [0, *(int(cut) for cut in cuts), size]
    lean = int(rng.normal(0, 0.03) * size)
    for top, bottom in pairwise(edges):
        band = surface(rng, stock, size)
        for _ in range(int(rng.choice([0, 1, 1, 2]))):
            furnish(rng, band, top, bottom)
        left, right = (top - lean, top + lean) if top else (0, 0)
        corners = np.array([(0, left), (size, right), (size, size), (0, size)], np.int32)
        mask = np.zeros((size, size), np.uint8)
        cv2.fillPoly(mask, [corners], 255)
        cv2.copyTo(band, mask, image)
    if rng.random() < 0.4:
        image = lit(rng, image)
    return image


def surface(rng: np.random.Generator, stock: list[Texture], size: int) -> Texture:
    """A plain cloth, a sky, or a texture: what a band of a background is made of."""
    chance = rng.random()
    if chance < 0.4:
        return cv2.resize(cloth(rng, 192), (size, size), interpolation=cv2.INTER_LINEAR)
    if chance < 0.6:
        ramp = np.linspace(0, 1, size, dtype=np.float32)[:, None].repeat(size, 1)
        sky = coloured(ramp, random_palette(rng, 2)) + rng.normal(0, 2, (size, size, 1))
        return np.clip(sky, 0, 255).astype(np.uint8)
    if chance < 0.8:
        return cv2.resize(stock[rng.integers(len(stock))], (size, size))
    return texture(rng, size)


def furnish(rng: np.random.Generator, image: Texture, top: int, bottom: int) -> None:
    """Draws windows, poles, letters, bushes or boxes between two heights; changes `image`."""
    kinds = (_windows, _poles, _letters, bushes, _boxes, _lines)
    kinds[rng.integers(len(kinds))](rng, image, top, bottom)


def _colour(rng: np.random.Generator) -> list[int]:
    colour = rng.uniform(0, 255) + rng.normal(0, rng.choice([5.0, 30.0, 80.0]), 3)
    return [int(c) for c in np.clip(colour, 0, 255)]


def _windows(rng: np.random.Generator, image: Texture, top: int, bottom: int) -> None:
    size = len(image)
    wide, high = rng.uniform(0.03, 0.15, 2) * size
    across, down = wide * rng.uniform(1.2, 2.5), high * rng.uniform(1.2, 2.5)
    glass, frame = _colour(rng), _colour(rng)
    is_framed = rng.random() < 0.5
    for y in np.arange(top, bottom, down):
        for x in np.arange(0, size, across):
            corner, end = (int(x), int(y)), (int(x + wide), int(y + high))
            cv2.rectangle(image, corner, end, glass, -1)
            if is_framed:
                cv2.rectangle(image, corner, end, frame, max(1, int(0.08 * wide)))


def _poles(rng: np.random.Generator, image: Texture, top: int, bottom: int) -> None:
    size = len(image)
    step = rng.uniform(0.04, 0.4) * size
    width, colour = max(1, int(rng.uniform(0.03, 0.25) * step)), _colour(rng)
    reach = rng.normal(0, 0.15) * (bottom - top)
    for x in np.arange(rng.uniform(0, step), size, step):
        cv2.line(image, (int(x), top), (int(x + reach), bottom), colour, width, cv2.LINE_AA)


def _lines(rng: np.random.Generator, image: Texture, top: int, bottom: int) -> None:
    size, colour = len(image), _colour(rng)
    for _ in range(int(rng.integers(1, 6))):
        ends = rng.uniform([0, top, 0, top], [size, bottom, size, bottom]).astype(int)
        width = int(rng.integers(1, 6))
        cv2.line(image, (ends[0], ends[1]), (ends[2], ends[3]), colour, width, cv2.LINE_AA)


def _letters(rng: np.random.Generator, image: Texture, top: int, bottom: int) -> None:
    size, high = len(image), float(rng.uniform(0.05, 0.16)) * len(image)
    colour, width = _colour(rng), max(1, int(high * rng.uniform(0.1, 0.25)))
    y = float(rng.uniform(top, max(top + 1, bottom - high)))
    for x in np.arange(rng.uniform(0, 0.3) * size, rng.uniform(0.6, 1.0) * size, 0.75 * high):
        if rng.random() < 0.15:
            continue
        strokes = rng.integers(0, [2, 3], (int(rng.integers(3, 6)), 2)) * (0.5 * high, 0.5 * high)
        cv2.polylines(
            image, [np.add(strokes, (x, y)).astype(np.int32)], False, colour, width, cv2.LINE_AA
        )


def bushes(rng: np.random.Generator, image: Texture, top: int, bottom: int) -> None:
    """Draws leaves around a place between two heights; changes `image`."""
    size = len(image)
    middle, spread = rng.uniform([0, top], [size, bottom]), rng.uniform(0.05, 0.25) * size
    base = np.array(_colour(rng), np.float32)
    for _ in range(int(rng.integers(40, 160))):
        x, y = middle + rng.normal(0, spread, 2)
        colour = np.clip(base * rng.uniform(0.4, 1.4) + rng.normal(0, 10, 3), 0, 255)
        axes = rng.integers(2, 12, 2)
        angle = float(rng.uniform(0, 180))
        cv2.ellipse(
            image,
            (int(x), int(y)),
            (int(axes[0]), int(axes[1])),
            angle,
            0,
            360,
            colour.tolist(),
            -1,
        )


def _boxes(rng: np.random.Generator, image: Texture, top: int, bottom: int) -> None:
    size = len(image)
    for _ in range(int(rng.integers(1, 6))):
        wide, high = (rng.uniform(0.04, 0.4, 2) * size).astype(int)
        x, y = int(rng.uniform(0, size - wide)), int(rng.uniform(top, max(top + 1, bottom - high)))
        high = min(high, size - y)
        image[y : y + high, x : x + wide] = cv2.resize(cloth(rng, 64), (int(wide), int(high)))


def lit(rng: np.random.Generator, image: Texture) -> Texture:
    """A side in the shade with a straight or soft border, or a slow change of light."""
    size = len(image)
    y, x = np.mgrid[0:size, 0:size].astype(np.float32) / size - 0.5
    angle = rng.uniform(0, 2 * math.pi)
    along = x * math.cos(angle) + y * math.sin(angle) - rng.uniform(-0.3, 0.3)
    softness = rng.choice([0.004, 0.05, 0.4])
    light = 1 - rng.uniform(0.15, 0.6) / (1 + np.exp(-np.clip(along / softness, -30, 30)))
    return (image * light[..., None]).astype(np.uint8)
