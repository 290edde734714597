"""Older XMem checkpoints: their value encoder sees one object and no others."""

from collections.abc import Mapping

import torch
from torch import Tensor, nn

_FIRST = "value_encoder.conv1.weight"
_INPUTS = 4


def with_other_masks(
    tensors: Mapping[str, Tensor], *, orthogonal: torch.Generator | None = None
) -> dict[str, Tensor]:
    """The weights with a value encoder that sees other objects' masks too; unchanged if it does.

    In older checkpoints image and own mask are the value encoder's 4 inputs; the fifth is added
    behind them. Zeros leave the outputs as they were: so the authors run such a network. To train
    it on they draw an orthogonal matrix instead, which a generator asks for.

    Source: XMem's published networks. Note: the paper doesn't say this, and which published files
    are of the older kind isn't known here.
    """
    weight = tensors.get(_FIRST)
    if weight is None or weight.ndim != 4 or weight.shape[1] != _INPUTS:
        return dict(tensors)
    others = torch.zeros_like(weight[:, :1])
    if orthogonal is not None:
        nn.init.orthogonal_(others, generator=orthogonal)
    return {**tensors, _FIRST: torch.cat([weight, others], 1)}
