"""What every video with numbered frames shares: checked indices, and iteration."""

import operator
from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import SupportsIndex

from vostoolkit.arrays import Size
from vostoolkit.frames import Frame


class RandomAccess(ABC):
    """A :class:`~vostoolkit.frames.Video` of which a subclass says how one frame is read."""

    @property
    @abstractmethod
    def size(self) -> Size:
        """Height and width of every frame."""

    @property
    @abstractmethod
    def fps(self) -> float:
        """Mean frames per second."""

    @abstractmethod
    def __len__(self) -> int: ...

    @abstractmethod
    def _read(self, index: int) -> Frame:
        """The frame of an index that is known to be in range."""

    def __getitem__(self, index: SupportsIndex, /) -> Frame:
        """The frame with this number; negative numbers count from the end.

        Raises:
            TypeError: not an integer; a video has no slices, as they would fill the memory.
            IndexError: there is no such frame.
            VideoError: the frame can't be decoded.
        """
        try:
            number = operator.index(index)
        except TypeError:
            raise TypeError(
                f"a frame number is an integer, not {index!r}: for several frames write "
                "(video[i] for i in range(first, last))"
            ) from None
        count = len(self)
        if not -count <= number < count:
            raise IndexError(f"frame {number} of a video of {count}: give 0 to {count - 1}")
        return self._read(number % count)

    def __iter__(self) -> Iterator[Frame]:
        return (self._read(index) for index in range(len(self)))

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}({len(self)} frames of {self.size.width}x{self.size.height}, "
            f"{self.fps:.4g} frames per second)"
        )
