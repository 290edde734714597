"""One frame of a video, and the two ways a video can be read."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from vostoolkit.arrays import Image, Size


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
