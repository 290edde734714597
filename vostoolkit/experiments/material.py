"""What an experiment works on: a clip, its ground truth where there is one, first clicks."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from vostoolkit.arrays import Labels, Size
from vostoolkit.data.datasets import open_dataset
from vostoolkit.data.folder import open_masks
from vostoolkit.data.synthetic import demo_clip
from vostoolkit.errors import PromptError
from vostoolkit.frames import Frame, Video
from vostoolkit.metrics.overlap import objects_in
from vostoolkit.prompts import Click
from vostoolkit.video import open_video
from vostoolkit.video.folder import VideoFolder

DEMO = "demo"
"""The name of the embedded clip."""


@dataclass(frozen=True, eq=False)
class Excerpt:
    """So many frames of a video from one on; they are counted from 0 again."""

    video: Video
    first: int
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
        return min(self.length, len(self.video) - self.first)

    def __getitem__(self, index: int, /) -> Frame:
        if not 0 <= index < len(self):
            raise IndexError(f"frame {index}: only {len(self)} frames are used")
        frame = self.video[self.first + index]
        return replace(frame, index=index, time_s=frame.time_s - self.first / self.fps)

    def __iter__(self) -> Iterator[Frame]:
        return (self[index] for index in range(len(self)))


@dataclass(frozen=True, eq=False)
class Material:
    """A video and the true labels of a frame: None where a frame has none, or the whole video.

    Its frame 0 is frame ``first`` of the clip that it is from.
    """

    video: Video
    truth: Callable[[int], Labels | None] | None
    first: int = 0


def open_material(
    clip: str | Path,
    *,
    dataset: str | None = None,
    root: str | Path | None = None,
    max_frames: int | None = None,
) -> Material:
    """The clip of an experiment: ``"demo"``, a video file, or a folder of frames.

    A folder in the layout of DAVIS brings its ``Annotations``; the demo clip its exact masks. With
    a ``dataset``, the clip of this name in it; ``root`` is its folder (`open_dataset`). Such a clip
    begins where the first object is there to be shown.

    Raises:
        VideoError: no such clip or data set, or one that can't be read.
        ValueError: ``max_frames`` is less than 1.
    """
    if max_frames is not None and max_frames < 1:
        raise ValueError(f"max_frames={max_frames}: give at least 1 frame, or None for all")
    if dataset is not None:
        chosen = open_dataset(dataset, root)[str(clip)]
        return _begun(Material(chosen.video, chosen.truth), max_frames)
    if clip == DEMO:
        demo = demo_clip()
        return Material(_excerpt(demo.video, 0, max_frames), demo.labels)
    video = open_video(clip)
    folder = video.mask_folder if isinstance(video, VideoFolder) else None
    masks = open_masks(folder, video) if folder else None
    return Material(_excerpt(video, 0, max_frames), masks.labels if masks else None)


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


def _begun(clip: Material, max_frames: int | None) -> Material:
    """The clip from the first frame on that holds an object."""
    truth, count = clip.truth, len(clip.video)
    if truth is None:
        return Material(_excerpt(clip.video, 0, max_frames), None)
    held = (f for f in range(count) if (true := truth(f)) is not None and objects_in(true))
    first = next(held, 0)
    video = _excerpt(clip.video, first, max_frames)
    return Material(video, (lambda frame: truth(first + frame)) if first else truth, first)


def _excerpt(video: Video, first: int, max_frames: int | None) -> Video:
    if not first and max_frames is None:
        return video
    return Excerpt(video, first, len(video) if max_frames is None else max_frames)
