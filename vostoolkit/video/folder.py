"""A video that is a folder of pictures, with or without the layout of DAVIS."""

import re
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

from vostoolkit.arrays import Size
from vostoolkit.errors import VideoError
from vostoolkit.frames import Frame
from vostoolkit.video.array import DEFAULT_FPS, check_fps
from vostoolkit.video.picture_file import read_picture
from vostoolkit.video.random_access import RandomAccess

FRAME_FOLDER = "JPEGImages"
MASK_FOLDER = "Annotations"
_KINDS = {".jpg": "jpg", ".jpeg": "jpg", ".png": "png", ".webp": "webp"}


class VideoFolder(RandomAccess):
    """The pictures of a folder in the order of the numbers in their names.

    A folder that holds ``JPEGImages`` stands for the pictures in that.

    Raises:
        VideoError: no pictures, pictures of two kinds, or one that can't be read or has another
            size than the first (when that one is asked for).
    """

    def __init__(self, folder: Path, fps: float = DEFAULT_FPS) -> None:
        self.folder = folder / FRAME_FOLDER if (folder / FRAME_FOLDER).is_dir() else folder
        self._files = _pictures(self.folder)
        self._fps = check_fps(fps)
        self._size = Size(*read_picture(self._files[0]).shape[:2])

    @property
    def names(self) -> tuple[str, ...]:
        """The file names of the frames without their ending, by frame number."""
        return tuple(file.stem for file in self._files)

    @cached_property
    def number_of(self) -> Mapping[str, int]:
        """The frame number by the name of its file without ending."""
        return {name: number for number, name in enumerate(self.names)}

    @property
    def mask_folder(self) -> Path | None:
        """The folder of masks that belongs to these frames in the DAVIS layout, if there is one."""
        folder = self.folder.parent / MASK_FOLDER
        return folder if self.folder.name == FRAME_FOLDER and folder.is_dir() else None

    @property
    def size(self) -> Size:
        """Height and width of every frame."""
        return self._size

    @property
    def fps(self) -> float:
        """Frames per second, as given."""
        return self._fps

    def __len__(self) -> int:
        return len(self._files)

    def _read(self, index: int) -> Frame:
        image = read_picture(self._files[index])
        if Size(*image.shape[:2]) != self._size:
            raise VideoError(
                f"frame {index}, {self._files[index]}, is {image.shape[1]}x{image.shape[0]}, but "
                f"frame 0 is {self._size.width}x{self._size.height}: bring them to one size"
            )
        return Frame(index, image, index / self._fps)


def in_order(files: list[Path]) -> list[Path]:
    """The files sorted by the numbers in their names, so that ``frame2`` is before ``frame10``."""
    return sorted(files, key=lambda file: (_numbers_first(file.stem), file.name))


def _numbers_first(name: str) -> list[tuple[int, int, str]]:
    parts: list[str] = re.findall(r"\d+|\D+", name)
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts]


def _pictures(folder: Path) -> list[Path]:
    try:
        found = [f for f in folder.iterdir() if _KINDS.get(f.suffix.lower()) and f.name[0] != "."]
    except OSError as error:
        raise VideoError(f"the folder {folder} can't be read: {error.strerror}") from error
    if not found:
        raise VideoError(
            f"the folder {folder} holds no frames: give a folder of .jpg, .png or .webp pictures, "
            f"or one with a {FRAME_FOLDER} folder in it"
        )
    counts: dict[str, int] = {}
    for file in found:
        kind = _KINDS[file.suffix.lower()]
        counts[kind] = counts.get(kind, 0) + 1
    if len(counts) > 1:
        kinds = " and ".join(f"{n} .{kind}" for kind, n in sorted(counts.items()))
        raise VideoError(
            f"the folder {folder} holds {kinds} pictures: which are the frames? "
            "Put them into a folder of their own"
        )
    return in_order(found)
