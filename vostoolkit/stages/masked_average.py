"""The mean of a map over each object's dilated mask: what every masked uncertainty shares."""

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from jaxtyping import UInt8

from vostoolkit.arrays import Map, ObjectId, Region
from vostoolkit.geometry import Mask, dilated, to_mask, to_region, window_of
from vostoolkit.results import Propagation, Uncertainty


@dataclass(frozen=True)
class MaskedAverage(ABC):
    """Mean of a map over each object's dilated mask, and its jump since the last frame.

    ``dilation`` is a share of the object's area: the mask grows by a centred disc whose side is the
    square root of that share (0 adds nothing). ``divide_by="mask"`` divides the sum over the
    dilated region by the area of the undilated mask, so the score may exceed 1;
    ``kernel="released"`` is the released code's even-sided disc, which moves the mask by a pixel
    and adds nothing below 180 pixels. An object whose mask is empty is lost and gets
    ``empty_score``.

    Source: Lazy-XMem, Eq. 3 and 3.4.
    Note: the paper doesn't say how large the dilation is, nor what an empty mask scores; 5 % is the
    released code's. Its 0 for an empty mask would call a lost object certain; ours is 1.
    """

    dilation: float = 0.05
    divide_by: Literal["region", "mask"] = "region"
    empty_score: float = 1.0
    kernel: Literal["centred", "released"] = "centred"

    def __post_init__(self) -> None:
        if not 0 <= self.dilation <= 1:
            raise ValueError(f"dilation={self.dilation}: give a share of the area, 0 to 1")
        if self.divide_by not in ("region", "mask"):
            raise ValueError(f"divide_by={self.divide_by!r}: give 'region' or 'mask'")
        if self.kernel not in ("centred", "released"):
            raise ValueError(f"kernel={self.kernel!r}: give 'centred' or 'released'")
        if not math.isfinite(self.empty_score) or self.empty_score < 0:
            raise ValueError(f"empty_score={self.empty_score}: give a finite number from 0 up")

    @property
    @abstractmethod
    def measure(self) -> str:
        """What the map is, in a word or two: the title of its picture."""

    @abstractmethod
    def map(self, predicted: Propagation, /) -> Map:
        """The measure at each pixel of a prediction, 0 where it is sure."""

    def __call__(self, predicted: Propagation, previous: Uncertainty | None, /) -> Uncertainty:
        """The map, and the region, score and jump of each object of a prediction."""
        values = self.map(predicted)
        regions: dict[ObjectId, Region] = {}
        score: dict[ObjectId, float] = {}
        lost: set[ObjectId] = set()
        for object_id in predicted.masks.objects:
            mask = to_mask(predicted.masks.region(object_id))
            region = self.grown(mask)
            regions[object_id] = to_region(region, like=values)
            score[object_id] = self._score(values, mask, region)
            if not mask.any():
                lost.add(object_id)
        return Uncertainty(
            frame=predicted.frame,
            round=predicted.round,
            masks=predicted.masks,
            entropy=values,
            regions=regions,
            score=score,
            jump=jumps(score, previous),
            lost=frozenset(lost),
            measure=self.measure,
        )

    def grown(self, mask: Mask) -> Mask:
        """The dilated mask that the map is summed over; empty for an empty mask."""
        area = int(np.count_nonzero(mask))
        if area == 0:
            return mask.copy()
        side = math.sqrt(self.dilation * area)
        if self.kernel == "released":
            grown = cv2.dilate(mask.astype(np.uint8), released_disc(int(side)))
            return grown.astype(np.bool_)
        return dilated(mask, max(1, int(side / 2)) if side > 0 else 0)

    def _score(self, values: Map, mask: Mask, region: Mask) -> float:
        window = window_of(region)
        if window is None:
            return self.empty_score
        inside = to_region(region[window], like=values)
        total = values[window].masked_select(inside).double().sum()
        area = region if self.divide_by == "region" else mask
        return float(total) / int(np.count_nonzero(area))


def jumps(
    score: Mapping[ObjectId, float], previous: Uncertainty | None
) -> dict[ObjectId, float | None]:
    """How much each object's score has risen; None where there is no earlier one.

    Source: Lazy-XMem 3.4.
    """
    earlier: Mapping[ObjectId, float] = {} if previous is None else previous.score
    return {o: now - earlier[o] if o in earlier else None for o, now in score.items()}


def released_disc(side: int) -> UInt8[np.ndarray, "s s"]:
    """The dilation kernel of the released code for a side, which it makes even and at least 2.

    Four mirrored quarters of a disc of radius side / 2 - 1. At side 2 it has no ones, and OpenCV
    then leaves the mask as it is; an even side moves the mask right and down.
    """
    side = max(2, side + side % 2)
    half = side // 2
    offset = np.arange(side)
    offset = np.where(offset < half, half - 1 - offset, offset - half)
    return (np.add.outer(offset**2, offset**2) < (half - 1) ** 2).astype(np.uint8)
