"""Places seen at eye level: photographed ones, and drawn ground before walls, panes and sky."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Float

from vostoolkit.data.synthetic.panoramas import look_around
from vostoolkit.data.synthetic.settings import bushes, cloth, furnish, lit, surface
from vostoolkit.data.synthetic.textures import Texture, coloured, noise_field, random_palette

_PHOTOGRAPHED = 0.55


@dataclass(frozen=True, eq=False)
class Place:
    """A square background, and the row in it where ground and wall meet."""

    picture: Texture
    foot: int


def place(rng: np.random.Generator, stock: list[Texture], size: int = 384) -> Place:
    """Ground and something behind it, in sun and shade; drawn far things are at times blurred."""
    where = _photographed(rng, size) if rng.random() < _PHOTOGRAPHED else _drawn(rng, stock, size)
    image = where.picture
    for _ in range(int(rng.choice([0, 0, 1, 2]))):
        image = _shaded(rng, image)
    return Place(lit(rng, image) if rng.random() < 0.4 else image, where.foot)


def _photographed(rng: np.random.Generator, size: int) -> Place:
    image, horizon = look_around(rng, size)
    return Place(image, int(np.clip(horizon, 0.3 * size, 0.62 * size)))


def _drawn(rng: np.random.Generator, stock: list[Texture], size: int) -> Place:
    foot = int(rng.uniform(0.3, 0.62) * size)
    image = _wall(rng, stock, size, foot) if rng.random() < 0.65 else _open(rng, size, foot)
    if rng.random() < 0.4:
        image = cv2.GaussianBlur(image, (0, 0), rng.uniform(0.8, 3.0))
    image[foot:] = _ground(rng, size)[: size - foot]
    if rng.random() < 0.3:
        cv2.line(image, (0, foot), (size, foot), _shade(rng), int(rng.integers(1, 9)))
    return Place(image, foot)


def _shade(rng: np.random.Generator) -> list[float]:
    colour = rng.uniform(10, 245) + rng.normal(0, rng.choice([4.0, 12.0, 40.0]), 3)
    return np.clip(colour, 0, 255).tolist()


def _even(rng: np.random.Generator, size: int) -> Float[np.ndarray, "_ _ 3"]:
    """One colour, a little lighter here than there, with grain."""
    image = np.empty((size, size, 3), np.float32)
    image[:] = _shade(rng)
    clouds = noise_field(rng, size, coarsest=2, octaves=4) - 0.5
    grain = noise_field(rng, size, coarsest=96, octaves=2) - 0.5
    image *= 1 + rng.choice([0.05, 0.15, 0.4]) * clouds[..., None]
    return image + rng.choice([0.0, 10.0, 30.0]) * grain[..., None]


def _ground(rng: np.random.Generator, size: int) -> Texture:
    """Ground from the horizon on: darker or lighter far away, with lines and fields in depth."""
    image = _even(rng, size)
    far = np.linspace(1, 0, size, dtype=np.float32)[:, None, None] ** 2
    image *= 1 + rng.normal(0, 0.25) * far
    rows = np.geomspace(3, size, int(rng.integers(3, 12)))
    middle, spread = rng.uniform(0, size), rng.uniform(0.1, 0.8) * size
    colour, width = _shade(rng), rng.uniform(0.004, 0.02) * size
    if rng.random() < 0.35:
        for row in rows:
            thick = max(1, int(width * row / size))
            cv2.line(image, (0, int(row)), (size, int(row)), colour, thick, cv2.LINE_AA)
    if rng.random() < 0.5:
        for step in range(int(rng.integers(1, 9))):
            end = (int(middle + (step - 4) * spread), size)
            start = (int(middle + (step - 4) * 0.06 * spread), 0)
            cv2.line(image, start, end, colour, max(1, int(width)), cv2.LINE_AA)
    return np.clip(image, 0, 255).astype(np.uint8)


def _wall(rng: np.random.Generator, stock: list[Texture], size: int, foot: int) -> Texture:
    """A wall of one or two bands with windows, letters, poles, or large panes of glass."""
    is_even = rng.random() < 0.7
    image = np.clip(_even(rng, size), 0, 255).astype(np.uint8)
    image = image if is_even else surface(rng, stock, size)
    if rng.random() < 0.4:
        edge = int(rng.uniform(0.2, 0.9) * foot)
        image[edge:] = cv2.resize(cloth(rng, 192), (size, size))[edge:]
        furnish(rng, image, 0, edge)
    if rng.random() < 0.35:
        _panes(rng, image, stock, foot)
    for _ in range(int(rng.choice([0, 1, 1, 2]))):
        furnish(rng, image, 0, foot)
    return image


def _panes(rng: np.random.Generator, image: Texture, stock: list[Texture], foot: int) -> None:
    """Tall panes that dimly show something else, in thin frames; changes `image`."""
    size = len(image)
    seen = cv2.GaussianBlur(stock[rng.integers(len(stock))], (0, 0), rng.uniform(1, 6))
    seen = cv2.resize(seen, (size, size)).astype(np.float32)
    dim = np.clip(rng.uniform(0.1, 0.5) * seen + _shade(rng)[0] * rng.uniform(0.1, 0.6), 0, 255)
    step, frame = rng.uniform(0.12, 0.4) * size, int(rng.integers(1, 6))
    top, end = int(rng.uniform(-0.2, 0.3) * foot), foot - int(rng.uniform(0, 0.2) * foot)
    colour = _shade(rng)
    for x in np.arange(rng.uniform(-step, 0), size, step):
        left, right = max(0, int(x)), max(0, int(x + step))
        image[max(0, top) : end, left:right] = dim[max(0, top) : end, left:right]
        cv2.rectangle(image, (int(x), top), (int(x + step), end), colour, frame)


def _open(rng: np.random.Generator, size: int, foot: int) -> Texture:
    """Sky with houses, hills or trees in front of it."""
    ramp = np.linspace(0, 1, size, dtype=np.float32)[:, None].repeat(size, 1)
    image = np.clip(coloured(ramp, random_palette(rng, 2)), 0, 255).astype(np.uint8)
    for _ in range(int(rng.integers(1, 7))):
        wide, high = rng.uniform(0.1, 0.6) * size, rng.uniform(0.1, 0.9) * foot
        left, top = int(rng.uniform(-0.2, 0.9) * size), int(foot - high)
        if rng.random() < 0.5:
            right = int(min(size, left + wide))
            house = np.clip(_even(rng, size), 0, 255).astype(np.uint8)
            furnish(rng, house, top, foot)
            image[top:foot, max(0, left) : right] = house[top:foot, max(0, left) : right]
        else:
            bushes(rng, image, top, foot)
    return image


def _shaded(rng: np.random.Generator, image: Texture) -> Texture:
    """A part of the picture in the shade of something, its border sharp or soft."""
    size = len(image)
    corners = rng.uniform(-0.2, 1.2, (int(rng.integers(3, 6)), 2)) * size
    mask = np.zeros((size, size), np.float32)
    cv2.fillPoly(mask, [cv2.convexHull(corners.astype(np.int32))], 1.0)
    mask = cv2.GaussianBlur(mask, (0, 0), math.exp(rng.uniform(0, 3)))
    return (image * (1 - rng.uniform(0.15, 0.65) * mask)[..., None]).astype(np.uint8)
