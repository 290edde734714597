"""Live streams: frames that come one after the other and can't be asked for again."""

import time
from collections.abc import Iterable, Iterator
from itertools import chain
from types import TracebackType
from typing import cast

import cv2
import numpy as np
from jaxtyping import UInt8

from vostoolkit.arrays import Size
from vostoolkit.errors import VideoError
from vostoolkit.frames import Frame
from vostoolkit.video.array import as_rgb, check_fps, check_pixels


class ImageStream:
    """A stream of the pictures of any iterator; the first is taken at once, to know the size.

    Raises:
        ValueError: a frame rate that isn't positive, or a picture of another shape.
        TypeError: a picture that isn't an array of 8-bit numbers.
        VideoError: there is no picture at all, or one of another size than the first.
    """

    def __init__(self, images: Iterable[np.ndarray], fps: float = 30.0) -> None:
        self._fps = check_fps(fps)
        waiting = iter(images)
        try:
            first = next(waiting)
        except StopIteration:
            raise VideoError("the stream ended before its first picture") from None
        _check_picture(first)
        self._size = Size(*first.shape[:2])
        self._images = chain([first], waiting)
        self._next_index = 0

    @property
    def size(self) -> Size:
        """Height and width of every frame."""
        return self._size

    @property
    def fps(self) -> float:
        """Frames per second, as given."""
        return self._fps

    def __iter__(self) -> Iterator[Frame]:
        return self

    def __next__(self) -> Frame:
        image = next(self._images)
        _check_picture(image)
        index = self._next_index
        if Size(*image.shape[:2]) != self._size:
            raise VideoError(
                f"picture {index} of the stream is {image.shape[1]}x{image.shape[0]}, the first "
                f"was {self._size.width}x{self._size.height}: resize them to one size"
            )
        self._next_index += 1
        return Frame(index, as_rgb(image), index / self._fps)


class Camera:
    """A stream from a camera, by its number; use it in a ``with`` block, or close it.

    Raises:
        VideoError: there is no such camera, or it stops giving pictures.
    """

    def __init__(self, index: int = 0) -> None:
        self._index = index
        self._next_index = 0
        self._start_s = 0.0
        self._capture = cv2.VideoCapture(index)
        if not self._capture.isOpened():
            raise VideoError(
                f"camera {index} can't be opened: is it plugged in, free, and allowed to this "
                "program? Cameras are counted from 0"
            )
        try:
            self._size = Size(*self._grab().shape[:2])
        except VideoError:
            self.close()
            raise

    @property
    def size(self) -> Size:
        """Height and width of every frame."""
        return self._size

    @property
    def fps(self) -> float:
        """Frames per second that the camera promises; 30 if it doesn't say."""
        return float(self._capture.get(cv2.CAP_PROP_FPS)) or 30.0

    def close(self) -> None:
        """Nothing; the camera is free for other programs afterwards."""
        self._capture.release()

    def __enter__(self) -> "Camera":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __iter__(self) -> Iterator[Frame]:
        return self

    def __next__(self) -> Frame:
        if not self._capture.isOpened():
            raise StopIteration
        image = self._grab()
        now_s = time.monotonic()
        if self._next_index == 0:
            self._start_s = now_s
        self._next_index += 1
        return Frame(self._next_index - 1, image, now_s - self._start_s)

    def _grab(self) -> UInt8[np.ndarray, "h w 3"]:
        is_there, image = self._capture.read()
        if not is_there:
            raise VideoError(
                f"camera {self._index} gave no picture after {self._next_index} frames: "
                "was it unplugged?"
            )
        return cv2.cvtColor(image, cv2.COLOR_BGR2RGB).astype(np.uint8, copy=False)


def open_stream(images: Iterable[np.ndarray], *, fps: float = 30.0) -> ImageStream:
    """A forward-only stream of any pictures: uint8 ``[h, w, 3]`` in RGB, or ``[h, w]`` in grey.

    Raises:
        VideoError: the iterator is empty.
    """
    return ImageStream(images, fps)


def open_camera(index: int = 0) -> Camera:
    """A forward-only stream of a camera, 0 being the first.

    Raises:
        VideoError: there is no such camera.
    """
    return Camera(index)


def _check_picture(given: object) -> None:
    if not isinstance(given, np.ndarray):
        raise TypeError(f"a stream of {type(given).__name__}: give arrays [h, w, 3]")
    image = cast(np.ndarray, given)
    check_pixels(image)
    if image.ndim not in (2, 3) or (image.ndim == 3 and image.shape[2] != 3) or 0 in image.shape:
        raise ValueError(
            f"a picture of shape {image.shape}: give [h, w, 3] in RGB, or [h, w] in grey"
        )
