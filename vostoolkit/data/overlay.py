"""Frames with their masks, outlines and marks drawn in, as a film."""

from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import cv2
import numpy as np

from vostoolkit.arrays import Image, Labels, Size
from vostoolkit.colours import ASK, PSEUDO, colour_of
from vostoolkit.data.mp4 import Mp4Writer
from vostoolkit.frames import Frame
from vostoolkit.pictures.view import marked, outlined, ringed, tinted, whole
from vostoolkit.prompts import Click, Prompt

_TINT = 0.4
_SHOWN_FOR_S = 0.7
"""How long marks stay; one frame would not be seen."""


@dataclass(frozen=True, eq=False)
class Marks:
    """What happened at a frame: the method asked, a person gave prompts, it clicked itself."""

    asked: bool = False
    prompts: tuple[Prompt, ...] = ()
    pseudo: tuple[Click, ...] = ()


def overlay(image: Image, labels: Labels, marks: Marks | None = None) -> Image:
    """The image with each object tinted and outlined, and with the marks.

    A border in the colour of asking: the method asked. Discs with a plus or minus: a person's
    clicks. Rings: the method's own.
    """
    marks = marks or Marks()
    drawn = image
    for object_id in np.unique(labels[labels > 0]).tolist():
        region = labels == object_id
        drawn = outlined(
            tinted(drawn, region, colour_of(object_id), 0.4), region, colour_of(object_id)
        )
    for click in marks.pseudo:
        drawn = ringed(drawn, (click.x, click.y), PSEUDO, _radius(image))
    size = Size(*image.shape[:2])
    drawn = marked(drawn, marks.prompts, whole(size, size))
    return _bordered(drawn) if marks.asked else drawn


class OverlayVideo:
    """A film of overlays, written frame by frame and playable whenever the run ends."""

    def __init__(self, path: Path, size: Size, fps: float) -> None:
        self._writer = Mp4Writer(path, size, fps)
        self._recent: list[tuple[float, Marks]] = []

    @property
    def path(self) -> Path:
        """The file that is written."""
        return self._writer.path

    def write(self, frame: Frame, labels: Labels, marks: Marks | None = None) -> None:
        """Nothing; the frame is the film's next picture. Marks stay a while where they were."""
        self._recent = [(t, m) for t, m in self._recent if frame.time_s < t + _SHOWN_FOR_S]
        if marks is not None:
            self._recent.append((frame.time_s, marks))
        shown = Marks(
            asked=any(m.asked for _, m in self._recent),
            prompts=tuple(p for _, m in self._recent for p in m.prompts),
            pseudo=tuple(c for _, m in self._recent for c in m.pseudo),
        )
        self._writer.write(overlay(frame.image, labels, shown), frame.time_s)

    def close(self) -> None:
        """Nothing; the file is finished."""
        self._writer.close()

    def __enter__(self) -> "OverlayVideo":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _bordered(image: Image) -> Image:
    height, width = image.shape[:2]
    thickness = max(3, min(height, width) // 60)
    drawn = image.copy()
    cv2.rectangle(drawn, (0, 0), (width - 1, height - 1), ASK, 2 * thickness)
    return drawn


def _radius(image: Image) -> int:
    return max(6, min(image.shape[:2]) // 40)
