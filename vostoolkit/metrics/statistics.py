"""What DAVIS says about a sequence of scores: mean, recall and decay."""

import warnings
from collections.abc import Sequence
from typing import Literal, NamedTuple, TypeAlias

import numpy as np
from jaxtyping import Float

Bins: TypeAlias = Literal["exact", "released"]

_BINS = 4
_RECALLED = 0.5


class Statistics(NamedTuple):
    """The mean score, the share of frames above 0.5, and what is lost from start to end."""

    mean: float
    recall: float
    decay: float


def statistics(
    scores: Sequence[float] | Float[np.ndarray, "frames"], *, bins: Bins = "exact"
) -> Statistics:
    """Mean, recall and decay of one object's J or F, frame by frame.

    Recall is the share of frames with a score above 0.5; decay the mean over the first quarter of
    the frames less that over the last (neighbouring quarters share their border frame). Frames with
    a NaN are left out of mean and decay, and count as not recalled.

    Raises:
        ValueError: no frames.

    Source: DAVIS 2016, 4 (Perazzi et al.).
    Note: the official code keeps the quarters' borders in 8 bits, so from 256 frames on its decay
    is wrong or NaN. ``bins="released"`` repeats that.
    """
    values = np.asarray(scores, np.float64)
    if values.size == 0:
        raise ValueError("no scores to summarise: give at least one frame")
    borders = np.round(np.linspace(1, values.size, _BINS + 1) + 1e-10).astype(np.int64) - 1
    starts, stops = borders[:-1], borders[1:] + 1
    if bins == "released":
        starts, stops = starts % 256, stops % 256
    first, last = (values[starts[i] : stops[i]] for i in (0, _BINS - 1))
    recall = float(np.mean(values > _RECALLED))
    return Statistics(_mean(values), recall, _mean(first) - _mean(last))


def _mean(values: Float[np.ndarray, "frames"]) -> float:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # no values: NaN
        return float(np.nanmean(values))
