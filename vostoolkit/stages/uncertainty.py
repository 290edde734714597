"""Masked entropy: how unsure a prediction is, per pixel and per object (Lazy-XMem 3.2)."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
import torch
from jaxtyping import UInt8

from vostoolkit.arrays import Map, ObjectId, Pmf, Region
from vostoolkit.geometry import Mask, dilated, to_mask, to_region, window_of
from vostoolkit.masks import Masks
from vostoolkit.results import Propagation, Uncertainty

_SMALLEST_FLOAT32 = 1.2e-38
_RELEASED_DECIMALS = 4


def normalised_entropy(pmf: Pmf) -> Map:
    """Per-pixel entropy of the class distribution divided by log k, so in [0, 1].

    A pixel with one certain class gives exactly 0 (0 log 0 = 0).

    Raises:
        ValueError: k < 2; one class has no uncertainty to normalise.

    Source: Lazy-XMem, Eq. 2.
    """
    classes = pmf.shape[0]
    if classes < 2:
        raise ValueError(
            f"a pmf of shape {tuple(pmf.shape)} has {classes} class: entropy is normalised by the "
            "log of their number, give the background and at least one object"
        )
    # A clamped logarithm is faster than torch.special.entr on a CPU, and 0 log 0 is still 0.
    entropy = pmf.clamp_min(_SMALLEST_FLOAT32).log_().mul_(pmf).sum(0)
    return entropy.mul_(-1 / math.log(classes)).clamp_(0, 1)


@dataclass(frozen=True)
class MaskedEntropy:
    """Mean entropy over each object's dilated mask, and its jump since the last frame.

    ``dilation`` is a share of the object's area: the mask grows by a centred disc whose side is the
    square root of that share (0 adds nothing). ``divide_by="mask"`` divides the sum over the
    dilated region by the area of the undilated mask, so the score may exceed 1; ``rounded`` rounds
    the entropy to 4 decimals; ``kernel="released"`` is the released code's even-sided disc, which
    moves the mask by a pixel and adds nothing below 180 pixels. An object whose mask is empty is
    lost and gets ``empty_score``.

    Source: Lazy-XMem, Eq. 3 and 3.4.
    Note: the paper doesn't say how large the dilation is, nor what an empty mask scores; 5 % is the
    released code's. Its 0 for an empty mask would call a lost object certain; ours is 1.
    """

    dilation: float = 0.05
    divide_by: Literal["region", "mask"] = "region"
    empty_score: float = 1.0
    rounded: bool = False
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

    @staticmethod
    def released() -> "MaskedEntropy":
        """The measure of the released code."""
        return MaskedEntropy(divide_by="mask", empty_score=0.0, rounded=True, kernel="released")

    def __call__(self, predicted: Propagation, previous: Uncertainty | None, /) -> Uncertainty:
        """The entropy map, and the region, score and jump of each object of a prediction.

        Without objects the entropy is 0 everywhere.
        """
        masks = predicted.masks
        entropy = self.entropy(masks)
        channel = masks.pmf.max(0)[1]
        regions: dict[ObjectId, Region] = {}
        score: dict[ObjectId, float] = {}
        lost: set[ObjectId] = set()
        for index, object_id in enumerate(masks.objects, start=1):
            mask = to_mask(channel == index)
            region = self.grown(mask)
            regions[object_id] = to_region(region, like=masks.pmf)
            score[object_id] = self._score(entropy, mask, region)
            if not mask.any():
                lost.add(object_id)
        earlier: Mapping[ObjectId, float] = {} if previous is None else previous.score
        return Uncertainty(
            frame=predicted.frame,
            round=predicted.round,
            masks=masks,
            entropy=entropy,
            regions=regions,
            score=score,
            jump={o: score[o] - earlier[o] if o in earlier else None for o in masks.objects},
            lost=frozenset(lost),
        )

    def entropy(self, masks: Masks) -> Map:
        """The normalised entropy of each pixel, rounded (in float64) if this measure rounds."""
        if not masks.objects:
            return torch.zeros(tuple(masks.size), device=masks.pmf.device)
        if self.rounded:
            return _rounded_entropy(masks.pmf)
        return normalised_entropy(masks.pmf)

    def grown(self, mask: Mask) -> Mask:
        """The dilated mask that the entropy is summed over; empty for an empty mask."""
        area = int(np.count_nonzero(mask))
        if area == 0:
            return mask.copy()
        side = math.sqrt(self.dilation * area)
        if self.kernel == "released":
            grown = cv2.dilate(mask.astype(np.uint8), released_disc(int(side)))
            return grown.astype(np.bool_)
        return dilated(mask, max(1, int(side / 2)) if side > 0 else 0)

    def _score(self, entropy: Map, mask: Mask, region: Mask) -> float:
        window = window_of(region)
        if window is None:
            return self.empty_score
        inside = to_region(region[window], like=entropy)
        values = entropy[window].masked_select(inside)
        area = region if self.divide_by == "region" else mask
        return float(values.sum(dtype=torch.float64)) / int(np.count_nonzero(area))


def _rounded_entropy(pmf: Pmf) -> Map:
    """Entropy in the released code's order and precision: another one rounds some pixels apart."""
    p = pmf.detach().cpu().numpy()
    terms = p * np.log(p, where=p > 0, out=np.zeros_like(p))
    entropy = -terms.sum(0).astype(np.float64) / np.log(p.shape[0])
    return torch.as_tensor(np.round(entropy, _RELEASED_DECIMALS), device=pmf.device)


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
