"""Frames and uncertainty maps as the browser gets them, kept so that scrubbing is quick."""

import io
import threading
from collections import OrderedDict

import cv2
import numpy as np
from jaxtyping import Float
from PIL import Image as PillowImage

from vostoolkit.arrays import Image, Map, Size
from vostoolkit.errors import SessionError
from vostoolkit.results import Uncertainty
from vostoolkit.session import Session
from vostoolkit_widgets import render
from vostoolkit_widgets.gaze import Gaze
from vostoolkit_widgets.maps import NO_MAP, UNCERTAINTY, stage_maps
from vostoolkit_widgets.scene import Scene, marks_of
from vostoolkit_widgets.stills import Still, still_of

_FRAMES, _MAPS = 300, 2000
"""How many are kept; some 100 KB a frame and 10 KB a map."""


class Album:
    """What was encoded of a session's frames; the oldest goes when it is full.

    It can be asked from several threads.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._lock = threading.Lock()
        self.measure = "entropy"
        """What the maps show: the measure of the last uncertainty."""
        self._image: tuple[int, Image] | None = None
        self._frames: OrderedDict[int, bytes] = OrderedDict()
        self._maps: OrderedDict[int, bytes] = OrderedDict()

    def image(self, index: int) -> Image | None:
        """A frame; None for a live stream's frame that isn't there yet, or no longer."""
        found = self._image
        if found is None or found[0] != index:
            try:
                found = self._image = index, self._session.image(index)
            except SessionError:
                return None
        return found[1]

    def frame(self, index: int) -> bytes | None:
        """A frame as JPEG; None for a live stream's frame that isn't there yet, or no longer."""
        found = self._frames.get(index)
        if found is None and (image := self.image(index)) is not None:
            found = render.frame_jpeg(image)
            self._keep(self._frames, index, found, _FRAMES)
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
        map_ = render.entropy_png(uncertainty.entropy.cpu().numpy())
        self._keep(self._maps, uncertainty.frame, map_, _MAPS)

    def overlay(self, index: int, gaze: Gaze) -> bytes | None:
        """The map that is chosen, of a frame, as PNG; a stage's where its results are kept."""
        if gaze.map == UNCERTAINTY:
            return self.map(index)
        found = self._of_stages(index, gaze).get(gaze.map)
        return None if found is None else render.entropy_png(found.cpu().numpy())

    def choices(self, index: int, gaze: Gaze) -> tuple[tuple[str, ...], str]:
        """The names of the maps to choose from at a frame, and of the one that is chosen."""
        chosen = self.measure if gaze.map == UNCERTAINTY else gaze.map
        names = dict.fromkeys((self.measure, *self._of_stages(index, gaze), chosen, NO_MAP))
        names.pop(NO_MAP)
        return (*names, NO_MAP), chosen

    def _of_stages(self, index: int, gaze: Gaze) -> dict[str, Map]:
        record = self._session.trace.records.get(index)
        return {} if record is None else stage_maps(record, gaze.object_id)

    def still(self, scene: Scene, map_: bytes | None = None) -> Still:
        """A scene as the browser gets it, with a map that was encoded or without."""
        frame, seen = self.frame(scene.frame), scene.appearance
        return still_of(frame, scene.shown, map_, marks_of(scene), appearance=seen)

    def detail(self, scene: Scene) -> Still | None:
        """A scene's frame and masks in all their pixels; None where the frame isn't there."""
        image = self.image(scene.frame)
        if image is None:
            return None
        whole, seen = scene.size, scene.appearance
        frame = render.frame_jpeg(image, whole)
        return still_of(frame, scene.shown, None, appearance=seen, largest=whole)

    def forget_after(self, frame: int) -> None:
        """Nothing; drops the maps of later frames, which will be computed again."""
        for index in [index for index in list(self._maps) if index > frame]:
            self._maps.pop(index, None)

    def _keep(self, kept: OrderedDict[int, bytes], index: int, encoded: bytes, most: int) -> None:
        with self._lock:
            kept[index] = encoded
            while len(kept) > most:
                kept.popitem(last=False)


def map_values(png: bytes, size: Size) -> Float[np.ndarray, "h w"]:
    """An encoded map as numbers in [0, 1], at a frame's size."""
    small = np.array(PillowImage.open(io.BytesIO(png)), np.float32) / 255
    return np.asarray(cv2.resize(small, size[::-1], interpolation=cv2.INTER_LINEAR))
