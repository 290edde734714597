"""Masks as one long integer, a bit a pixel: shifting and counting whole frames at memory speed."""

from math import isqrt

import numpy as np

from vostoolkit.geometry import Mask


def stride_for(width: int, radius: int) -> int:
    """Bits from one row to the next, so that a shift by ``radius`` never reaches another row."""
    return -(-(width + radius) // 8) * 8


def packed(mask: Mask, stride: int) -> int:
    """The mask as an integer: pixel ``(x, y)`` is bit ``y * stride + x``, all others are 0."""
    rows = np.zeros((mask.shape[0], stride), np.bool_)
    rows[:, : mask.shape[1]] = mask
    return int.from_bytes(np.packbits(rows, bitorder="little").tobytes(), "little")


def dilated_bits(bits: int, radius: int, stride: int) -> int:
    """The bits within ``radius`` pixels of one that is set; some may lie outside the frame.

    A disc is a stack of horizontal runs: each row is widened by its run and moved up and down.
    """
    widened = [bits]
    for reach in range(1, radius + 1):
        widened.append(widened[-1] | bits << reach | bits >> reach)
    disc = widened[radius]
    for rise in range(1, radius + 1):
        run = widened[isqrt(radius * radius - rise * rise)]
        disc |= run << rise * stride | run >> rise * stride
    return disc
