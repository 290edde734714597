"""Contour accuracy F: how well two masks' boundaries match, within a tolerance."""

import math

from vostoolkit.arrays import Size
from vostoolkit.geometry import Mask, window_of
from vostoolkit.metrics.bit_planes import boundary_bits, dilated_bits, stride_for, unpacked

TOLERANCE = 0.008
"""DAVIS's: how far boundaries may be apart, as a share of the frame's diagonal."""


def f_measure(
    predicted: Mask, truth: Mask, *, void: Mask | None = None, tolerance: float = TOLERANCE
) -> float:
    """The harmonic mean of boundary precision and recall, in [0, 1]; 1 if neither has a boundary.

    Precision is the share of the prediction's boundary pixels within the tolerance of one of the
    truth's, recall the share the other way round. ``tolerance`` is a share of the diagonal, or
    pixels from 1 on. Void pixels are taken out of both masks first, so a void region inside an
    object has a boundary too.

    Raises:
        ValueError: masks of different sizes, or a tolerance that isn't above 0.

    Source: DAVIS 2016 and 2017 (F).
    Note: the papers match boundary points one to one; like the official code, this matches a point
    with any other.
    """
    if predicted.shape != truth.shape:
        raise ValueError(
            f"a mask of {predicted.shape} against a truth of {truth.shape}: give masks of one size"
        )
    radius = tolerance_pixels(Size(*truth.shape), tolerance)
    if void is not None:
        predicted, truth = predicted & ~void, truth & ~void
    # A boundary lies one pixel outside its mask at most, and only boundaries are compared.
    window = window_of(predicted | truth, margin=1)
    if window is None:
        return 1.0
    stride = stride_for(truth[window].shape[1], radius)
    ours, theirs = (boundary_bits(mask[window], stride) for mask in (predicted, truth))
    return _f(ours, theirs, radius, stride)


def tolerance_pixels(size: Size, tolerance: float = TOLERANCE) -> int:
    """The tolerance in whole pixels: rounded up if it is a share of the diagonal, else down.

    Raises:
        ValueError: a tolerance that isn't above 0.
    """
    if not tolerance > 0:
        raise ValueError(
            f"a boundary tolerance of {tolerance}: give a share of the diagonal above 0 "
            f"(DAVIS: {TOLERANCE}), or a number of pixels from 1 on"
        )
    return int(tolerance) if tolerance >= 1 else math.ceil(tolerance * math.hypot(*size))


def boundary_map(mask: Mask) -> Mask:
    """The pixels that differ from their right, lower or lower right neighbour.

    So boundaries, which run between pixels, are rounded towards the top left. What lies beyond the
    frame continues its last row and column: a mask that fills the frame has no boundary, and the
    lower right pixel is never on one.

    Source: the boundary maps of the Berkeley segmentation benchmark, which DAVIS uses.
    """
    stride = stride_for(mask.shape[1], 1)
    return unpacked(boundary_bits(mask, stride), Size(*mask.shape), stride)


def _f(predicted: int, truth: int, radius: int, stride: int) -> float:
    predicted_count, true_count = predicted.bit_count(), truth.bit_count()
    if not predicted_count and not true_count:
        return 1.0
    if not predicted_count or not true_count:
        return 0.0
    precision = (predicted & dilated_bits(truth, radius, stride)).bit_count() / predicted_count
    recall = (truth & dilated_bits(predicted, radius, stride)).bit_count() / true_count
    both = precision + recall
    return 2 * precision * recall / both if both else 0.0
