"""Opening whatever a person calls a video."""

from os import PathLike, fspath
from pathlib import Path

import numpy as np

from vostoolkit.errors import VideoError
from vostoolkit.frames import Video
from vostoolkit.video.array import DEFAULT_FPS, VideoArray
from vostoolkit.video.file import VideoFile
from vostoolkit.video.folder import VideoFolder


def open_video(
    source: str | PathLike[str] | np.ndarray | Video,
    *,
    fps: float | None = None,
) -> Video:
    """The video of a file, a folder of pictures or an array; a video is returned as it is.

    Nothing is decoded but the first frame. ``fps`` is for folders and arrays, which have no clock
    of their own (24 if none is given).

    Raises:
        VideoError: there is nothing there, or it is no video.
        TypeError: a source of another type; an iterator is for ``open_stream``.
        ValueError: an array of the wrong shape, or ``fps`` for a file, which has its own.
    """
    if isinstance(source, np.ndarray):
        return VideoArray(source, DEFAULT_FPS if fps is None else fps)
    if isinstance(source, str | PathLike):
        return _open_path(Path(fspath(source)).expanduser(), fps)
    if isinstance(source, Video):  # pyright: ignore[reportUnnecessaryIsInstance]
        return source
    raise TypeError(
        f"a video of type {type(source).__name__}: give a path or an array [n, h, w, 3]; "
        "for an iterator of pictures or a camera there are open_stream and open_camera"
    )


def _open_path(path: Path, fps: float | None) -> Video:
    if path.is_dir():
        return VideoFolder(path, DEFAULT_FPS if fps is None else fps)
    if not path.exists():
        raise VideoError(f"there is no file {path.absolute()}: give a video file or a folder")
    if fps is not None:
        raise ValueError(f"fps={fps} for the file {path}: a video file has its own frame times")
    return VideoFile(path)
