"""Finished frames with their masks, from a session or a folder, to be exported one by one."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from vostoolkit.arrays import ObjectId
from vostoolkit.data.folder import open_masks
from vostoolkit.data.formats import Clip, Shot
from vostoolkit.data.overlay import Marks
from vostoolkit.errors import VideoError
from vostoolkit.frames import Frame, Video
from vostoolkit.masks import Masks
from vostoolkit.results import Checkpoint, Fusion, Propagation
from vostoolkit.session import Session
from vostoolkit.storage import saved_appearance

_MASK_FOLDERS = ("masks", "labels")
_FPS = 25.0
"""What is assumed of masks without a video."""


@dataclass(frozen=True, eq=False)
class Footage:
    """So many shots, one after the other, and what they have in common.

    ``is_soft`` says that they have probabilities, ``has_images`` that they have pictures.
    """

    clip: Clip
    count: int
    shots: Iterable[Shot]
    is_soft: bool = False
    has_images: bool = True


def footage_of(session: Session, *, is_soft: bool = False) -> Footage:
    """The finished frames of a session, as they are now.

    Where probabilities are wanted the run is computed again, and in rounds those of all frames are
    held in memory, at half precision.
    """
    video, frames, size = session.video, session.trace.frames, session.video.size

    def take(index: int) -> Frame:
        if isinstance(video, Video):
            return video[index]
        return Frame(index, session.image(index), index / video.fps)

    def shots() -> Iterator[Shot]:
        prompts, rows = session.prompts, session.trace.rows
        soft = _masks_again(session) if is_soft else ((index, None) for index in frames)
        for index, masks in soft:
            if index not in frames:
                continue
            marks = Marks(
                asked=any(row.asked for row in rows.get(index, ())),
                prompts=tuple(prompt for prompt in prompts if prompt.frame == index),
            )
            yield Shot(index, session.labels(index), take, masks=masks, marks=marks)

    clip = Clip(size, video.fps, session.appearance)
    return Footage(clip, len(frames), shots(), is_soft=is_soft)


def _masks_again(session: Session) -> Iterator[tuple[int, Masks]]:
    """The final masks of each frame, computed again."""
    if session.round:
        last: dict[int, Masks] = {}
        for event in session.events():
            if isinstance(event, Propagation | Fusion):
                last[event.frame] = Masks(event.masks.pmf.half(), event.masks.objects)
        for index in sorted(last):
            yield index, Masks(last[index].pmf.float(), last[index].objects)
        return
    ended: Checkpoint | None = None
    for event in session.events():
        if isinstance(event, Checkpoint):
            if ended is not None and ended.frame != event.frame:  # it isn't corrected any more
                yield ended.frame, ended.masks
            ended = event
    if ended is not None:
        yield ended.frame, ended.masks


def footage_in(
    folder: str | Path, video: Video | None = None, names: Mapping[ObjectId, str] | None = None
) -> Footage:
    """The masks in a folder that `Session.save`, an autosave or ``vostoolkit segment`` wrote.

    Objects have the names and colours that were saved with them, or else these ``names``.

    Raises:
        VideoError: no masks there, or none of the video's size.
    """
    folder = Path(folder).expanduser()
    places = [folder / name for name in _MASK_FOLDERS if (folder / name).is_dir()]
    masks = open_masks(places[0] if places else folder, void=None)
    if video is not None and video.size != masks.size:
        raise VideoError(
            f"the masks in {folder} are {masks.size.width}x{masks.size.height}, the video is "
            f"{video.size.width}x{video.size.height}: give the video that they were made on"
        )

    def take(index: int) -> Frame:
        if video is None:
            raise VideoError("the frames' pictures are wanted, but there is no video")
        return video[index]

    def shots() -> Iterator[Shot]:
        for index in masks.frames:
            labels = masks.labels(index)
            if labels is not None:
                yield Shot(index, labels, take)

    seen = saved_appearance(folder)
    for object_id, name in (names or {}).items():
        seen = seen.named(object_id, name)
    clip = Clip(masks.size, _FPS if video is None else video.fps, seen)
    return Footage(clip, len(masks.frames), shots(), has_images=video is not None)
