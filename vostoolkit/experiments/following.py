"""One pass over a video from given masks, without a person: the sVOS setting."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Generic, TypeVar

from vostoolkit.arrays import Image, Labels
from vostoolkit.frames import Video
from vostoolkit.masks import Masks
from vostoolkit.protocols import Propagator

S = TypeVar("S")


@dataclass(frozen=True, eq=False)
class Followed(Generic[S]):
    """A finished pass; ``before[t]`` is the state that frame t was predicted from."""

    video: Video
    found: tuple[Labels, ...]
    before: tuple[S, ...]

    def labels(self, frame: int) -> Labels:
        """The labels of a frame."""
        return self.found[frame]

    def image(self, frame: int) -> Image:
        """The picture of a frame."""
        return self.video[frame].image


def follow(
    propagator: Propagator[S],
    video: Video,
    masks: Masks,
    *,
    every: int = 5,
    known: Mapping[int, Masks] = MappingProxyType({}),
    seen: Callable[[S], S] = lambda state: state,
) -> Followed[S]:
    """The masks of frame 0 carried through a video; every so many frames are memorised.

    Args:
        propagator: carries the masks.
        video: all its frames are visited, and a state is kept of each.
        masks: those of frame 0.
        every: frames between memory frames.
        known: masks of other frames; they go into permanent memory before the pass.
        seen: what of the state a frame may see; to leave a memory out.

    Raises:
        ValueError: ``every`` is less than 1.
    """
    if every < 1:
        raise ValueError(f"every={every}: give at least 1 frame between memory frames")
    first = video[0]
    _, state = propagator.memorise(
        first, masks, propagator.start(first, masks.objects), tier="working"
    )
    for index, given in sorted(known.items()):
        _, state = propagator.memorise(video[index], given, state, tier="permanent")
    found, before = [masks.labels()], [state]
    for index in range(1, len(video)):
        frame = video[index]
        state = seen(state)
        before.append(state)
        predicted, state = propagator.propagate(frame, state)
        shown = known.get(index, predicted.masks)
        if index in known or index % every == 0:
            tier = None if index in known else "working"
            _, state = propagator.memorise(frame, shown, state, tier=tier)
        found.append(shown.labels())
    return Followed(video, tuple(found), tuple(before))
