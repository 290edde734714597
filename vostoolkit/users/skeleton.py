"""Skeletons of regions: the lines along which a person would draw a scribble."""

from functools import lru_cache

import cv2
import numpy as np
from jaxtyping import Float64, Int64, UInt8

from vostoolkit.geometry import Mask, components

_CENTRE = 4
_NEIGHBOURHOOD = tuple((row, column) for row in (-1, 0, 1) for column in (-1, 0, 1))


def medial_axis(mask: Mask) -> Mask:
    """The ridges of the mask's distance field, one pixel thin, connected where the mask is.

    Pixels are looked at once each, those nearest to the outside first, then those with most
    neighbours outside; one goes unless that would split or join its surroundings or shorten an end.
    What is equal in both comes in the order of NumPy's older generator with seed 0. Beyond the
    frame is no outside.

    Source: scikit-image's documentation of ``medial_axis``, whose older versions ordered equals so.
    """
    rows, columns = np.nonzero(mask)
    patterns = _patterns(mask)
    corners = np.array([9 - number.bit_count() for number in range(512)])[patterns[mask]]
    equals = np.random.RandomState(0).permutation(rows.size)
    order = np.lexsort((equals, corners, _square_distance(mask)[mask]))
    width = mask.shape[1] + 2
    places = ((rows + 1) * width + columns + 1)[order]
    held: list[int] = np.pad(patterns, 1).ravel().tolist()
    steps = [
        (row * width + column, ~(1 << 8 - bit)) for bit, (row, column) in enumerate(_NEIGHBOURHOOD)
    ]
    stays = _stays()
    for place in places.tolist():
        if not stays[held[place]]:
            for step, without in steps:
                held[place + step] &= without
    thinned = np.array(held).reshape(mask.shape[0] + 2, width)[1:-1, 1:-1]
    return (thinned & 1 << _CENTRE) > 0


def opened(mask: Mask, radius: float) -> Mask:
    """The mask without what a disc of this radius doesn't fit into.

    Note: the disc is sampled from its left edge in steps of one pixel, so with a broken radius it
    lies off the centre, and erosion and dilation both move the mask that way, as in the release.
    """
    reach = np.arange(-radius, radius + 1)
    disc = (reach**2 + reach[:, None] ** 2 <= radius**2).astype(np.uint8)
    eroded = _seen(cv2.erode(mask.astype(np.uint8), disc))
    return _seen(cv2.dilate(eroded.astype(np.uint8), disc))


def _seen(result: UInt8[np.ndarray, "h w"]) -> Mask:
    """Without the pixels from which the disc lies wholly beyond the frame."""
    return result == 1


def _square_distance(mask: Mask) -> Float64[np.ndarray, "h w"]:
    """Exact squared distance to the nearest pixel outside.

    A mask that fills the frame has none; like SciPy's, its distances are to the place above the top
    left pixel.
    """
    if mask.all():
        rows, columns = np.indices(mask.shape, dtype=np.float64)
        return np.asarray((rows + 1) ** 2 + columns**2, np.float64)
    distance = cv2.distanceTransform(mask.astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return np.asarray(np.round(distance.astype(np.float64) ** 2), np.float64)


def _patterns(mask: Mask) -> Int64[np.ndarray, "h w"]:
    """Of each pixel its 3 x 3 neighbourhood as nine bits, in reading order from the lowest."""
    height, width = mask.shape
    framed = np.pad(mask, 1).astype(np.int64)
    patterns = np.zeros(mask.shape, np.int64)
    for bit, (row, column) in enumerate(_NEIGHBOURHOOD):
        top, left = row + 1, column + 1
        patterns |= framed[top : top + height, left : left + width] << bit
    return patterns


@lru_cache(maxsize=1)
def _stays() -> tuple[bool, ...]:
    """By pattern, whether its centre stays: it is an end, or what holds its surroundings apart."""
    return tuple(_holds(number) for number in range(512))


def _holds(number: int) -> bool:
    pattern = np.array([number >> bit & 1 for bit in range(9)], np.bool_).reshape(3, 3)
    if not pattern[1, 1]:
        return False
    without = pattern.copy()
    without[1, 1] = False
    return bool(pattern.sum() < 3) or components(pattern)[1] != components(without)[1]
