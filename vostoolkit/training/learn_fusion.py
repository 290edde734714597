"""One training step of MiVOS's fusion network, on what a propagation network gets wrong.

Source: Cheng, Tai and Tang, MiVOS (CVPR 2021), section 3.4 and 5.1: pairs of propagated masks, one
of them from a frame that was corrected.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch
from einops import rearrange
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional

from vostoolkit.masks import soft_aggregate
from vostoolkit.memory.read import read_frames
from vostoolkit.networks.click import normalised
from vostoolkit.networks.fusion import FusionNetwork
from vostoolkit.networks.xmem import XMem
from vostoolkit.training.augment import Batch, draw_batch
from vostoolkit.training.learn_propagation import clip_forward, features_at
from vostoolkit.training.loop import Loss
from vostoolkit.training.losses import bootstrapped_cross_entropy, dice_loss, mean_overlap
from vostoolkit.training.pool import Pool
from vostoolkit.training.simulated_clicks import spoiled

_OBJECTS = 2


@dataclass(frozen=True, eq=False)
class LearnFusion:
    """Draws clips, carries masks through them from both ends, and asks for the frame between.

    The old masks come from the first frame, whose masks are spoiled in a share of the clips. Then
    the last frame is corrected: its true masks are the correction and walk back. The network learns
    to fuse one frame between, chosen by chance.
    """

    pool: Pool
    device: torch.device
    propagation: XMem
    clips: int = 6
    frames: int = 5
    spoiled_share: float = 0.4

    def __call__(self, network: nn.Module, rng: np.random.Generator, progress: float, /) -> Loss:
        """Cross-entropy on the hardest third of the pixels, and dice."""
        if not isinstance(network, FusionNetwork):
            raise TypeError(f"a {type(network).__name__} can't fuse: give a FusionNetwork")
        batch = draw_batch(self.pool, rng, clips=self.clips, frames=self.frames)
        at = int(rng.integers(1, self.frames - 1))
        start = _spoiled(batch, self.spoiled_share, rng)
        pair = fusion_pair(self.propagation, batch.to(self.device), start.to(self.device), at)
        logits = soft_aggregate(torch.sigmoid(fused_logits(network, pair).float()))
        labels = pair.labels
        truth = rearrange(functional.one_hot(labels, _OBJECTS + 1), "b h w k -> b k h w").float()
        loss = bootstrapped_cross_entropy(logits, labels, share=1 / 3)
        loss = loss + dice_loss(logits.softmax(1)[:, 1:], truth[:, 1:])
        return Loss(loss, mean_overlap(logits.detach(), labels))


@dataclass(frozen=True, eq=False)
class FusionPair:
    """A frame's old and new masks, what the correction changed as seen from it, and its truth.

    ``difference`` is what was added and taken away; ``distances`` are n_c and n_r of Eq. 6.
    """

    image: Float[Tensor, "b 3 h w"]
    old: Float[Tensor, "b n h w"]
    new: Float[Tensor, "b n h w"]
    difference: Float[Tensor, "b n 2 h w"]
    distances: tuple[float, float]
    labels: Int[Tensor, "b h w"]


@torch.no_grad()
def fusion_pair(propagation: XMem, batch: Batch, start: Batch, at: int) -> FusionPair:
    """What there is to fuse at a frame between the first and the corrected last one.

    ``start`` is the batch with the masks of the first frame as they were given.

    Source: MiVOS, Eq. 4 to 6, with the keys of XMem.
    """
    last = batch.labels.shape[1] - 1
    with torch.autocast(batch.images.device.type, torch.bfloat16):
        forth = clip_forward(propagation, start)
        back = clip_forward(propagation, Batch(batch.images.flip(1), batch.labels.flip(1)))
        pictures = normalised(rearrange(batch.images[:, [at, last]], "b t c h w -> (b t) c h w"))
        features = propagation.encode_key(pictures)
    old, before, new = (
        p.logits.float().softmax(1)[:, 1:] for p in (forth[at - 1], forth[-1], back[last - at - 1])
    )
    after = functional.one_hot(batch.labels[:, last], _OBJECTS + 1).permute(0, 3, 1, 2)[:, 1:]
    change = torch.stack([after - before, before - after], 2).clamp_min(0)
    query, corrected = features_at(features, 0, 2), features_at(features, 1, 2)
    coarse = functional.avg_pool2d(change.flatten(0, 1), propagation.config.stride)
    coarse = rearrange(coarse, "(b n) c h w -> b n c h w", n=_OBJECTS)
    aligned, _ = read_frames([corrected], [coarse], query)
    aligned = functional.interpolate(
        aligned.flatten(0, 1).float(),
        size=list(change.shape[-2:]),
        mode="bilinear",
        align_corners=False,
    )
    return FusionPair(
        rearrange(pictures, "(b t) c h w -> t b c h w", t=2)[0].float(),
        old,
        new,
        rearrange(aligned, "(b n) c h w -> b n c h w", n=_OBJECTS),
        (at / last, (last - at) / last),
        batch.labels[:, at],
    )


def fused_logits(network: FusionNetwork, pair: FusionPair) -> Float[Tensor, "b n h w"]:
    """Each object's logits; the objects are fused one by one."""
    count = pair.old.shape[1]
    with torch.autocast(pair.image.device.type, torch.bfloat16):
        logits = network(
            pair.image.repeat_interleave(count, 0),
            pair.old.flatten(0, 1)[:, None],
            pair.new.flatten(0, 1)[:, None],
            pair.difference.flatten(0, 1),
            torch.tensor([pair.distances] * pair.old.flatten(0, 1).shape[0]).to(pair.old),
        )
    return rearrange(logits, "(b n) 1 h w -> b n h w", n=count)


def _spoiled(batch: Batch, share: float, rng: np.random.Generator) -> Batch:
    """The batch with wrong masks in the first frame of a share of the clips."""
    labels = batch.labels.clone()
    for clip in np.nonzero(rng.random(len(labels)) < share)[0]:
        truth = labels[clip, 0].numpy()
        wrong = np.zeros_like(truth)
        for label in range(1, _OBJECTS + 1):
            wrong[spoiled(np.equal(truth, label).astype(np.uint8), rng) > 0] = label
        labels[clip, 0] = torch.as_tensor(wrong)
    return replace(batch, labels=labels)
