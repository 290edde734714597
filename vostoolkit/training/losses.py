"""Losses for masks: cross-entropy on the hardest pixels, dice, and one on the memory read alone."""

from __future__ import annotations

import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.nn import functional


def bootstrapped_cross_entropy(
    logits: Float[Tensor, "b k h w"], labels: Int[Tensor, "b h w"], *, share: float
) -> Float[Tensor, ""]:
    """Mean cross-entropy of the hardest `share` of the pixels of each picture.

    Raises:
        ValueError: `share` is not in (0, 1].

    Source: the bootstrapping of STM and XMem (hardest 15 % there).
    """
    if not 0 < share <= 1:
        raise ValueError(f"share {share}: give the fraction of pixels that count, in (0, 1]")
    losses = functional.cross_entropy(logits, labels, reduction="none").flatten(1)
    if share < 1:
        losses = losses.topk(max(1, int(share * losses.shape[1])), dim=1).values
    return losses.mean()


def dice_loss(
    probability: Float[Tensor, "*batch h w"], truth: Float[Tensor, "*batch h w"]
) -> Float[Tensor, ""]:
    """One minus the soft dice overlap, averaged over masks; 0 where both are empty."""
    return dice_losses(probability, truth).mean()


def dice_losses(
    probability: Float[Tensor, "*batch h w"], truth: Float[Tensor, "*batch h w"]
) -> Float[Tensor, "*batch"]:
    """One minus the soft dice overlap of each mask."""
    overlap = 2 * (probability * truth).sum((-1, -2))
    total = probability.sum((-1, -2)) + truth.sum((-1, -2))
    return 1 - (overlap + 1) / (total + 1)


def read_loss(read: Float[Tensor, "b k m"], truth: Float[Tensor, "b k m"]) -> Float[Tensor, ""]:
    """Cross-entropy of the labels that memory alone carries over, against the true ones.

    `read` is the memory's labels weighted by affinity, `truth` the share of each class in a cell;
    cells with little object in them count a quarter, since most of a picture is background.
    """
    weight = torch.where(truth[:, 1:].sum(1) > 0.1, 1.0, 0.25)
    return (-(truth * (read + 1e-3).log()).sum(1) * weight).mean()


def hard_share(progress: float, *, last: float = 0.35) -> float:
    """The share of pixels that count after `progress` in [0, 1]: all at first, then `last`."""
    return min(1.0, max(last, 1.0 - (progress - 0.15) / 0.4 * (1.0 - last)))


def mean_overlap(
    logits: Float[Tensor, "b k h w"], labels: Int[Tensor, "b h w"], *, smallest: int = 20
) -> float:
    """Mean J over the objects that have at least `smallest` pixels; nan if there are none."""
    predicted = logits.argmax(1)
    scores: list[Tensor] = []
    for label in range(1, logits.shape[1]):
        ours, true = predicted == label, labels == label
        union = (ours | true).sum((1, 2)).clamp_min(1)
        overlap = (ours & true).sum((1, 2)) / union
        scores.append(overlap[true.sum((1, 2)) >= smallest])
    return float(torch.cat(scores).mean())
