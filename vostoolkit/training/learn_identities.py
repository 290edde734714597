"""One training step of an AOT network: all objects of a clip carried on in one pass."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from einops import rearrange
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional

from vostoolkit.networks.aot import AOT_NANO, Aot, AotFeatures
from vostoolkit.networks.aot_encoder import KeyScales
from vostoolkit.networks.aot_transformer import Block
from vostoolkit.networks.click import normalised
from vostoolkit.networks.xmem import XMem
from vostoolkit.training.augment import Batch, draw_batch
from vostoolkit.training.learn_propagation import Rung
from vostoolkit.training.loop import Loss
from vostoolkit.training.losses import (
    bootstrapped_cross_entropy,
    dice_loss,
    hard_share,
    mean_overlap,
)
from vostoolkit.training.pool import Pool

_OBJECTS = 2
_SHARPNESS = 2.0

LADDER = (Rung(0.0, 3, 6), Rung(0.4, 4, 5), Rung(0.75, 5, 4))
"""Short clips first, as for the other propagation network."""


@dataclass(frozen=True, eq=False)
class LearnIdentities:
    """Draws clips from a pool, some with the objects of another pasted in; two to four objects.

    Each object gets an identity by chance, so that all of the bank are learned. Every frame after
    the first is predicted; the loss is on the objects that are there.

    Source: AOT, section 4.1 (identities are dealt out anew), with losses as for XMem here.
    """

    pool: Pool
    device: torch.device
    ladder: tuple[Rung, ...] = LADDER
    pasted_share: float = 0.4

    def __call__(self, network: nn.Module, rng: np.random.Generator, progress: float, /) -> Loss:
        """The loss of one step."""
        if not isinstance(network, Aot):
            raise TypeError(f"a {type(network).__name__} has no identities: give an Aot network")
        rung = [rung for rung in self.ladder if rung.since <= progress][-1]
        layers = 2 if rng.random() < self.pasted_share else 1
        batch = draw_batch(self.pool, rng, clips=rung.clips * layers, frames=rung.frames)
        batch = pasted(batch, layers).to(self.device)
        dealt = 1 + rng.permutation(network.config.identities)[: _OBJECTS * layers]
        channels = torch.as_tensor([0, *dealt], device=self.device)
        with torch.autocast(self.device.type, torch.bfloat16):
            logits = clip_logits(network, batch, channels)
        share = hard_share(progress)
        losses = [
            _frame_loss(own, batch.labels[:, frame], share)
            for frame, own in enumerate(logits, start=1)
        ]
        overlap = mean_overlap(logits[-1].detach(), batch.labels[:, -1])
        return Loss(torch.stack(losses).mean(), overlap)


def on_encoder_of(propagation: XMem) -> Aot:
    """A small AOT network that is half a matcher before it learns anything.

    Its key encoder is that of the embedded XMem network, the first layers keep what it finds alike
    alike, and the bank has a code for each identity: that saves most of the published training.
    """
    network = Aot(AOT_NANO)
    if isinstance(network.encoder, KeyScales):
        network.encoder.key_encoder.load_state_dict(propagation.key_encoder.state_dict())
    nn.init.orthogonal_(network.encoder_projector.weight)
    for block in network.LSTT.layers:
        if isinstance(block, Block):
            nn.init.orthogonal_(block.linear_Q.weight, gain=_SHARPNESS)
            nn.init.orthogonal_(block.linear_V.weight)
            nn.init.orthogonal_(block.long_term_attn.projection.weight)
            nn.init.orthogonal_(block.short_term_attn.projection.weight)
    bank = network.patch_wise_id_bank.weight
    codes = nn.init.orthogonal_(torch.empty(bank.shape[:2]), gain=math.sqrt(len(bank)))
    with torch.no_grad():
        bank.copy_(codes[:, :, None, None] / network.config.stride**2)
    return network


def pasted(batch: Batch, layers: int) -> Batch:
    """Clips of ``layers`` clips each: the objects of all but the first lie over the first.

    Their labels go on from those below, so that every object keeps one of its own.
    """
    images, labels = (
        rearrange(part, "(b l) ... -> l b ...", l=layers) for part in (batch.images, batch.labels)
    )
    image, label = images[0], labels[0]
    for above in range(1, layers):
        is_object = labels[above] > 0
        image = torch.where(is_object[:, :, None], images[above], image)
        label = torch.where(is_object, labels[above] + _OBJECTS * above, label)
    return Batch(image, label)


def clip_logits(
    network: Aot, batch: Batch, channels: Int[Tensor, " k"]
) -> list[Float[Tensor, "b k h w"]]:
    """Logits of the background and the objects for the frames 1, 2, … of every clip.

    ``channels`` are the identities of label 0, 1, …. The first frame is the reference; the last
    frame's hard prediction is the short-term memory, as at inference.
    """
    frames, size = batch.labels.shape[1], batch.labels.shape[-2:]
    every = network.encode(normalised(rearrange(batch.images, "b t c h w -> (b t) c h w")))
    identities = network.identify(_one_hot(batch.labels[:, 0], channels, network))
    _, tokens = network.attend(_at(every, 0, frames), identities)
    long = short = network.remember(tokens, identities)
    found: list[Tensor] = []
    for frame in range(1, frames):
        features = _at(every, frame, frames)
        outputs, tokens = network.attend(features, (long, short))
        logits = functional.interpolate(
            network.decode(features, outputs)[:, channels].float(),
            size=list(size),
            mode="bilinear",
            align_corners=network.config.align_corners,
        )
        found.append(logits)
        labels = logits.detach().max(1).indices
        short = network.remember(tokens, network.identify(_one_hot(labels, channels, network)))
    return found


def _frame_loss(
    logits: Float[Tensor, "b k h w"], labels: Int[Tensor, "b h w"], share: float
) -> Float[Tensor, ""]:
    """Cross-entropy on the hardest pixels and dice of the objects."""
    truth = rearrange(functional.one_hot(labels, logits.shape[1]), "b h w k -> b k h w").float()
    hard = bootstrapped_cross_entropy(logits, labels, share=share)
    return hard + dice_loss(logits.softmax(1)[:, 1:], truth[:, 1:])


def _one_hot(
    labels: Int[Tensor, "b h w"], channels: Int[Tensor, " k"], network: Aot
) -> Float[Tensor, "b classes h w"]:
    known = functional.one_hot(channels[labels], network.config.classes)
    return rearrange(known, "b h w k -> b k h w").float()


def _at(features: AotFeatures, frame: int, frames: int) -> AotFeatures:
    quarter, eighth, sixteenth, deep = (
        rearrange(part, "(b t) c h w -> t b c h w", t=frames)[frame]
        for part in (features.quarter, features.eighth, features.sixteenth, features.deep)
    )
    return AotFeatures(quarter, eighth, sixteenth, deep, features.position)
