"""Objects move on from where they were: parts that appear far from the last mask are dropped."""

import cv2
import numpy as np
from jaxtyping import Float
from torch import Tensor

from vostoolkit.geometry import Mask, components, dilated, to_mask, to_region

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
