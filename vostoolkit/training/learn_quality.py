"""One training step of a network that rates masks: their IoU, predicted from picture and masks.

It serves QDMN's score and EVA-VOS's frame selection, which both ask how good a mask of a frame is.

Source: Mask Scoring R-CNN (squared error of the predicted IoU), the design that QDMN follows.
Note: EVA-VOS's own network sorts into 20 classes of quality by cross-entropy.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from einops import rearrange
from jaxtyping import Bool, Float
from torch import Tensor, nn
from torch.nn import functional

from vostoolkit.networks.click import normalised
from vostoolkit.networks.quality_aware import QUALITY_AWARE_NANO, QualityAware
from vostoolkit.networks.xmem import XMem
from vostoolkit.training.augment import Batch, draw_batch
from vostoolkit.training.learn_propagation import clip_forward
from vostoolkit.training.loop import Loss
from vostoolkit.training.pool import Pool
from vostoolkit.training.simulated_clicks import spoiled

_OBJECTS = 2


@dataclass(frozen=True, eq=False)
class LearnQuality:
    """Draws clips, lets `propagation` segment them, and asks how good each mask is.

    A share of the masks is replaced by spoiled true ones, since a good network makes few bad masks
    on clips like those it learned from. Empty masks are left out: their quality is known.
    """

    pool: Pool
    device: torch.device
    propagation: XMem
    clips: int = 6
    frames: int = 4
    spoiled_share: float = 0.4

    def __call__(self, network: nn.Module, rng: np.random.Generator, progress: float, /) -> Loss:
        """The squared error; `overlap` is one minus the mean absolute error."""
        batch = draw_batch(self.pool, rng, clips=self.clips, frames=self.frames)
        masks, truth = self._masks(batch, rng)
        images = rearrange(batch.images[:, 1:], "b t c h w -> (t b) c h w").to(self.device)
        predicted: Tensor = network(normalised(images), masks)
        actual, is_there = overlaps(masks, truth)
        error = (predicted - actual)[is_there]
        return Loss(error.square().mean(), 1 - float(error.detach().abs().mean()))

    @torch.no_grad()
    def _masks(
        self, batch: Batch, rng: np.random.Generator
    ) -> tuple[Float[Tensor, "m n h w"], Bool[Tensor, "m n h w"]]:
        """Masks and true masks of all frames after the first, frame by frame."""
        with torch.autocast(self.device.type, torch.bfloat16):
            frames = clip_forward(self.propagation, batch.to(self.device))
        masks = torch.cat([frame.logits.float().softmax(1)[:, 1:] for frame in frames])
        labels = torch.cat([frame.labels for frame in frames])
        truth = functional.one_hot(labels, _OBJECTS + 1).permute(0, 3, 1, 2)[:, 1:] > 0
        for index in zip(
            *np.nonzero(rng.random(masks.shape[:2]) < self.spoiled_share), strict=True
        ):
            wrong = spoiled(truth[index].cpu().numpy().astype(np.uint8), rng)
            masks[index] = torch.as_tensor(wrong).to(masks)
        return masks, truth


def overlaps(
    masks: Float[Tensor, "m n h w"], truth: Bool[Tensor, "m n h w"]
) -> tuple[Float[Tensor, "m n"], Bool[Tensor, "m n"]]:
    """The IoU of each mask, cut at one half, with its true mask, and whether it isn't empty."""
    own = masks > 0.5
    union = (own | truth).sum((2, 3))
    return (own & truth).sum((2, 3)) / union.clamp_min(1), own.any(-1).any(-1)


def on_encoders_of(propagation: XMem) -> QualityAware:
    """A small quality assessment module that starts from a network's encoders.

    Raises:
        ValueError: a network of other sizes than the embedded one.
    """
    network = QualityAware(QUALITY_AWARE_NANO)
    if propagation.config != QUALITY_AWARE_NANO.encoders:
        raise ValueError(f"a network of other sizes than the embedded one: {propagation.config}")
    network.key_encoder.load_state_dict(propagation.key_encoder.state_dict())
    network.score_encoder.load_state_dict(propagation.value_encoder.state_dict())
    return network
