"""Array conventions of the whole toolkit, said once.

Images are ``uint8 [h, w, 3]`` RGB. Network input is ``float32 [b, 3, h, w]``. A pmf is ``float32
[k, h, w]`` with channel 0 the background; it sums to 1 over ``k``. Labels are ``uint8 [h, w]`` with
the value an object id and 0 the background. Points are ``(x, y)`` in image pixels, pixel centres at
integers. Time is counted in frames from 0; durations end in ``_s`` and are seconds.
"""

from typing import NamedTuple, TypeAlias

import numpy as np
from jaxtyping import Bool, Float, UInt8
from torch import Tensor

Image: TypeAlias = UInt8[np.ndarray, "h w 3"]
Labels: TypeAlias = UInt8[np.ndarray, "h w"]
Pmf: TypeAlias = Float[Tensor, "k h w"]
Map: TypeAlias = Float[Tensor, "h w"]
Region: TypeAlias = Bool[Tensor, "h w"]
ObjectId: TypeAlias = int

MAX_OBJECT_ID = 255
"""Object ids are 1 to 255, so that labels fit an 8-bit palette picture."""


class Size(NamedTuple):
    """Height and width in pixels."""

    height: int
    width: int


def check_object_id(object_id: int) -> None:
    """Nothing, if the id is usable.

    Raises:
        ValueError: not an integer from 1 to 255; 0 is the background.
    """
    is_number = isinstance(object_id, int | np.integer)  # pyright: ignore[reportUnnecessaryIsInstance]
    if isinstance(object_id, bool) or not is_number or not 1 <= object_id <= MAX_OBJECT_ID:
        raise ValueError(
            f"object id {object_id!r} is not usable: give an integer from 1 to {MAX_OBJECT_ID} "
            "(0 is the background)"
        )
