"""Masked entropy: how unsure a prediction is, per pixel and per object (Lazy-XMem 3.2)."""

import math
from dataclasses import dataclass

import numpy as np
import torch

from vostoolkit.arrays import Map, Pmf
from vostoolkit.masks import Masks
from vostoolkit.results import Propagation
from vostoolkit.stages.masked_average import MaskedAverage

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
class MaskedEntropy(MaskedAverage):
    """Mean entropy over each object's dilated mask, and its jump since the last frame.

    ``rounded`` rounds the entropy to 4 decimals, as the released code does; for the other fields
    see ``MaskedAverage``. Of an ensemble's prediction, whose masks are the mean of its members',
    it is the predictive entropy.

    Source: Lazy-XMem, Eq. 2 and 3; 5.1 (S and S_R of one model, an ensemble, Monte Carlo dropout).
    """

    rounded: bool = False

    @staticmethod
    def released() -> "MaskedEntropy":
        """The measure of the released code."""
        return MaskedEntropy(divide_by="mask", empty_score=0.0, rounded=True, kernel="released")

    @property
    def measure(self) -> str:
        """What the map is."""
        return "entropy"

    def map(self, predicted: Propagation, /) -> Map:
        """The entropy of the predicted masks."""
        return self.entropy(predicted.masks)

    def entropy(self, masks: Masks) -> Map:
        """The normalised entropy of each pixel, rounded (in float64) if this measure rounds.

        Without objects it is 0 everywhere.
        """
        if not masks.objects:
            return torch.zeros(tuple(masks.size), device=masks.pmf.device)
        if self.rounded:
            return _rounded_entropy(masks.pmf)
        return normalised_entropy(masks.pmf)


def _rounded_entropy(pmf: Pmf) -> Map:
    """Entropy in the released code's order and precision: another one rounds some pixels apart."""
    p = pmf.detach().cpu().numpy()
    terms = p * np.log(p, where=p > 0, out=np.zeros_like(p))
    entropy = -terms.sum(0).astype(np.float64) / np.log(p.shape[0])
    return torch.as_tensor(np.round(entropy, _RELEASED_DECIMALS), device=pmf.device)
