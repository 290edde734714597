"""Where EVA-VOS's simulated annotator clicks: in the middle of what is wrong.

Source: Delatolas et al., EVA-VOS, section 3 (human annotator simulation), and its released code.
"""

from typing import Literal, NamedTuple, TypeAlias

import numpy as np

from vostoolkit.geometry import Mask, components

Snap: TypeAlias = Literal["error", "object", "never"]
"""Where a click goes whose error's mean point isn't in the error, as with a ring: to the nearest
pixel of the error; of the true object if it is positive and off the object (release); nowhere."""


class Place(NamedTuple):
    """A pixel, and whether it is clicked as the object's."""

    x: int
    y: int
    positive: bool


class _Error(NamedTuple):
    """A connected error; it is missing from the prediction, or there is too much."""

    mask: Mask
    size: int
    is_missing: bool


def error_clicks(
    predicted: Mask,
    truth: Mask,
    *,
    most: int = 1,
    with_positive: bool = False,
    snap: Snap = "error",
) -> tuple[Place, ...]:
    """Clicks at the mean points of the largest connected errors, the largest first.

    Of equally large errors, too much comes before too little. ``with_positive`` adds a click on the
    largest missing part, if there is one and no other click is positive. Nothing where nothing is
    wrong.
    """
    errors = sorted(_errors(predicted, truth), key=lambda error: -error.size)
    chosen = errors[:most]
    if with_positive and not any(error.is_missing for error in chosen):
        chosen += [error for error in errors if error.is_missing][:1]
    return tuple(_click(error, truth, snap) for error in chosen)


def middle_click(truth: Mask) -> tuple[Place, ...]:
    """A click on the object at the median of its pixels; nothing if it isn't there."""
    if not truth.any():
        return ()
    row, column = np.median(np.nonzero(truth), axis=1).astype(int).tolist()
    return (Place(*_nearest(truth, column, row), True),)


def spread_clicks(truth: Mask) -> tuple[Place, ...]:
    """Three clicks on the object: its first, middle and last pixel in reading order."""
    pixels = np.argwhere(truth)
    if not len(pixels):
        return ()
    three = pixels[[0, len(pixels) // 2, -1]].tolist()
    return tuple(Place(column, row, True) for row, column in three)


def _errors(predicted: Mask, truth: Mask) -> list[_Error]:
    found: list[_Error] = []
    for is_missing, wrong in ((False, predicted & ~truth), (True, truth & ~predicted)):
        numbers, count = components(wrong)
        sizes = np.bincount(numbers.ravel(), minlength=count + 1)
        found += [_Error(numbers == n, int(sizes[n]), is_missing) for n in range(1, count + 1)]
    return found


def _click(error: _Error, truth: Mask, snap: Snap) -> Place:
    row, column = np.argwhere(error.mask).mean(0).astype(int).tolist()
    if snap == "never" or (snap == "object" and not error.is_missing):
        return Place(column, row, error.is_missing)
    ground = truth if snap == "object" else error.mask
    return Place(*_nearest(ground, column, row), error.is_missing)


def _nearest(mask: Mask, x: int, y: int) -> tuple[int, int]:
    """The pixel of the mask nearest to a point; of equally near ones the first in reading order."""
    pixels = np.argwhere(mask)
    row, column = pixels[((pixels - (y, x)) ** 2).sum(1).argmin()].tolist()
    return column, row
