"""What a person might give: clicks and scribbles in the largest error, boxes; and wrong masks."""

from __future__ import annotations

import cv2
import numpy as np
from jaxtyping import Bool, UInt8

from vostoolkit.arrays import Size
from vostoolkit.prompts import Box, Click, Scribble
from vostoolkit.strokes import to_scribble
from vostoolkit.users.davis_robot import ScribbleRobot

_ROBOT = ScribbleRobot()


def error_click(
    truth: UInt8[np.ndarray, "h w"],
    predicted: UInt8[np.ndarray, "h w"],
    rng: np.random.Generator | None = None,
) -> Click | None:
    """A click inside the largest connected error, None if there is no error.

    In its middle, or with `rng` at a random place, now and then close to its border.
    """
    error = largest_error(truth, predicted)
    if error is None:
        return None
    positive, region = error
    depth = _depth(region)
    least = depth.max() if rng is None else rng.uniform(0.1, 1.0) * depth.max()
    places = np.argwhere(depth >= least)
    y, x = places[0 if rng is None else rng.integers(len(places))]
    return Click(frame=0, object_id=1, x=float(x), y=float(y), positive=positive)


def error_scribble(
    truth: UInt8[np.ndarray, "h w"],
    predicted: UInt8[np.ndarray, "h w"],
    rng: np.random.Generator,
    *,
    width: float = 3.0,
) -> Scribble | None:
    """A bent stroke that stays inside the largest connected error, None if there is no error."""
    error = largest_error(truth, predicted)
    if error is None:
        return None
    positive, region = error
    depth = _depth(region)
    places = np.argwhere(depth >= 0.35 * depth.max())
    corners = [places[rng.integers(len(places))] for _ in range(int(rng.integers(2, 5)))]
    stroke = [corners[0]]
    for corner in corners[1:]:
        steps = np.linspace(stroke[-1], corner, 12).round().astype(int)
        if region[steps[:, 0], steps[:, 1]].all():
            stroke.append(corner)
    points = tuple((float(x), float(y)) for y, x in stroke)
    return Scribble(0, 1, points, positive=positive, width=width)


def error_line(
    truth: UInt8[np.ndarray, "h w"], predicted: UInt8[np.ndarray, "h w"], *, width: float = 3.0
) -> Scribble | None:
    """The longest line that DAVIS's robot draws in the largest error; None where it draws none.

    It runs along the whole of what was missed, as a person's stroke does.
    """
    error = largest_error(truth, predicted)
    if error is None:
        return None
    positive, region = error
    only = region.astype(np.uint8)
    lines = [line for line in _ROBOT.strokes(np.zeros_like(only), only) if line.label]
    if not lines:
        return None
    size = Size(*truth.shape)
    longest = max(lines, key=lambda line: len(line.pixels(size)))
    return to_scribble(longest, size, 0, 1, positive=positive, width=width)


def largest_error(
    truth: UInt8[np.ndarray, "h w"], predicted: UInt8[np.ndarray, "h w"]
) -> tuple[bool, Bool[np.ndarray, "h w"]] | None:
    """Whether the largest connected error is something missing, and its pixels."""
    found: list[tuple[int, bool, np.ndarray]] = []
    for positive, error in ((True, truth > predicted), (False, truth < predicted)):
        count, parts, statistics, _ = cv2.connectedComponentsWithStats(error.astype(np.uint8))
        if count < 2:
            continue
        part = 1 + int(np.argmax(statistics[1:, cv2.CC_STAT_AREA]))
        area = int(statistics[part, cv2.CC_STAT_AREA])
        found.append((area, positive, np.equal(parts, part)))
    if not found:
        return None
    _, positive, region = max(found, key=lambda error: error[0])
    return positive, region


def _depth(region: Bool[np.ndarray, "h w"]) -> np.ndarray:
    """How far each pixel is from the outside of the region; the picture's border is outside."""
    padded = np.pad(region, 1).astype(np.uint8)
    return np.asarray(cv2.distanceTransform(padded, cv2.DIST_L2, 5))[1:-1, 1:-1]


def loose_box(truth: UInt8[np.ndarray, "h w"], rng: np.random.Generator) -> Box:
    """The box around the object as a hand draws it: up to a tenth too large or too small."""
    left, top, width, height = cv2.boundingRect(truth)
    slack = rng.uniform(-0.03, 0.1, 4) * max(width, height)
    return Box(
        frame=0,
        object_id=1,
        left=left - slack[0],
        top=top - slack[1],
        right=max(left + width - 1 + slack[2], left),
        bottom=max(top + height - 1 + slack[3], top),
    )


def spoiled(truth: UInt8[np.ndarray, "h w"], rng: np.random.Generator) -> UInt8[np.ndarray, "h w"]:
    """A wrong version of a mask: grown, shrunken, moved, or with a piece too many or few."""
    side = min(truth.shape)
    width = int(rng.integers(3, max(4, side // 9)))
    brush = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (width, width))
    kind = rng.integers(4)
    if kind < 2:
        return (cv2.dilate, cv2.erode)[kind](truth, brush)
    linear = np.diag(rng.uniform(0.85, 1.15, 2)) + rng.normal(0, 0.05, (2, 2))
    middle = np.array(truth.shape[::-1]) / 2
    offset = middle - linear @ middle + rng.normal(0, 0.04 * side, 2)
    moved = cv2.warpAffine(
        truth, np.column_stack([linear, offset]), truth.shape[::-1], flags=cv2.INTER_NEAREST
    )
    if kind == 3:
        x, y = rng.integers(0, truth.shape[::-1])
        radius = int(rng.uniform(0.05, 0.2) * side)
        cv2.circle(moved, (int(x), int(y)), radius, int(rng.integers(2)), -1)
    return moved
