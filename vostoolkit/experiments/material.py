"""What an experiment works on: a clip, its ground truth where there is one, first clicks."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from vostoolkit.arrays import Labels, Size
from vostoolkit.data.datasets import open_dataset
from vostoolkit.data.folder import open_masks
from vostoolkit.data.synthetic import demo_clip
from vostoolkit.errors import PromptError
from vostoolkit.frames import Frame, Video
from vostoolkit.prompts import Click
from vostoolkit.video import open_video
from vostoolkit.video.folder import VideoFolder

DEMO = "demo"
"""The name of the embedded clip."""


@dataclass(frozen=True, eq=False)
class FirstFrames:
    """The beginning of a video."""

    video: Video
    length: int

    @property
    def size(self) -> Size:
        """Height and width of every frame."""
        return self.video.size

    @property
    def fps(self) -> float:
        """Mean frames per second."""
        return self.video.fps

    def __len__(self) -> int:
        return min(self.length, len(self.video))

    def __getitem__(self, index: int, /) -> Frame:
        if not 0 <= index < len(self):
            raise IndexError(f"frame {index}: only the first {len(self)} frames are used")
        return self.video[index]

    def __iter__(self) -> Iterator[Frame]:
        return (self[index] for index in range(len(self)))


@dataclass(frozen=True, eq=False)
class Material:
    """A video and the true labels of a frame: None where a frame has none, or the whole video."""

    video: Video
    truth: Callable[[int], Labels | None] | None


def open_material(
    clip: str | Path,
    *,
    dataset: str | None = None,
    root: str | Path | None = None,
    max_frames: int | None = None,
) -> Material:
    """The clip of an experiment: ``"demo"``, a video file, or a folder of frames.

    A folder in the layout of DAVIS brings its ``Annotations``; the demo clip its exact masks. With
    a ``dataset``, the clip of this name in it; ``root`` is its folder (`open_dataset`).

    Raises:
        VideoError: no such clip or data set, or one that can't be read.
        ValueError: ``max_frames`` is less than 1.
    """
    if max_frames is not None and max_frames < 1:
        raise ValueError(f"max_frames={max_frames}: give at least 1 frame, or None for all")
    if dataset is not None:
        chosen = open_dataset(dataset, root)[str(clip)]
        return Material(_first(chosen.video, max_frames), chosen.truth)
    if clip == DEMO:
        demo = demo_clip()
        return Material(_first(demo.video, max_frames), demo.labels)
    video = open_video(clip)
    folder = video.mask_folder if isinstance(video, VideoFolder) else None
    masks = open_masks(folder, video) if folder else None
    return Material(_first(video, max_frames), masks.labels if masks else None)


def clicks_at(texts: Sequence[str]) -> tuple[Click, ...]:
    """Clicks in the first frame from texts such as ``"312,140"``, or ``"2:312,140"`` on object 2.

    Raises:
        PromptError: a text of another form.
    """
    clicks: list[Click] = []
    for text in texts:
        match = re.fullmatch(r"(?:(\d+):)?(\d+(?:\.\d+)?),(\d+(?:\.\d+)?)", text.replace(" ", ""))
        if match is None:
            raise PromptError(f"click {text!r}: write X,Y in pixels, or 2:X,Y on object 2")
        clicks.append(Click(0, int(match[1] or 1), float(match[2]), float(match[3])))
    return tuple(clicks)


def _first(video: Video, max_frames: int | None) -> Video:
    return video if max_frames is None else FirstFrames(video, max_frames)
