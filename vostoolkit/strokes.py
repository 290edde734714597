"""Strokes as DAVIS's interactive challenge has them: curves in shares of the frame."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby, pairwise

import numpy as np
from jaxtyping import Float, Float64, Int64

from vostoolkit.arrays import ObjectId, Size
from vostoolkit.prompts import Scribble

NO_STROKE = -1


@dataclass(frozen=True, eq=False)
class Stroke:
    """A line that says what its pixels are: an object, or with ``label`` 0 background.

    ``points`` are ``(x, y)`` as shares of width and height, in [0, 1].

    Raises:
        ValueError: no points, or some outside [0, 1].
    """

    label: ObjectId
    points: Float64[np.ndarray, "n 2"]

    def __post_init__(self) -> None:
        if len(self.points) == 0 or not ((self.points >= 0) & (self.points <= 1)).all():
            raise ValueError(
                f"a stroke of {len(self.points)} points: give at least one, each (x, y) as shares "
                "of the frame's width and height, from 0 to 1"
            )

    def pixels(self, size: Size) -> Int64[np.ndarray, "m 2"]:
        """The ``(x, y)`` of the pixels of the line in a frame of this size, joints twice.

        Note: a share of 1 is the last pixel, though `stroke_through` divides by the whole width, as
        the official code does; so a stroke can come back one pixel further left or up.
        """
        last = np.array([size.width - 1, size.height - 1])
        return line_pixels((self.points * last).astype(np.int64))


def stroke_through(
    path: Float[np.ndarray, "n 2"], label: ObjectId, size: Size, *, points: int = 1000
) -> Stroke:
    """A smooth stroke along pixels ``(x, y)``, from the last of them to the first."""
    return Stroke(label, bezier(path, points) / np.array([size.width, size.height]))


def to_scribble(
    stroke: Stroke,
    size: Size,
    frame: int,
    object_id: ObjectId,
    *,
    positive: bool = True,
    width: float = 3.0,
) -> Scribble:
    """The stroke as a prompt about one object, in a frame of this size.

    It lies where the stroke was made, without the loss that `Stroke.pixels` has.
    """
    last = np.array([size.width - 1, size.height - 1])
    places = np.round(stroke.points * np.array([size.width, size.height]))
    pixels = np.minimum(places, last).tolist()
    points = tuple((float(x), float(y)) for (x, y), _ in groupby(pixels))
    return Scribble(frame, object_id, points, positive=positive, width=width)


def bezier(control: Float[np.ndarray, "n 2"], count: int) -> Float64[np.ndarray, "count 2"]:
    """Points of the Bézier curve with these control points, equally spaced in its parameter.

    It runs from the last control point to the first, as DAVIS's does.
    """
    steps = np.arange(len(control))[:, None]
    degree = len(control) - 1
    chosen = np.array([[_log_choose(degree, step)] for step in range(degree + 1)])
    with np.errstate(divide="ignore"):
        # Logarithms, because binomials of long paths overflow. 0 log 0 = 0.
        towards = np.log(np.linspace(0, 1, count))
        back = np.log(np.linspace(1, 0, count))
    far, near = degree - steps, steps
    weights = np.exp(chosen + _times(far, towards) + _times(near, back))
    return weights.T @ np.asarray(control, np.float64)


def line_pixels(points: Int64[np.ndarray, "n 2"]) -> Int64[np.ndarray, "m 2"]:
    """The pixels of the straight lines between neighbouring points, both ends of each included.

    Source: Bresenham's algorithm; halves are rounded away from a line's start.
    """
    if len(points) < 2:
        return points
    lines: list[Int64[np.ndarray, "m 2"]] = []
    for start, end in pairwise(points):
        way = np.abs(end - start)
        longer = max(int(way.max()), 1)
        steps = np.arange(int(way.max()) + 1)[:, None]
        lines.append(start + np.sign(end - start) * ((2 * steps * way + longer) // (2 * longer)))
    return np.concatenate(lines)


def stroke_map(strokes: Iterable[Stroke], size: Size) -> Int64[np.ndarray, "h w"]:
    """The label at each pixel that a stroke touches, of the last if several do; else -1."""
    labels = np.full(tuple(size), NO_STROKE, np.int64)
    for stroke in strokes:
        columns, rows = stroke.pixels(size).T
        labels[rows, columns] = stroke.label
    return labels


def _log_choose(total: int, chosen: int) -> float:
    return math.lgamma(total + 1) - math.lgamma(chosen + 1) - math.lgamma(total - chosen + 1)


def _times(
    exponents: Int64[np.ndarray, "n 1"], logarithms: Float64[np.ndarray, "count"]
) -> Float64[np.ndarray, "n count"]:
    finite = np.where(np.isinf(logarithms), 0, logarithms)
    return np.where((exponents > 0) & np.isinf(logarithms), -np.inf, exponents * finite)
