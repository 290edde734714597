"""Prompts as picture channels: where was clicked, how far from it, and what has its colour."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import cv2
import numpy as np
from jaxtyping import Bool, Float32

from vostoolkit.arrays import Image, Size
from vostoolkit.prompts import Box, Click, Scribble, rasterise

GUIDANCE_CHANNELS = 9
"""For each sign a disk, a distance heat, the likeness in colour, and how easily colour flows there
from the click; then the inside of a box."""

_DISK_RADIUS = 4.0
_HEAT_REACH = 18.0
_COLOUR_REACH = 60.0
_REFERENCE_SIZE = 128
_MOST_COLOURS = 12
_FLOOD_STEPS = (12, 30, 60)
_FLOOD_SLOPE = 4


@dataclass(frozen=True)
class Window:
    """A rectangle of a picture, right and bottom not included."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def area(self) -> int:
        """Pixels inside."""
        return (self.right - self.left) * (self.bottom - self.top)

    @property
    def slices(self) -> tuple[slice, slice]:
        """The index that cuts the window out of a picture or mask."""
        return slice(self.top, self.bottom), slice(self.left, self.right)

    def seen(self, stroke: Click | Scribble, scale: float) -> Click | Scribble:
        """The stroke in pixels of the window, enlarged `scale` times."""
        points = tuple(self._seen(point, scale) for point in points_of(stroke))
        if isinstance(stroke, Scribble):
            return replace(stroke, points=points, width=max(1.0, stroke.width * scale))
        return replace(stroke, x=points[0][0], y=points[0][1])

    def seen_box(self, box: Box, scale: float) -> Box:
        """The box in pixels of the window, enlarged `scale` times."""
        left, top = self._seen((box.left, box.top), scale)
        right, bottom = self._seen((box.right, box.bottom), scale)
        return replace(box, left=left, top=top, right=right, bottom=bottom)

    def _seen(self, point: tuple[float, float], scale: float) -> tuple[float, float]:
        x, y = point
        return (x - self.left + 0.5) * scale - 0.5, (y - self.top + 0.5) * scale - 0.5


def points_of(stroke: Click | Scribble) -> tuple[tuple[float, float], ...]:
    """The places that a click or scribble touches."""
    return stroke.points if isinstance(stroke, Scribble) else ((stroke.x, stroke.y),)


def guidance(
    image: Image, strokes: Iterable[Click | Scribble], box: Box | None = None
) -> Float32[np.ndarray, "9 h w"]:
    """The guidance channels of clicks, scribbles and a box, each in [0, 1].

    Disk and heat scale with the picture's short side, so a click means the same at any size. All
    coordinates are pixels of this picture; points outside move to the border.
    """
    size = Size(*image.shape[:2])
    strokes = tuple(strokes)
    blurred = cv2.blur(image, (5, 5))
    maps = np.zeros((GUIDANCE_CHANNELS, *size), np.float32)
    for first, positive in ((0, True), (4, False)):
        touched = rasterise(strokes, size, positive=positive)
        if touched.any():
            maps[first : first + 4] = _sign_maps(blurred, touched)
    if box is not None:
        left, right = (min(max(round(x), 0), size.width - 1) for x in (box.left, box.right))
        top, bottom = (min(max(round(y), 0), size.height - 1) for y in (box.top, box.bottom))
        maps[8, top : bottom + 1, left : right + 1] = 1
    return maps


def _sign_maps(blurred: Image, touched: Bool[np.ndarray, "h w"]) -> Float32[np.ndarray, "4 h w"]:
    scale = min(touched.shape) / _REFERENCE_SIZE
    distance = cv2.distanceTransform((~touched).astype(np.uint8), cv2.DIST_L2, 5) / scale
    alike = np.zeros(touched.shape, np.float32)
    reached = np.zeros(touched.shape, np.float32)
    colours = blurred.astype(np.float32)
    places = np.argwhere(touched)
    for y, x in places[
        np.linspace(0, len(places) - 1, min(len(places), _MOST_COLOURS)).astype(int)
    ]:
        difference = np.abs(colours - colours[y, x]).sum(axis=-1)
        np.maximum(alike, np.exp(-difference / _COLOUR_REACH), out=alike)
        np.maximum(reached, _flooded(blurred, (int(x), int(y))), out=reached)
    disk = np.clip(_DISK_RADIUS + 0.5 - distance, 0, 1)
    return np.stack([disk, np.exp(-distance / _HEAT_REACH), alike, reached])


def _flooded(blurred: Image, seed: tuple[int, int]) -> Float32[np.ndarray, "h w"]:
    """The share of fills from `seed` that reach a pixel: three colour ranges, one gentle slope."""
    height, width = blurred.shape[:2]
    total = np.zeros((height, width), np.float32)
    fixed = cv2.FLOODFILL_FIXED_RANGE
    for step, kind in (*((step, fixed) for step in _FLOOD_STEPS), (_FLOOD_SLOPE, 0)):
        mask = np.zeros((height + 2, width + 2), np.uint8)
        flags = 4 | kind | cv2.FLOODFILL_MASK_ONLY | (1 << 8)
        cv2.floodFill(blurred, mask, seed, (0, 0, 0), (step,) * 3, (step,) * 3, flags)
        total += mask[1:-1, 1:-1]
    return total / (1 + len(_FLOOD_STEPS))
