"""The uncertainty of a learned score: one minus the IoU that a quality network predicts."""

from dataclasses import dataclass, field, replace
from pathlib import Path

import torch
from torch import nn

from vostoolkit.arrays import Image, ObjectId
from vostoolkit.device import choose_device
from vostoolkit.masks import Masks
from vostoolkit.networks.folding import folded
from vostoolkit.networks.quality_aware import (
    QUALITY_AWARE_NANO,
    QualityAware,
    QualityAwareConfig,
)
from vostoolkit.results import Propagation, Uncertainty
from vostoolkit.stages.fitting import fit_frame
from vostoolkit.stages.masked_average import jumps
from vostoolkit.stages.uncertainty import MaskedEntropy
from vostoolkit.weights import load_weights


@dataclass(frozen=True, eq=False)
class QualityScore:
    """One minus the IoU that QDMN's module predicts for each object, and its jump.

    A single score an object says nothing about places, so the map and the regions stay those of
    ``entropy``: a pseudo-click still has a confidence to be weighted with. A lost object gets the
    entropy's ``empty_score``.

    Args:
        network: a quality assessment module; it's copied, folded for inference and moved.
        short_side: working size of the shorter side in pixels; smaller frames aren't enlarged.
        device: None takes the best there is.

    Source: Lazy-XMem 5.1 (QAM) and Table 1 (Lazy-QDMN: its stages with this score for the jump).
    Note: neither paper says how a score becomes an uncertainty; 1 - IoU is ours.
    """

    network: QualityAware = field(repr=False)
    short_side: int = 480
    entropy: MaskedEntropy = field(default_factory=MaskedEntropy)
    device: str | None = None
    _folded: nn.Module = field(init=False, repr=False)

    def __post_init__(self) -> None:
        if self.short_side < self.network.config.encoders.stride:
            raise ValueError(f"short side of {self.short_side} pixels: give at least one stride")
        moved = folded(self.network).to(choose_device(self.device))
        object.__setattr__(self, "_folded", moved)

    @staticmethod
    def load(
        weights: str | Path = "quality-nano",
        config: QualityAwareConfig = QUALITY_AWARE_NANO,
        *,
        short_side: int = 256,
        device: str | None = None,
    ) -> "QualityScore":
        """The measure with weights that ``vostoolkit train quality-nano`` makes.

        Raises:
            WeightsError: the file isn't there, or is another network's; differing keys are named.
        """
        network = load_weights(QualityAware(config), weights)
        return QualityScore(network, short_side, device=device)

    @torch.no_grad()
    def __call__(self, predicted: Propagation, previous: Uncertainty | None, /) -> Uncertainty:
        """The score and jump of each object, with the entropy's map and regions.

        Raises:
            ValueError: a prediction without its frame's picture.
        """
        if predicted.image_of is None:
            raise ValueError(
                f"frame {predicted.frame} came without its picture, which QualityScore looks at: "
                "give Propagation(image_of=...), as methods and sessions do"
            )
        measured = self.entropy(predicted, previous)
        score = dict(measured.score)
        if seen := [o for o in measured.score if o not in measured.lost]:
            quality = self.quality(predicted.image_of(predicted.frame), predicted.masks)
            score |= {o: 1 - quality[o] for o in seen}
        return replace(
            measured,
            score=score,
            jump=jumps(score, previous),
            measure="entropy (S: 1 - predicted IoU)",
        )

    @torch.no_grad()
    def quality(self, image: Image, masks: Masks) -> dict[ObjectId, float]:
        """The predicted IoU of each object's mask, in [0, 1]."""
        stride = self.network.config.encoders.stride
        fit = fit_frame(masks.size, self.short_side, multiple=stride, is_enlarging=False)
        device = next(self._folded.parameters()).device
        pixels = fit.image(image, device, "bytes")
        scores = self._folded(pixels, fit.masks(masks.pmf[1:].to(device))[None])[0]
        return dict(zip(masks.objects, scores.tolist(), strict=True))
