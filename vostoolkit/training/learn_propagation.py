"""One training step of a propagation network: the first frame's labels, carried over a clip."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from einops import rearrange
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional

from vostoolkit.masks import soft_aggregate
from vostoolkit.memory.read import read_frames
from vostoolkit.networks.click import normalised
from vostoolkit.networks.xmem import KeyFeatures, XMem
from vostoolkit.training.augment import Batch, draw_batch
from vostoolkit.training.loop import Loss
from vostoolkit.training.losses import (
    bootstrapped_cross_entropy,
    dice_loss,
    hard_share,
    mean_overlap,
    read_loss,
)
from vostoolkit.training.pool import Pool

_OBJECTS = 2


@dataclass(frozen=True)
class Rung:
    """Clips of `frames` frames, `clips` at a time in each process, from `since` on.

    `since` is a share of the whole training, in [0, 1].
    """

    since: float
    frames: int
    clips: int


LADDER = (Rung(0.0, 4, 6), Rung(0.4, 6, 4), Rung(0.75, 8, 3))
"""Short clips first: they are cheap, and long ones only help a network that can segment at all."""


@dataclass(frozen=True, eq=False)
class Prediction:
    """What a clip's forward pass gives for one frame after the first."""

    logits: Float[Tensor, "b k h w"]
    read: Float[Tensor, "b k m"]
    cell_truth: Float[Tensor, "b k m"]
    labels: Int[Tensor, "b h w"]


@dataclass(frozen=True, eq=False)
class LearnPropagation:
    """Draws clips from a pool; the loss is that of every frame after the first."""

    pool: Pool
    device: torch.device
    ladder: tuple[Rung, ...] = LADDER
    read_weight: float = 0.5

    def __call__(self, network: nn.Module, rng: np.random.Generator, progress: float, /) -> Loss:
        """The loss of one step."""
        if not isinstance(network, XMem):
            raise TypeError(f"a {type(network).__name__} can't propagate: give an XMem network")
        rung = [rung for rung in self.ladder if rung.since <= progress][-1]
        batch = draw_batch(self.pool, rng, clips=rung.clips, frames=rung.frames).to(self.device)
        return batch_loss(network, batch, progress=progress, read_weight=self.read_weight)


def batch_loss(network: XMem, batch: Batch, *, progress: float, read_weight: float = 0.5) -> Loss:
    """The loss of every frame after the first of a batch of clips, on the batch's device.

    From the start of a training (``progress`` 0) to its end, fewer and harder pixels count.
    """
    with torch.autocast(batch.images.device.type, torch.bfloat16):
        frames = clip_forward(network, batch)
    share = hard_share(progress)
    losses = [_frame_loss(frame, share, read_weight) for frame in frames]
    with torch.no_grad():
        overlap = mean_overlap(frames[-1].logits, frames[-1].labels)
    return Loss(torch.stack(losses).mean(), overlap)


def clip_forward(network: XMem, batch: Batch) -> list[Prediction]:
    """Predictions for the frames 1, 2, … of every clip; each frame read is then memorised.

    The first frame is encoded with its true masks, every later one with the predicted ones, as at
    inference. Networks with a sensory memory start it at zero.
    """
    clips, frames = batch.labels.shape[:2]
    images = normalised(rearrange(batch.images, "b t c h w -> (b t) c h w"))
    every = network.encode_key(images)
    features = [features_at(every, frame, frames) for frame in range(frames)]
    images = rearrange(images, "(b t) c h w -> t b c h w", t=frames)
    truth = functional.one_hot(batch.labels, _OBJECTS + 1)
    truth = rearrange(truth, "b t h w k -> t b k h w").to(images.dtype)
    masks, hidden = truth[0, :, 1:], _no_hidden(network, features[0], clips)
    values: list[Tensor] = []
    predictions: list[Prediction] = []
    for frame in range(frames):
        if frame:
            readout, weights = read_frames(features[:frame], values, features[frame])
            own, hidden = network.decode(features[frame], readout, hidden, masks)
            logits = soft_aggregate(torch.sigmoid(own.float()))
            masks = logits.softmax(1)[:, 1:]
            cells = [_cells(truth[i], features[frame].key) for i in range(frame + 1)]
            read = torch.cat(cells[:-1], -1) @ weights.mT
            predictions.append(Prediction(logits, read, cells[-1], batch.labels[:, frame]))
        if frame < frames - 1:
            deep = features[frame].deep
            value, hidden = network.encode_value(images[frame], deep, masks, hidden)
            values.append(value)
    return predictions


def _frame_loss(frame: Prediction, share: float, read_weight: float) -> Tensor:
    """Cross-entropy on the hardest pixels, dice, and the loss of the bare read."""
    truth = functional.one_hot(frame.labels, frame.logits.shape[1])[..., 1:]
    dice = dice_loss(frame.logits.softmax(1)[:, 1:], rearrange(truth, "b h w k -> b k h w").float())
    hard = bootstrapped_cross_entropy(frame.logits, frame.labels, share=share)
    return hard + dice + read_weight * read_loss(frame.read, frame.cell_truth)


def features_at(features: KeyFeatures, frame: int, frames: int) -> KeyFeatures:
    """The features of one frame of every clip, from those of all clips' frames."""
    parts = (
        rearrange(part, "(b t) c h w -> t b c h w", t=frames)[frame]
        for part in (
            features.key,
            features.shrinkage,
            features.selection,
            features.deep,
            features.middle,
            features.shallow,
        )
    )
    return KeyFeatures(*parts)


def _no_hidden(network: XMem, features: KeyFeatures, clips: int) -> Tensor | None:
    width = network.config.hidden_dim
    if not width:
        return None
    return features.key.new_zeros(clips, _OBJECTS, width, *features.key.shape[-2:])


def _cells(truth: Float[Tensor, "b k h w"], key: Tensor) -> Float[Tensor, "b k m"]:
    with torch.autocast(truth.device.type, enabled=False):
        return functional.interpolate(truth.float(), size=key.shape[-2:], mode="area").flatten(2)
