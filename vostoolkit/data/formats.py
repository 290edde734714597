"""Ways to write masks that other programs read: pictures of masks, soft masks, cut-outs, a film."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np

from vostoolkit.appearance import PLAIN, Appearance
from vostoolkit.arrays import Image, Labels, ObjectId, Size
from vostoolkit.colours import drawn_in
from vostoolkit.data.export import write_labels, write_whole
from vostoolkit.data.overlay import Marks, OverlayVideo
from vostoolkit.frames import Frame
from vostoolkit.geometry import Mask
from vostoolkit.masks import Masks

_JPEG_QUALITY = 95


@dataclass(frozen=True)
class Clip:
    """What all frames have in common: size, speed, and what objects are called and look like."""

    size: Size
    fps: float
    appearance: Appearance = PLAIN

    def name(self, object_id: ObjectId) -> str:
        """What kind of thing an object is: its name, or just "object"."""
        return self.appearance.names.get(object_id, "object")


@dataclass(frozen=True, eq=False)
class Shot:
    """One finished frame to be written. ``take`` reads its picture, which not all formats need.

    ``masks`` are the probabilities behind the labels, where they are known.
    """

    index: int
    labels: Labels
    take: Callable[[int], Frame]
    masks: Masks | None = None
    marks: Marks | None = None

    @cached_property
    def frame(self) -> Frame:
        """The frame with its picture."""
        return self.take(self.index)

    @property
    def objects(self) -> tuple[tuple[ObjectId, Mask], ...]:
        """The objects that are in the frame, and where."""
        found: list[ObjectId] = np.unique(self.labels[self.labels > 0]).tolist()
        return tuple((object_id, self.labels == object_id) for object_id in found)


class Writer(Protocol):
    """Takes the shots in order, then is closed; what it writes is whole only then."""

    def take(self, shot: Shot, /) -> None:
        """Nothing; writes one frame."""
        ...

    def close(self) -> None:
        """Nothing; writes what can only be written in the end."""
        ...


class Pictures:
    """A writer of a file for each frame: ``write`` gets the folder and the shot."""

    def __init__(self, folder: Path, write: Callable[[Path, Shot], None]) -> None:
        self._folder = folder
        self._write = write

    def take(self, shot: Shot) -> None:
        """Nothing; writes one frame."""
        self._write(self._folder, shot)

    def close(self) -> None:
        """Nothing; each file is whole already."""


def write_palette(folder: Path, shot: Shot) -> None:
    """Nothing; the labels are in ``00037.png``."""
    write_labels(folder, shot.index, shot.labels)


def write_image(folder: Path, shot: Shot) -> None:
    """Nothing; the picture is in ``00037.jpg``."""
    write_whole(folder / f"{shot.index:05d}.jpg", jpeg(shot.frame.image))


def write_cutouts(folder: Path, shot: Shot) -> None:
    """Nothing; each object is in ``1/00037.png``: the frame, clear where the object isn't."""
    for object_id, mask in shot.objects:
        alpha = np.where(mask, 255, 0).astype(np.uint8)
        cut = np.dstack((shot.frame.image * mask[..., None], alpha))
        png = _encoded(".png", cv2.cvtColor(cut, cv2.COLOR_RGBA2BGRA))
        write_whole(folder / str(object_id) / f"{shot.index:05d}.png", png)


def write_soft(folder: Path, shot: Shot) -> None:
    """Nothing; each object's probability is in ``1/00037.png``, 16-bit grey: 65535 is 1."""
    masks = _soft(shot)
    for object_id in masks.objects:
        grey = np.round(masks.of(object_id).cpu().numpy() * 65535).astype(np.uint16)
        write_whole(folder / str(object_id) / f"{shot.index:05d}.png", _encoded(".png", grey))


def write_arrays(folder: Path, shot: Shot) -> None:
    """Nothing; ``00037.npz`` holds ``objects`` and ``pmf`` (float16, channel 0 the background)."""
    masks, stream = _soft(shot), io.BytesIO()
    pmf = masks.pmf.cpu().numpy().astype(np.float16)
    np.savez_compressed(stream, objects=np.array(masks.objects), pmf=pmf)
    write_whole(folder / f"{shot.index:05d}.npz", stream.getvalue())


class Film:
    """A writer of the overlay as a film."""

    def __init__(self, path: Path, clip: Clip) -> None:
        self._film = OverlayVideo(path, clip.size, clip.fps)
        self._palette = clip.appearance.palette

    def take(self, shot: Shot) -> None:
        """Nothing; writes one frame."""
        with drawn_in(self._palette):
            self._film.write(shot.frame, shot.labels, shot.marks)

    def close(self) -> None:
        """Nothing; finishes the film."""
        self._film.close()


def jpeg(image: Image) -> bytes:
    """A picture as JPEG of high quality."""
    quality = [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY]
    return _encoded(".jpg", cv2.cvtColor(image, cv2.COLOR_RGB2BGR), quality)


def _encoded(kind: str, array: np.ndarray, how: list[int] | None = None) -> bytes:
    return cv2.imencode(kind, array, how or [])[1].tobytes()


def _soft(shot: Shot) -> Masks:
    if shot.masks is None:
        raise ValueError(f"frame {shot.index} has labels only: soft masks need its probabilities")
    return shot.masks
