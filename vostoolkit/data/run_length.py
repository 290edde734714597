"""Run-length encoded masks as COCO and BURST store them: text, column by column."""

import numpy as np

from vostoolkit.arrays import Size
from vostoolkit.geometry import Mask

_FIRST, _BITS, _SIGN, _MORE = 48, 5, 0x10, 0x20


def decoded(text: str, size: Size) -> Mask:
    """The mask of a compressed run-length text.

    Runs of background and object follow each other down the columns. Each is written in groups of
    five bits, lowest first; from the third on only the difference to the run before the last is.

    Raises:
        ValueError: the runs don't fill a mask of this size.
    """
    runs: list[int] = []
    value = shift = 0
    for character in text:
        bits = ord(character) - _FIRST
        value |= (bits & (_MORE - 1)) << shift
        shift += _BITS
        if bits & _MORE:
            continue
        if bits & _SIGN:
            value -= 1 << shift
        runs.append(value + (runs[-2] if len(runs) > 2 else 0))
        value = shift = 0
    if sum(runs) != size.height * size.width or min(runs, default=0) < 0:
        raise ValueError(
            f"a run-length text for {sum(runs)} pixels, but a mask of {size.width}x{size.height} "
            f"has {size.width * size.height}"
        )
    column_wise = np.repeat(np.arange(len(runs)) % 2 == 1, runs)
    return column_wise.reshape(size.width, size.height).T.copy()


def encoded(mask: Mask) -> str:
    """The compressed run-length text of a mask; `decoded` makes the mask of it again."""
    flat = np.concatenate([[False], mask.T.ravel()])
    ends = np.flatnonzero(np.diff(flat.astype(np.int8)))
    runs = np.diff(np.concatenate([[0], ends, [mask.size]])).tolist()
    text: list[str] = []
    for number, run in enumerate(runs):
        value = run - runs[number - 2] if number > 2 else run
        while True:
            bits, value = value & (_MORE - 1), value >> _BITS
            is_last = value == (-1 if bits & _SIGN else 0)
            text.append(chr(_FIRST + (bits if is_last else bits | _MORE)))
            if is_last:
                break
    return "".join(text)
