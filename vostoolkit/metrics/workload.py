"""What a run asked of a person: how many corrections, how far apart, how spread."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np


@dataclass(frozen=True)
class Interactions:
    """The frames at which one object was corrected by a person, in a run of so many frames.

    The prompt that started the object isn't one of them.

    Raises:
        ValueError: no frames, or a correction outside them.
    """

    corrections: Sequence[int]
    frames: int
    fps: float

    def __post_init__(self) -> None:
        if self.frames < 1 or self.fps <= 0:
            raise ValueError(
                f"{self.frames} frames at {self.fps} per second: give at least one frame, and "
                "a rate above 0"
            )
        outside = [f for f in self.corrections if not 0 <= f < self.frames]
        if outside:
            raise ValueError(
                f"a correction at frame {outside[0]} of a run of {self.frames} frames: "
                "they are counted from 0"
            )

    def distances(self, ends: Literal["counted", "left out"] = "counted") -> tuple[int, ...]:
        """Frames from each interaction to the next; start and end of the run may count as two."""
        places = sorted(set(self.corrections))
        if ends == "counted":
            places = sorted({0, *places, self.frames})
        return tuple(int(d) for d in np.diff(places))


def corrections(objects: Iterable[Interactions]) -> int:
    """NoI: how many corrections a person gave, over all objects; lower is better.

    Source: Lazy-XMem 4.2.
    """
    return sum(len(set(each.corrections)) for each in objects)


def mean_interval_s(objects: Iterable[Interactions]) -> float:
    """Delta I: mean seconds between two interactions, start and end included; higher is better.

    All intervals of all objects weigh the same; NaN without objects.

    Source: Lazy-XMem 4.2. The paper doesn't say how it averages over sequences; pooled intervals of
    65 objects are what its published pairs of NoI and Delta I agree with (within 2 %).
    """
    seconds = [d / each.fps for each in objects for d in each.distances()]
    return float(np.mean(seconds)) if seconds else float("nan")


def dispersion(
    objects: Iterable[Interactions],
    *,
    ends: Literal["counted", "left out"] = "counted",
    over_objects: Literal["sum", "mean"] = "sum",
) -> float:
    """N_Delta I: the cumulative count of distances between interactions; lower is better.

    For each object 1/F times the sum, over i from 1 to its F frames, of how many distances are at
    most i frames long.

    Source: Lazy-XMem, Eq. 7, as printed.
    Note: with start and end counted, an object with P corrections at frames after the first gets
    P + (P + 1) / F wherever they lie, so as printed it measures no dispersion. Published values fit
    a mean over objects, not Eq. 7's sum; ``over_objects="mean"`` gives that.
    """
    values = [
        sum(each.frames - d + 1 for d in each.distances(ends)) / each.frames for each in objects
    ]
    if over_objects == "mean":
        return float(np.mean(values)) if values else float("nan")
    return float(sum(values))


def unevenness(objects: Iterable[Interactions]) -> float:
    """How bunched the corrections of an object are, in [0, 1], as a mean over objects; ours.

    0 if they split the run into equal parts, towards 1 if all lie together at one end. From the
    parts' shares p of the run, start and end included: the sum of p squared, scaled so that n equal
    parts give 0 and one part 1. Unlike `dispersion` it depends on where the corrections fall.
    Objects without a correction are left out; NaN if none has any.

    Source: the normalised Herfindahl index.
    """
    values: list[float] = []
    for each in objects:
        parts = np.array(each.distances()) / each.frames
        if parts.size > 1:
            equal = 1 / parts.size
            values.append((float(np.square(parts).sum()) - equal) / (1 - equal))
    return float(np.mean(values)) if values else float("nan")
