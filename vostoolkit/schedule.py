"""Which frames are propagated from where once a frame has been corrected.

A schedule is a function of the number of frames, the corrected frame and all frames that a person
has corrected so far; it returns legs. No leg passes a corrected frame on to another mask, and no
frame is in two legs.

Sources: MiVOS, section 3.3 (``until_corrected``); IDPro (``truncated``).
"""

from collections.abc import Collection
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol, runtime_checkable


@dataclass(frozen=True)
class Leg:
    """A walk from a corrected frame over others, in order, all on one side of it.

    ``until`` is the corrected frame that ended the walk, whose masks the walk's may contradict;
    None if the walk went on to the end of the video or was to end where it does.
    """

    start: int
    frames: tuple[int, ...]
    until: int | None = None

    def is_memory_frame(self, frame: int, every: int) -> bool:
        """Whether a frame is the n-th, 2 n-th, … from the start, as memory frames are."""
        return abs(frame - self.start) % every == 0


@runtime_checkable
class Schedule(Protocol):
    """Chooses the legs of a round."""

    def __call__(self, count: int, frame: int, corrected: Collection[int], /) -> tuple[Leg, ...]:
        """The legs, for a video of ``count`` frames; ``frame`` was corrected last.

        Raises:
            ValueError: a corrected frame that isn't in the video.
        """
        ...


def until_corrected(count: int, frame: int, corrected: Collection[int], /) -> tuple[Leg, ...]:
    """Both ways up to the nearest corrected frames, or the ends of the video.

    Source: MiVOS, section 3.3.
    """
    corrected = _checked(count, frame, corrected)
    after = min((c for c in corrected if c > frame), default=None)
    before = max((c for c in corrected if c < frame), default=None)
    legs = (
        Leg(frame, tuple(range(frame + 1, count if after is None else after)), after),
        Leg(frame, tuple(range(frame - 1, -1 if before is None else before, -1)), before),
    )
    return tuple(leg for leg in legs if leg.frames)


def forward(count: int, frame: int, corrected: Collection[int], /) -> tuple[Leg, ...]:
    """On to the end of the video, past corrected frames, which keep their masks."""
    corrected = _checked(count, frame, corrected)
    frames = tuple(t for t in range(frame + 1, count) if t not in corrected)
    return (Leg(frame, frames),) if frames else ()


def everywhere(count: int, frame: int, corrected: Collection[int], /) -> tuple[Leg, ...]:
    """Both ways to the ends of the video, past corrected frames, which keep their masks."""
    corrected = _checked(count, frame, corrected)
    back = tuple(t for t in range(frame - 1, -1, -1) if t not in corrected)
    return (*forward(count, frame, corrected), *((Leg(frame, back),) if back else ()))


def truncated(count: int, frame: int, corrected: Collection[int], /) -> tuple[Leg, ...]:
    """From every corrected frame both ways, halfway to the next one; all others anew each round.

    A frame in the very middle belongs to the earlier of the two.

    Source: IDPro, truncated propagation.
    """
    order = sorted(_checked(count, frame, corrected))
    legs = [Leg(order[0], tuple(range(order[0] - 1, -1, -1)))]
    for left, right in pairwise(order):
        middle = (left + right) // 2
        legs.append(Leg(left, tuple(range(left + 1, middle + 1))))
        legs.append(Leg(right, tuple(range(right - 1, middle, -1))))
    legs.append(Leg(order[-1], tuple(range(order[-1] + 1, count))))
    return tuple(leg for leg in legs if leg.frames)


def _checked(count: int, frame: int, corrected: Collection[int]) -> frozenset[int]:
    given = frozenset(corrected) | {frame}
    if outside := sorted(t for t in given if not 0 <= t < count):
        raise ValueError(
            f"corrected frames {outside} in a video of {count} frames: give 0 to {count - 1}"
        )
    return given
