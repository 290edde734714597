"""Boundaries of masks as one long integer, a bit a pixel: shifted and counted at memory speed.

Pixel ``(x, y)`` is bit ``y * stride + x``. Rows have spare bits at their end, so that what is
shifted out of one row doesn't reach the next.
"""

from functools import lru_cache
from math import isqrt

import numpy as np

from vostoolkit.arrays import Size
from vostoolkit.geometry import Mask


def stride_for(width: int, radius: int) -> int:
    """Bits from one row to the next, for rows that are widened by ``radius``, at least 1."""
    return -(-(width + radius) // 8) * 8


def boundary_bits(mask: Mask, stride: int) -> int:
    """The pixels that differ from their right, lower or lower right neighbour.

    Beyond the mask its last row and column go on.
    """
    height, width = mask.shape
    rows = np.zeros((height + 1, stride // 8), np.uint8)
    rows[:-1, : -(-width // 8)] = np.packbits(mask, axis=1, bitorder="little")
    rows[:-1, width // 8] |= mask[:, -1].astype(np.uint8) << width % 8
    rows[-1] = rows[-2]
    here = int.from_bytes(rows.tobytes(), "little")
    edge = (here ^ here >> 1) | (here ^ here >> stride) | (here ^ here >> stride + 1)
    return edge & _inside(Size(height, width), stride)


def dilated_bits(bits: int, radius: int, stride: int) -> int:
    """The bits within ``radius`` pixels of one that is set; some may lie outside the frame.

    A disc is a stack of horizontal runs: from its top row on the runs get longer, each is moved to
    its row above the centre and to that below.
    """
    disc, run, length = 0, bits, 1
    for rise in range(radius, -1, -1):
        reach = isqrt(radius * radius - rise * rise)
        while length <= 2 * reach:
            step = min(length, 2 * reach + 1 - length)
            run |= run << step
            length += step
        disc |= run >> rise * stride + reach
        if rise:
            disc |= run << rise * stride - reach
    return disc


@lru_cache(maxsize=8)
def _inside(size: Size, stride: int) -> int:
    row = ((1 << size.width) - 1).to_bytes(stride // 8, "little")
    return int.from_bytes(row * size.height, "little")


def unpacked(bits: int, size: Size, stride: int) -> Mask:
    """The mask whose pixels are these bits; those outside the frame are dropped."""
    whole = bits & (1 << size.height * stride) - 1
    rows = np.frombuffer(whole.to_bytes(size.height * stride // 8, "little"), np.uint8)
    pixels = np.unpackbits(rows, bitorder="little").reshape(size.height, stride)
    return pixels[:, : size.width].astype(np.bool_)
