"""Frames and uncertainty maps as the browser gets them, kept so that scrubbing is quick."""

import io
from collections import OrderedDict

import cv2
import numpy as np
from jaxtyping import Float
from PIL import Image as PillowImage

from vostoolkit.arrays import Image, Size
from vostoolkit.errors import SessionError
from vostoolkit.results import Uncertainty
from vostoolkit.session import Session
from vostoolkit_widgets import render

_FRAMES, _MAPS = 64, 2000
"""How many are kept; some 100 KB a frame and 10 KB a map."""


class Album:
    """What was encoded of a session's frames; the oldest goes when it is full."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.measure = "entropy"
        """What the maps show: the measure of the last uncertainty."""
        self._image: tuple[int, Image] | None = None
        self._frames: OrderedDict[int, bytes] = OrderedDict()
        self._maps: OrderedDict[int, bytes] = OrderedDict()

    def image(self, index: int) -> Image | None:
        """A frame; None for a live stream's frame that isn't there yet, or no longer."""
        if self._image is None or self._image[0] != index:
            try:
                self._image = index, self._session.image(index)
            except SessionError:
                return None
        return self._image[1]

    def frame(self, index: int) -> bytes | None:
        """A frame as JPEG; None for a live stream's frame that isn't there yet, or no longer."""
        found = self._frames.get(index)
        if found is None and (image := self.image(index)) is not None:
            found = render.frame_jpeg(image)
            self._frames[index] = found
            while len(self._frames) > _FRAMES:
                self._frames.popitem(last=False)
        return found

    def map(self, index: int) -> bytes | None:
        """The uncertainty map of a frame as PNG, if it was seen."""
        found = self._maps.get(index)
        record = self._session.trace.records.get(index)
        if found is None and record is not None and record.uncertainty is not None:
            self.add(record.uncertainty)
        return self._maps.get(index)

    def add(self, uncertainty: Uncertainty) -> None:
        """Nothing; keeps the map of a frame."""
        self.measure = uncertainty.measure
        self._maps[uncertainty.frame] = render.entropy_png(uncertainty.entropy.cpu().numpy())
        while len(self._maps) > _MAPS:
            self._maps.popitem(last=False)

    def forget_after(self, frame: int) -> None:
        """Nothing; drops the maps of later frames, which will be computed again."""
        for index in [index for index in list(self._maps) if index > frame]:
            self._maps.pop(index, None)


def map_values(png: bytes, size: Size) -> Float[np.ndarray, "h w"]:
    """An encoded map as numbers in [0, 1], at a frame's size."""
    small = np.array(PillowImage.open(io.BytesIO(png)), np.float32) / 255
    return np.asarray(cv2.resize(small, size[::-1], interpolation=cv2.INTER_LINEAR))
