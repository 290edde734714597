"""A video that is an array in memory, or one mapped from disk."""

import math

import numpy as np
from jaxtyping import UInt8

from vostoolkit.arrays import Image, Size
from vostoolkit.frames import Frame
from vostoolkit.video.random_access import RandomAccess

DEFAULT_FPS = 24.0
"""Frames per second of what has no clock of its own."""


class VideoArray(RandomAccess):
    """The frames of an array ``[n, h, w, 3]`` RGB or ``[n, h, w]`` grey; nothing is copied.

    Raises:
        TypeError: not an array of 8-bit numbers.
        ValueError: another shape, no frame, or a frame rate that isn't positive.
    """

    def __init__(self, images: np.ndarray, fps: float = DEFAULT_FPS) -> None:
        check_pixels(images)
        if images.ndim not in (3, 4) or (images.ndim == 4 and images.shape[3] != 3):
            raise ValueError(
                f"an array of shape {images.shape}: give [n, h, w, 3] in RGB, or [n, h, w] in grey"
            )
        if 0 in images.shape:
            raise ValueError(f"an array of shape {images.shape} holds no picture")
        self._images = images
        self._fps = check_fps(fps)

    @property
    def size(self) -> Size:
        """Height and width of every frame."""
        return Size(*self._images.shape[1:3])

    @property
    def fps(self) -> float:
        """Frames per second, as given."""
        return self._fps

    def __len__(self) -> int:
        return self._images.shape[0]

    def _read(self, index: int) -> Frame:
        return Frame(index, as_rgb(self._images[index]), index / self._fps)


def check_fps(fps: float) -> float:
    """The frame rate, if it is positive and finite.

    Raises:
        ValueError: it isn't.
    """
    if not (math.isfinite(fps) and fps > 0):
        raise ValueError(f"fps={fps}: give a positive number of frames per second")
    return float(fps)


def check_pixels(images: np.ndarray) -> None:
    """Nothing, if the array holds 8-bit numbers.

    Raises:
        TypeError: it holds something else.
    """
    if images.dtype != np.uint8:
        raise TypeError(
            f"an array of {images.dtype}: give uint8 from 0 to 255 "
            "(from 0.0 to 1.0: `(255 * images).round().astype(np.uint8)`)"
        )


def as_rgb(image: UInt8[np.ndarray, "h w 3"] | UInt8[np.ndarray, "h w"]) -> Image:
    """The picture with three channels, contiguous; a grey one has them equal."""
    if image.ndim == 2:
        image = np.repeat(image[..., None], 3, axis=2)
    return np.ascontiguousarray(image)
