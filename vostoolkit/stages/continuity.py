"""Objects move on from where they were: parts that appear far from the last mask are dropped."""

import math

import cv2
import numpy as np
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional

from vostoolkit.arrays import Size
from vostoolkit.geometry import (
    Mask,
    Window,
    components,
    dilated,
    to_mask,
    to_region,
    window_of,
)

_MARGIN = 2
"""Places beyond reach that are looked at too: a decoder sees an outline by its surroundings."""

_NEARLY_ALL = 0.8
"""The share of a frame above which a window for each object is no less work than the frame."""

_CELL = 4
"""Side of the cells, in pixels, by which nearness and connection are judged."""


def continued(
    own: Float[Tensor, "n y x"], previous: Float[Tensor, "m y x"] | None, reach: float | None
) -> Float[Tensor, "n y x"]:
    """Each object's probabilities, 0 in what doesn't go on from its last mask.

    A connected part of the mask goes on from it if it comes nearer than `reach` times the short
    side. Where no part does, or there was none, all stay: the object came back. A reach of
    None changes nothing. All is judged by cells of a few pixels.

    Source: ours; a memory that is read anywhere also finds what only looks like the object.
    """
    if previous is None or reach is None:
        return own
    height, width = own.shape[-2:]
    radius = round(reach * min(height, width) / _CELL)
    out = own.clone()
    for number, last in enumerate(previous):
        kept = _going_on(_cells(own[number]), dilated(_cells(last), radius))
        pixels = cv2.resize(kept.view(np.uint8), (width, height), interpolation=cv2.INTER_NEAREST)
        out[number] *= to_region(pixels.view(np.bool_), like=own)
    return out


def windows(
    previous: Float[Tensor, "n y x"] | None, reach: float | None, grid: Size
) -> tuple[Window, ...] | None:
    """For each object the places of a grid over the frame that it may reach, all of one size.

    None if one may appear anywhere, since there is no reach or it's out of sight, or if the places
    are nearly all. What jumps farther is out of sight for a frame, and then found again.
    """
    if previous is None or reach is None:
        return None
    margin = math.ceil(reach * min(grid)) + _MARGIN
    there = functional.adaptive_max_pool2d(previous, tuple(grid)) > 0.5
    own = [window for mask in there if (window := window_of(to_mask(mask), margin=margin))]
    if len(own) < len(there):
        return None
    size = Size(*(max(w[axis].stop - w[axis].start for w in own) for axis in (0, 1)))
    if math.prod(size) > _NEARLY_ALL * math.prod(grid):
        return None
    return tuple(_placed(window, size, grid) for window in own)


def _cells(probability: Float[Tensor, "y x"]) -> Mask:
    """The cells that hold a pixel of the mask."""
    mask = to_mask(probability > 0.5)
    size = mask.shape[1] // _CELL, mask.shape[0] // _CELL
    return cv2.resize(mask.view(np.uint8) * 255, size, interpolation=cv2.INTER_AREA) > 0


def _going_on(mask: Mask, near: Mask) -> Mask:
    """The cells near the last mask, and the parts of this one that reach there."""
    parts, count = components(mask)
    goes_on = np.bincount(parts[near], minlength=count + 1) > 0
    goes_on[0] = False
    return goes_on[parts] | near if goes_on.any() else np.ones_like(mask)


def _placed(own: Window, size: Size, grid: Size) -> Window:
    """The window of this size that begins where the object's own does, as far as it fits."""
    starts = [min(s.start, most - n) for s, n, most in zip(own, size, grid, strict=True)]
    return Window(*(slice(start, start + n) for start, n in zip(starts, size, strict=True)))
