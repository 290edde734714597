"""A video file, read frame by frame with exact frame numbers."""

import threading
from pathlib import Path

from av import VideoFrame

from vostoolkit.arrays import Size
from vostoolkit.errors import VideoError
from vostoolkit.frames import Frame
from vostoolkit.video.cache import FrameCache
from vostoolkit.video.decoder import Decoder, open_container, upright
from vostoolkit.video.random_access import RandomAccess
from vostoolkit.video.timeline import Timeline, declared_frames, read_timeline

_CACHE_BYTES = 64 * 2**20
_CACHE_FRAMES = 4
_KEPT_BEFORE = 8
"""Frames decoded on the way to another that are kept, so that stepping back is quick."""
_DECODERS = 2
"""One may run ahead with an engine while another follows a person who scrubs."""
_TRIES = 3


class VideoFile(RandomAccess):
    """The frames of a video file, decoded when asked for; the last ones are kept.

    Frames may be asked for from several threads. Opening decodes one frame; the times of all
    frames are read when another one is first asked for (0.4 s for 170,000 frames).

    Raises:
        VideoError: the file is damaged or no video; or, later, a frame doesn't decode.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.RLock()
        self._cache = FrameCache(_CACHE_BYTES, _CACHE_FRAMES)
        self._timeline: Timeline | None = None
        self._size_bytes = path.stat().st_size
        self._decoders = [Decoder(path)]
        first = self._decoders[0].next()
        if first is None or first.pts is None:
            self.close()
            raise VideoError(
                f"{path}: its first frame can't be decoded or has no time: is the file cut off? "
                "`ffmpeg -i IN OUT.mp4` encodes it anew, as far as it goes"
            )
        image = upright(first)
        self._first_time = first.pts
        self._size = Size(*image.shape[:2])
        self._decoders[0].next_number = 1
        self._cache.keep(Frame(0, image, 0.0))
        self._read_header()

    @property
    def size(self) -> Size:
        """Height and width of every frame, turned as the file says it should be shown."""
        return self._size

    @property
    def fps(self) -> float:
        """Mean frames per second."""
        if self._declared is None or self._declared_fps is None:
            return self._times().frames_per_second(self._tick_s)
        return self._declared_fps

    def __len__(self) -> int:
        return len(self._times()) if self._declared is None else self._declared

    def __reduce__(self) -> tuple[type["VideoFile"], tuple[Path]]:
        return VideoFile, (self.path,)

    def close(self) -> None:
        """Nothing; the file is closed, and no more frames can be decoded."""
        with self._lock:
            for decoder in self._decoders:
                decoder.close()
            self._decoders = []

    def _read_header(self) -> None:
        stream = self._decoders[0].stream
        self._tick_s = float(stream.time_base or 0)
        is_usual = self._first_time == stream.start_time
        self._declared = declared_frames(stream, self._size_bytes) if is_usual else None
        rate = stream.average_rate
        self._declared_fps = float(rate) if rate else None

    def _times(self) -> Timeline:
        with self._lock:
            if self._timeline is None:
                container, stream = open_container(self.path)
                with container:
                    timeline = read_timeline(container, stream, self._size_bytes)
                self._timeline = timeline.since(self._first_time)
            return self._timeline

    def _read(self, index: int) -> Frame:
        with self._lock:
            frame = self._cache.get(index)
            return self._decode(index) if frame is None else frame

    def _decode(self, index: int) -> Frame:
        for skip in range(_TRIES):
            frame = self._run_to(self._decoder_before(index, skip), index)
            if frame is not None:
                return frame
        raise VideoError(
            f"frame {index} of {self.path} can't be decoded: the file is damaged or cut off there. "
            "The frames before it are good; `ffmpeg -i IN OUT.mp4` encodes what can be saved"
        )

    def _decoder_before(self, index: int, skip: int) -> Decoder:
        """A decoder that will come to this frame, on its way already or sent there."""
        times = self._times()
        start = times.start_of(index, skip=skip)
        for decoder in self._decoders:
            if skip == 0 and start <= decoder.next_number <= index:
                return decoder
        if len(self._decoders) < _DECODERS:
            self._decoders.append(Decoder(self.path))
        # The one that served the most frames in a row is an engine's, which will want to go on.
        decoder = min(self._decoders, key=lambda decoder: decoder.served)
        if start == 0:
            decoder.restart()
        else:
            decoder.move(int(times.times[start]), wanted=int(times.times[index]))
        decoder.next_number = start
        return decoder

    def _run_to(self, decoder: Decoder, index: int) -> Frame | None:
        times = self._times()
        while (picture := decoder.next()) is not None:
            number = None if picture.pts is None else times.number(picture.pts)
            if number is None:
                continue
            decoder.next_number = number + 1
            if number > index:
                return None
            if number >= index - _KEPT_BEFORE:
                frame = self._frame(number, picture)
                self._cache.keep(frame)
                if number == index:
                    decoder.served += 1
                    return frame
        decoder.next_number = len(times)
        return None

    def _frame(self, number: int, picture: VideoFrame) -> Frame:
        image = upright(picture)
        if Size(*image.shape[:2]) != self._size:
            raise VideoError(
                f"frame {number} of {self.path} is {image.shape[1]}x{image.shape[0]}, frame 0 is "
                f"{self._size.width}x{self._size.height}: `ffmpeg -i IN OUT.mp4` gives one size"
            )
        elapsed = int(self._times().times[number]) - self._first_time
        return Frame(number, image, elapsed * self._tick_s)
