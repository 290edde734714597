"""How the time for a frame grows with the objects in it."""

import time
from collections.abc import Sequence
from typing import Any

import numpy as np

from vostoolkit.arrays import ObjectId
from vostoolkit.frames import Video
from vostoolkit.masks import Masks
from vostoolkit.protocols import Propagator


def seconds_by_objects(
    propagator: Propagator[Any],
    video: Video,
    counts: Sequence[int] = (1, 2, 5, 10),
    *,
    is_apart: bool = False,
) -> dict[int, float]:
    """The seconds that a propagator takes for a frame with so many objects, those of the fastest.

    The objects are upright strips of equal width; what they hold doesn't matter for the time. With
    ``is_apart`` each object is propagated by itself, in a state of its own, as MiVOS does.

    Raises:
        ValueError: a video of one frame.

    Source: IDPro, Fig. 6 and 7.
    """
    if len(video) < 2:
        raise ValueError("a video of 1 frame: give one to propagate to as well")
    return {count: _fastest(propagator, video, _groups(count, is_apart)) for count in counts}


def _groups(count: int, is_apart: bool) -> list[tuple[ObjectId, ...]]:
    objects = tuple(range(1, count + 1))
    return [(o,) for o in objects] if is_apart else [objects]


def _fastest(
    propagator: Propagator[Any], video: Video, groups: Sequence[tuple[ObjectId, ...]]
) -> float:
    first, count = video[0], sum(map(len, groups))
    column = np.arange(first.size.width) * count // first.size.width + 1
    labels = np.broadcast_to(column.astype(np.uint8), tuple(first.size))
    states: list[Any] = []
    for objects in groups:
        own = np.where(np.isin(labels, objects), labels, 0).astype(np.uint8)
        empty = propagator.start(first, objects)
        masks = Masks.from_labels(own, objects)
        states.append(propagator.memorise(first, masks, empty, tier="permanent")[1])
    taken: list[float] = []
    for index in range(1, len(video)):
        frame, start = video[index], time.perf_counter()
        states = [propagator.propagate(frame, state)[1] for state in states]
        taken.append(time.perf_counter() - start)
    return min(taken)
