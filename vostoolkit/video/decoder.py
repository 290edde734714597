"""One open video file that decodes forward from a place it is sent to."""

from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
from av import Packet, VideoFrame
from av.container import InputContainer
from av.error import FFmpegError
from av.video.stream import VideoStream

from vostoolkit.arrays import Image
from vostoolkit.errors import VideoError

_NO_VIDEO = {"tty", "image2", "png_pipe", "jpeg_pipe", "webp_pipe", "bmp_pipe", "tiff_pipe"}
"""What FFmpeg opens as a video although it is a text or one picture."""


def open_container(path: Path) -> tuple[InputContainer, VideoStream]:
    """The opened file and its video stream, which decodes on the calling thread.

    Raises:
        VideoError: it can't be opened, or holds no video.
    """
    try:
        container = av.open(str(path))
    except (FFmpegError, OSError) as error:
        raise VideoError(
            f"{path} can't be read as a video ({error.strerror}): is it cut off, still being "
            "written, or of another kind? A player such as VLC or `ffprobe` can tell"
        ) from error
    streams = [s for s in container.streams.video if not s.disposition & s.disposition.attached_pic]
    if not streams or container.format.name in _NO_VIDEO:
        container.close()
        raise VideoError(
            f"{path} holds no video (FFmpeg takes it for {container.format.long_name!r}): "
            "give a video file, or a folder of pictures"
        )
    streams[0].thread_count = 1
    return container, streams[0]


class Decoder:
    """Decoded pictures of one file in the order they are shown, from a place that can be moved."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.next_number = 0
        self.served = 0
        self.container, self.stream = open_container(path)
        self._pictures = self._decode(None)

    def next(self) -> VideoFrame | None:
        """The next picture, or None at the end."""
        return next(self._pictures, None)

    def move(self, start: int, wanted: int) -> None:
        """Nothing; the next picture is one that is decoded by itself, not after the wanted one.

        Both are times; ``start`` is where to look for such a picture. There may be none: then the
        next picture is None.
        """
        self.container.seek(start, stream=self.stream, backward=True, any_frame=False)
        self._pictures = self._decode(wanted)
        self.served = 0

    def restart(self) -> None:
        """Nothing; the next picture is the first of the file."""
        self.container.close()
        self.container, self.stream = open_container(self._path)
        self._pictures = self._decode(None)
        self.served = 0

    def close(self) -> None:
        """Nothing; the file is closed."""
        self.container.close()

    def _decode(self, wanted: int | None) -> Iterator[VideoFrame]:
        is_waiting = wanted is not None
        for packet in self._packets():
            if is_waiting and packet.size:
                # A seek may land inside a group of pictures, whose first ones would be garbage.
                if not packet.is_keyframe:
                    continue
                if wanted is not None and packet.pts is not None and packet.pts > wanted:
                    return
                is_waiting = False
            try:
                yield from packet.decode()
            except FFmpegError:
                continue

    def _packets(self) -> Iterator["Packet[VideoStream]"]:
        try:
            yield from self.container.demux(self.stream)
        except FFmpegError:
            return


def upright(picture: VideoFrame) -> Image:
    """The picture in RGB, turned as the file says it should be shown."""
    image = picture.to_ndarray(format="rgb24")
    turns = round(picture.rotation / 90) % 4
    return np.ascontiguousarray(np.rot90(image, turns)) if turns else image
