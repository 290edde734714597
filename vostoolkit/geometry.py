"""Plane geometry of masks: distance fields, dilation, components, the pole of a region.

Masks are boolean ``[h, w]``; points are ``(x, y)`` pixels. Distances are exact, Euclidean, in
pixels.
"""

from typing import NamedTuple, TypeAlias

import cv2
import numpy as np
import torch
from jaxtyping import Bool, Float32, Int32, UInt8
from torch import Tensor

Mask: TypeAlias = Bool[np.ndarray, "h w"]
Field: TypeAlias = Float32[np.ndarray, "h w"]

_CROSS = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))


class Window(NamedTuple):
    """A rectangle of pixels as two slices: ``array[window]`` cuts it out."""

    rows: slice
    columns: slice

    def times(self, factor: int) -> "Window":
        """The same rectangle of an array that is `factor` times as large."""
        return Window(*(slice(factor * side.start, factor * side.stop) for side in self))


def to_mask(region: Tensor) -> Mask:
    """The region as a boolean array on the CPU; anything but 0 is True."""
    return region.detach().cpu().numpy().astype(np.bool_)


def to_region(mask: Mask, *, like: Tensor) -> Bool[Tensor, "h w"]:
    """The mask as a boolean tensor on the device of ``like``."""
    return torch.as_tensor(np.ascontiguousarray(mask), device=like.device)


def window_of(mask: Mask, *, margin: int = 0) -> Window | None:
    """The bounding rectangle of a mask, grown by a margin inside the frame; None if it is empty."""
    left, top, width, height = cv2.boundingRect(_bytes(mask))
    if width == 0:
        return None
    rows, columns = mask.shape
    return Window(
        slice(max(top - margin, 0), min(top + height + margin, rows)),
        slice(max(left - margin, 0), min(left + width + margin, columns)),
    )


def distance_inside(mask: Mask) -> Field:
    """Distance of each pixel of the mask to the nearest pixel outside it; 0 outside.

    What lies beyond the frame counts as outside, so a pixel at the frame's border has distance 1.
    """
    field = np.zeros(mask.shape, np.float32)
    window = window_of(mask)
    if window is not None:
        framed = cv2.copyMakeBorder(_bytes(mask[window]), 1, 1, 1, 1, cv2.BORDER_CONSTANT)
        field[window] = _distance(framed)[1:-1, 1:-1]
    return field


def boundary(mask: Mask) -> Mask:
    """The pixels of the mask with one of their four neighbours outside it or beyond the frame."""
    inner = cv2.erode(_bytes(mask), _CROSS, borderType=cv2.BORDER_CONSTANT, borderValue=(0,))
    return mask & (inner == 0)


def distance_to_boundary(mask: Mask) -> Field:
    """Distance of every pixel, inside or outside, to the nearest boundary pixel of the mask.

    0 on the boundary itself, and everywhere if the mask is empty.

    Source: Lazy-XMem, Eq. 4, with Omega the mask's own outermost pixels (see ``boundary``).
    """
    edge = boundary(mask)
    if not edge.any():
        return np.zeros(mask.shape, np.float32)
    return _distance(_bytes(~edge))


def dilated(mask: Mask, radius: int) -> Mask:
    """The pixels within ``radius`` of the mask: dilation by a centred disc of side 2 radius + 1.

    An empty mask stays empty.

    Raises:
        ValueError: a negative radius.
    """
    if radius < 0:
        raise ValueError(f"a dilation radius of {radius}: give 0 (nothing is added) or more")
    window = window_of(mask, margin=radius)
    if window is None or radius == 0:
        return mask.copy()
    grown = np.zeros(mask.shape, np.bool_)
    grown[window] = _distance(_bytes(~mask[window])) <= radius
    return grown


def components(mask: Mask) -> tuple[Int32[np.ndarray, "h w"], int]:
    """The number of each pixel's connected component, from 1, and how many there are.

    Pixels that touch at a corner are connected; 0 is outside the mask.
    """
    count, numbers = cv2.connectedComponents(_bytes(mask), connectivity=8, ltype=cv2.CV_32S)
    return numbers.astype(np.int32, copy=False), count - 1


def component_at(mask: Mask, x: float, y: float) -> Mask:
    """The connected component of the mask that holds a point; empty if the point is outside."""
    height, width = mask.shape
    column, row = min(max(round(x), 0), width - 1), min(max(round(y), 0), height - 1)
    if not mask[row, column]:
        return np.zeros(mask.shape, np.bool_)
    numbers, _ = components(mask)
    return numbers == numbers[row, column]


def pole(mask: Mask) -> tuple[int, int] | None:
    """The point ``(x, y)`` of the mask farthest from everything outside it; None if it is empty.

    It lies in the mask, unlike a centroid. Of equally far points it is the first in reading order.
    """
    if not mask.any():
        return None
    row, column = np.unravel_index(np.argmax(distance_inside(mask)), mask.shape)
    return int(column), int(row)


def _distance(mask: UInt8[np.ndarray, "h w"]) -> Field:
    """Distance of each pixel to the nearest 0; there must be one."""
    field = cv2.distanceTransform(mask, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return np.asarray(field, np.float32)


def _bytes(mask: Mask) -> UInt8[np.ndarray, "h w"]:
    return np.ascontiguousarray(mask).view(np.uint8)
