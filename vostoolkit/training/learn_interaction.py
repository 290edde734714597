"""One training step of IDPro's across-frame interaction: strokes on some frames, masks of all.

Source: Li et al., IDPro, section III-B and IV: scribbles on several frames, previous masks that are
empty or wrong.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from einops import rearrange
from jaxtyping import Float, Int, UInt8
from torch import Tensor, nn
from torch.nn import functional

from vostoolkit.arrays import Size
from vostoolkit.networks.across_frame import AcrossFrame
from vostoolkit.networks.click import normalised
from vostoolkit.prompts import rasterise
from vostoolkit.training.augment import draw_batch
from vostoolkit.training.loop import Loss
from vostoolkit.training.losses import (
    bootstrapped_cross_entropy,
    dice_loss,
    hard_share,
    mean_overlap,
)
from vostoolkit.training.pool import Pool
from vostoolkit.training.simulated_clicks import error_click, error_scribble, spoiled

_OBJECTS = 2


@dataclass(frozen=True, eq=False)
class Strokes:
    """What a person gave: labels of strokes and of previous masks, -1 where there is nothing."""

    strokes: Int[np.ndarray, "t h w"]
    previous: Int[np.ndarray, "t h w"]


@dataclass(frozen=True, eq=False)
class LearnInteraction:
    """Draws frames of clips and strokes on them, and asks for the masks of all frames.

    In a share of the clips it is a later round, with wrong masks and strokes on what is wrong.
    Identities are dealt out by chance, so that all of the bank are learned.
    """

    pool: Pool
    device: torch.device
    clips: int = 5
    most_frames: int = 3
    later_share: float = 0.4

    def __call__(self, network: nn.Module, rng: np.random.Generator, progress: float, /) -> Loss:
        """Cross-entropy on the hardest pixels, and dice, over all frames."""
        if not isinstance(network, AcrossFrame):
            raise TypeError(f"a {type(network).__name__} sees one frame: give an AcrossFrame")
        frames = int(rng.integers(1, self.most_frames + 1))
        batch = draw_batch(self.pool, rng, clips=self.clips, frames=frames).to(self.device)
        given = [
            strokes_on(labels.astype(np.uint8), rng, is_later=rng.random() < self.later_share)
            for labels in batch.labels.cpu().numpy()
        ]
        dealt = 1 + rng.permutation(network.config.identities)[:_OBJECTS]
        channels = torch.as_tensor([0, *dealt], device=self.device)
        marks, masks = (
            _one_hot(np.stack([getattr(g, part) for g in given]), channels, network)
            for part in ("strokes", "previous")
        )
        images = normalised(rearrange(batch.images, "b t c h w -> (b t) c h w"))
        images = rearrange(images, "(b t) c h w -> b t c h w", t=frames)
        with torch.autocast(self.device.type, torch.bfloat16):
            logits = network(images, marks, masks)[:, :, channels]
        logits = rearrange(logits.float(), "b t k h w -> (b t) k h w")
        labels = rearrange(batch.labels, "b t h w -> (b t) h w")
        truth = rearrange(functional.one_hot(labels, _OBJECTS + 1), "b h w k -> b k h w").float()
        loss = bootstrapped_cross_entropy(logits, labels, share=hard_share(progress))
        loss = loss + dice_loss(logits.softmax(1)[:, 1:], truth[:, 1:])
        return Loss(loss, mean_overlap(logits.detach(), labels))


def strokes_on(
    truth: UInt8[np.ndarray, "t h w"], rng: np.random.Generator, *, is_later: bool
) -> Strokes:
    """Strokes and previous masks of the frames of one clip.

    Every object is marked on a frame drawn by chance, and on each other one with chance a half. In
    a later round every frame has wrong masks, and marks go to what is wrong; a mark on what isn't
    the object is one on the background.
    """
    strokes, previous = (np.full(truth.shape, -1, np.int64) for _ in range(2))
    if is_later:
        for frame in range(len(truth)):
            previous[frame] = _wrong(truth[frame], rng)
    size = Size(*truth.shape[1:])
    for label in range(1, _OBJECTS + 1):
        sure = int(rng.integers(len(truth)))
        for frame in range(len(truth)):
            own = np.equal(truth[frame], label).astype(np.uint8)
            before = np.equal(previous[frame], label).astype(np.uint8)
            draw = error_scribble if rng.random() < 0.7 else error_click
            mark = draw(own, before, rng)
            if mark is not None and (frame == sure or rng.random() < 0.5):
                touched = rasterise((mark,), size, positive=mark.positive)
                strokes[frame][touched] = label if mark.positive else 0
    return Strokes(strokes, previous)


def _wrong(truth: UInt8[np.ndarray, "h w"], rng: np.random.Generator) -> UInt8[np.ndarray, "h w"]:
    wrong = np.zeros_like(truth)
    for label in range(1, _OBJECTS + 1):
        wrong[spoiled(np.equal(truth, label).astype(np.uint8), rng) > 0] = label
    return wrong


def _one_hot(
    labels: Int[np.ndarray, "b t h w"], channels: Int[Tensor, " k"], network: AcrossFrame
) -> Float[Tensor, "b t classes h w"]:
    """One-hot over background and identities, and zero where the label is -1."""
    known = torch.as_tensor(labels, device=channels.device)
    dealt = functional.one_hot(channels[known.clamp_min(0)], network.config.classes)
    return rearrange(dealt * (known >= 0)[..., None], "b t h w k -> b t k h w").float()
