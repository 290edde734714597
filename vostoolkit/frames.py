"""One frame of a video, and the two ways a video can be read."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from vostoolkit.arrays import Image, Size
from vostoolkit.errors import SessionError


@dataclass(frozen=True, eq=False, slots=True)
class Frame:
    """A picture, its number from 0 and its time in seconds."""

    index: int
    image: Image
    time_s: float

    @property
    def size(self) -> Size:
        """Height and width."""
        return Size(*self.image.shape[:2])


@runtime_checkable
class Video(Protocol):
    """Frames by number, decoded when asked for; never all in memory."""

    @property
    def size(self) -> Size:
        """Height and width of every frame."""
        ...

    @property
    def fps(self) -> float:
        """Mean frames per second."""
        ...

    def __len__(self) -> int: ...

    def __getitem__(self, index: int, /) -> Frame: ...

    def __iter__(self) -> Iterator[Frame]: ...


@runtime_checkable
class Stream(Protocol):
    """Frames that can only be taken one after the other, as from a camera."""

    @property
    def size(self) -> Size:
        """Height and width of every frame."""
        ...

    @property
    def fps(self) -> float:
        """Nominal frames per second."""
        ...

    def __next__(self) -> Frame: ...

    def __iter__(self) -> Iterator[Frame]: ...


class RememberedStream:
    """A stream whose last frames can still be looked at."""

    def __init__(self, stream: Stream, frames: int) -> None:
        self._stream = stream
        self._frames: deque[Frame] = deque(maxlen=frames)

    @property
    def size(self) -> Size:
        """Height and width of every frame."""
        return self._stream.size

    @property
    def fps(self) -> float:
        """Nominal frames per second."""
        return self._stream.fps

    def __iter__(self) -> Iterator[Frame]:
        return self

    def __next__(self) -> Frame:
        frame = next(self._stream)
        self._frames.append(frame)
        return frame

    def seen(self, index: int) -> Frame:
        """A frame that was taken lately.

        Raises:
            SessionError: it is no longer kept, or wasn't taken yet.
        """
        for frame in self._frames:
            if frame.index == index:
                return frame
        raise SessionError(
            f"frame {index} of the live stream isn't kept: Keep(results=n) keeps the last n frames"
        )


def image_of(video: Video | Stream, index: int) -> Image:
    """The picture of a frame that can still be looked at.

    Raises:
        SessionError: a live stream's frame that is no longer kept.
    """
    if isinstance(video, Video):
        return video[index].image
    if isinstance(video, RememberedStream):
        return video.seen(index).image
    raise SessionError(f"frame {index} of a live stream is gone: RememberedStream keeps the last")
