"""What a data set is: named clips, each a video with its ground truth."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from vostoolkit.arrays import Labels
from vostoolkit.errors import VideoError
from vostoolkit.frames import Video

_MOST_NAMED = 8


@dataclass(frozen=True, eq=False)
class Clip:
    """A video and the true labels of its frames: None for a frame without, ``void`` for no class.

    ``truth`` is None where the data set keeps the masks to itself. ``scribbles`` are the files of
    DAVIS's interactive challenge, for `read_scribbles`: what people drew to begin with.
    """

    dataset: str
    name: str
    video: Video
    truth: Callable[[int], Labels | None] | None
    void: int | None = None
    scribbles: tuple[Path, ...] = ()

    def __repr__(self) -> str:
        return f"Clip({self.dataset!r}, {self.name!r}, {len(self.video)} frames)"


@dataclass(frozen=True, eq=False)
class Dataset:
    """Clips by name, in the data set's order; each is opened when it is asked for."""

    name: str
    openers: Mapping[str, Callable[[], Clip]] = field(repr=False)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all clips."""
        return tuple(self.openers)

    def __len__(self) -> int:
        return len(self.openers)

    def __iter__(self) -> Iterator[Clip]:
        return (opener() for opener in self.openers.values())

    def __getitem__(self, name: str, /) -> Clip:
        if name not in self.openers:
            some = ", ".join(self.names[:_MOST_NAMED])
            more = f" and {len(self) - _MOST_NAMED} more" if len(self) > _MOST_NAMED else ""
            raise VideoError(f"{self.name} has no clip {name!r}: it has {some}{more}")
        return self.openers[name]()
