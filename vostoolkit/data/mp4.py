"""An H.264 file that browsers play, and that is whole up to the last second however a run ends."""

import contextlib
import os
from fractions import Fraction
from pathlib import Path
from types import TracebackType

import av
import cv2
import numpy as np
from av.video.reformatter import ColorRange, Colorspace
from av.video.stream import VideoStream
from jaxtyping import UInt8

from vostoolkit.arrays import Image, Size

_TICKS_PER_SECOND = 90_000
_SECONDS_BETWEEN_KEYS = 1.0
_BT709 = 1
# No B-frames: their offsets would need an edit list, which a fragmented file does not have.
_FRAGMENTED = {"movflags": "frag_keyframe+empty_moov+default_base_moof", "flush_packets": "1"}
_FAST_START = {"movflags": "faststart"}
_QUALITY = {"preset": "veryfast", "crf": "20", "profile": "high", "rc-lookahead": "10", "bf": "0"}


class Mp4Writer:
    """Writes pictures of one size at their own times; an odd size gets a row or column more.

    While it is written the file consists of fragments, each playable as soon as it is there;
    `close` puts it in the usual order, with the table in front.
    """

    def __init__(self, path: Path, size: Size, fps: float) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self.size = size
        self._last_tick = -1
        self._is_open = True
        self._container = av.open(str(path), "w", format="mp4", options=_FRAGMENTED)
        self._stream = self._new_stream(fps)

    def write(self, image: Image, time_s: float) -> None:
        """Nothing; the picture is shown from this time on.

        Raises:
            ValueError: a picture of another size, or a closed file.
        """
        if not self._is_open:
            raise ValueError(f"{self.path} is closed: no more pictures can be written")
        if Size(*image.shape[:2]) != self.size:
            raise ValueError(
                f"a picture of {image.shape[1]}x{image.shape[0]} for a video of "
                f"{self.size.width}x{self.size.height}: give pictures of one size"
            )
        tick = max(round(time_s * _TICKS_PER_SECOND), self._last_tick + 1)
        picture = av.VideoFrame.from_ndarray(_even(image), format="rgb24").reformat(
            format="yuv420p", dst_colorspace=Colorspace.ITU709, dst_color_range=ColorRange.MPEG
        )
        picture.pts, picture.time_base = tick, Fraction(1, _TICKS_PER_SECOND)
        self._container.mux(self._stream.encode(picture))
        self._last_tick = tick

    def close(self) -> None:
        """Nothing; the file is finished, or not there if nothing was written."""
        if not self._is_open:
            return
        self._is_open = False
        if self._last_tick < 0:
            self._container.close()
            self.path.unlink(missing_ok=True)
            return
        self._container.mux(self._stream.encode(None))
        self._container.close()
        _put_table_in_front(self.path)

    def __enter__(self) -> "Mp4Writer":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _new_stream(self, fps: float) -> VideoStream:
        between_keys = max(1, round(fps * _SECONDS_BETWEEN_KEYS))
        stream = self._container.add_stream(
            "libx264",
            rate=Fraction(fps).limit_denominator(1001),
            options=_QUALITY | {"g": str(between_keys)},
        )
        stream.height, stream.width = (side + side % 2 for side in self.size)
        stream.pix_fmt = "yuv420p"
        context = stream.codec_context
        context.time_base = Fraction(1, _TICKS_PER_SECOND)
        context.color_range = ColorRange.MPEG
        context.colorspace = context.color_primaries = context.color_trc = _BT709
        return stream


def _even(image: Image) -> UInt8[np.ndarray, "even_h even_w 3"]:
    """The picture with even sides, as the format wants them; its last row or column is doubled."""
    height, width = image.shape[:2]
    if height % 2 or width % 2:
        image = cv2.copyMakeBorder(image, 0, height % 2, 0, width % 2, cv2.BORDER_REPLICATE).astype(
            np.uint8, copy=False
        )
    return np.ascontiguousarray(image)


def _put_table_in_front(path: Path) -> None:
    """Nothing; the fragments are joined, so that players can seek and start before the end."""
    joined = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with (
            av.open(str(path)) as old,
            av.open(str(joined), "w", format="mp4", options=_FAST_START) as new,
        ):
            stream = new.add_stream_from_template(old.streams.video[0])
            for packet in old.demux(old.streams.video[0]):
                if packet.dts is not None:
                    packet.stream = stream
                    new.mux(packet)
        joined.replace(path)
    finally:
        with contextlib.suppress(FileNotFoundError):
            joined.unlink()
