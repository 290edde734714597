"""Masks on disk: the ground truth of a clip in the layout of DAVIS, or any label pictures."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import numpy as np
from PIL import Image as Pillow
from PIL import UnidentifiedImageError

from vostoolkit.arrays import Labels, ObjectId, Size
from vostoolkit.errors import VideoError
from vostoolkit.frames import Video
from vostoolkit.video.folder import MASK_FOLDER, VideoFolder, in_order

VOID = 255
"""The label of pixels that count neither as object nor as background."""

_BLACK_AND_WHITE = {0, 255}


@dataclass(frozen=True)
class GroundTruth:
    """The masks that a folder holds, by frame number; each is read when it is asked for.

    ``void`` is the label of pixels to leave out of any score; None if every label is an object.
    """

    files: Mapping[int, Path]
    size: Size
    void: int | None = VOID

    @property
    def frames(self) -> tuple[int, ...]:
        """The frames that have a mask, in order."""
        return tuple(self.files)

    @property
    def objects(self) -> tuple[ObjectId, ...]:
        """The objects in all masks, void left out; reads them all."""
        found: set[int] = set()
        for frame in self.files:
            labels = self.labels(frame)
            found |= set() if labels is None else set(np.unique(labels).tolist())
        return tuple(sorted(found - {0, self.void}))

    def labels(self, frame: int) -> Labels | None:
        """The true labels of a frame, void pixels with the label `void`; None if it has no mask.

        Raises:
            VideoError: the file can't be read, or its size is not that of the video.
        """
        file = self.files.get(frame)
        if file is None:
            return None
        labels = read_labels(file)
        if Size(*labels.shape) != self.size:
            raise VideoError(
                f"the mask {file} is {labels.shape[1]}x{labels.shape[0]}, but the frames are "
                f"{self.size.width}x{self.size.height}: bring the masks to the frames' size, "
                "with nearest-neighbour sampling"
            )
        return labels


def open_masks(
    folder: str | Path, video: Video | None = None, *, void: int | None = VOID
) -> GroundTruth:
    """The masks in a folder, or in its ``Annotations`` folder.

    With a video that is a folder of frames, masks belong to the frame of the same name; otherwise
    the last number in a mask's name is its frame number.

    Raises:
        VideoError: no masks there, a name that belongs to no frame, or (for the first mask now, for
            others when asked for) a file that can't be read or that has another size.
    """
    folder = Path(folder).expanduser()
    folder = folder / MASK_FOLDER if (folder / MASK_FOLDER).is_dir() else folder
    found = in_order([f for f in folder.glob("*.png") if not f.name.startswith(".")])
    if not found:
        raise VideoError(
            f"{folder} holds no masks: give a folder of palette PNG files, "
            f"or one with an {MASK_FOLDER} folder in it"
        )
    files = {_frame_of(file, video): file for file in found}
    first = min(files)
    size = Size(*read_labels(files[first]).shape) if video is None else video.size
    truth = GroundTruth(MappingProxyType(dict(sorted(files.items()))), size, void)
    truth.labels(first)
    return truth


def read_labels(file: Path) -> Labels:
    """The labels in a palette or grey PNG; white in a black-and-white grey one is object 1.

    Raises:
        VideoError: it can't be read, or it is a colour picture.
    """
    try:
        with Pillow.open(file) as picture:
            if picture.mode not in ("P", "L", "1"):
                raise VideoError(
                    f"the mask {file} is a picture of mode {picture.mode}: give palette or grey "
                    "PNG, in which each pixel's value is an object id"
                )
            is_grey = picture.mode != "P"
            labels = np.array(picture, np.uint8) * (255 if picture.mode == "1" else 1)
    except (UnidentifiedImageError, OSError, SyntaxError) as error:
        raise VideoError(f"the mask {file} can't be read: {error}") from error
    labels = labels.astype(np.uint8)
    if is_grey and labels.any() and set(np.unique(labels).tolist()) <= _BLACK_AND_WHITE:
        return (labels > 0).astype(np.uint8)
    return labels


def _frame_of(file: Path, video: Video | None) -> int:
    if isinstance(video, VideoFolder):
        if file.stem not in video.number_of:
            raise VideoError(
                f"the mask {file} belongs to no frame of {video.folder}: "
                "give it the name of its frame"
            )
        return video.number_of[file.stem]
    numbers: list[str] = re.findall(r"\d+", file.stem)
    if not numbers:
        raise VideoError(f"the mask {file} has no frame number in its name")
    number = int(numbers[-1])
    if video is not None and number >= len(video):
        raise VideoError(f"the mask {file}: the video has frames 0 to {len(video) - 1} only")
    return number
