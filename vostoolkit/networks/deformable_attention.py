"""Attention that reads a few learned places of several feature maps instead of all of them.

Source: Zhu et al., Deformable DETR (ICLR 2021), Eq. 3.
"""

import math
from collections.abc import Sequence

import torch
from einops import rearrange, reduce
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional


class DeformableAttention(nn.Module):
    """Each query reads ``points`` places of each map and head, near its own place.

    Where to look and how much each place counts follow from the query. At the start the heads look
    in different directions, point by point farther away, all with the same weight.
    """

    def __init__(self, width: int, *, heads: int, levels: int, points: int) -> None:
        super().__init__()
        self.heads, self.levels, self.points = heads, levels, points
        self.offsets = nn.Linear(width, heads * levels * points * 2)
        self.weights = nn.Linear(width, heads * levels * points)
        self.value = nn.Linear(width, width)
        self.projection = nn.Linear(width, width)
        for layer in (self.offsets, self.weights):
            nn.init.zeros_(layer.weight)
        nn.init.zeros_(self.weights.bias)
        with torch.no_grad():
            self.offsets.bias.copy_(self._directions().flatten())

    def forward(
        self,
        query: Float[Tensor, "b n c"],
        places: Float[Tensor, "n 2"],
        maps: Sequence[Float[Tensor, "b c _ _"]],
    ) -> Float[Tensor, "b n c"]:
        """What each query reads.

        ``places`` are the queries' own, as ``(x, y)`` in shares of the width and height; offsets
        are pixels of each map. Outside a map there is nothing to read.
        """
        shape = "b n (heads levels points xy) -> levels b heads n points xy"
        offsets = rearrange(
            self.offsets(query), shape, heads=self.heads, levels=self.levels, points=self.points
        )
        weights = rearrange(
            self.weights(query), "b n (heads every) -> b heads n every", heads=self.heads
        ).softmax(-1)
        weights = rearrange(weights, "b heads n (levels p) -> levels b heads n p", p=self.points)
        read = torch.zeros((), device=query.device)
        for features, offset, weight in zip(maps, offsets, weights, strict=True):
            read = read + self._read(features, places[:, None] + offset / _sides(features), weight)
        return self.projection(read)

    def _read(
        self,
        features: Float[Tensor, "b c h w"],
        places: Float[Tensor, "b heads n p 2"],
        weights: Float[Tensor, "b heads n p"],
    ) -> Float[Tensor, "b n c"]:
        value = self.value(rearrange(features, "b c h w -> b h w c"))
        value = rearrange(value, "b h w (heads c) -> (b heads) c h w", heads=self.heads)
        grid = rearrange(2 * places - 1, "b heads n p xy -> (b heads) n p xy")
        sampled = functional.grid_sample(value, grid.to(value.dtype), align_corners=False)
        sampled = rearrange(sampled, "(b heads) c n p -> b heads c n p", heads=self.heads)
        return reduce(
            sampled * weights[:, :, None], "b heads c n p -> b n (heads c)", reduction="sum"
        )

    def _directions(self) -> Float[Tensor, "heads levels points 2"]:
        angle = torch.arange(self.heads) * (2 * math.pi / self.heads)
        direction = torch.stack([angle.cos(), angle.sin()], -1)
        direction = direction / direction.abs().amax(-1, keepdim=True)
        distance = torch.arange(1, 1 + self.points)[:, None]
        ring = direction[:, None, None] * distance
        return ring.expand(-1, self.levels, -1, -1)


def grid_places(like: Float[Tensor, "_ _ h w"]) -> Float[Tensor, "n 2"]:
    """The centres of a map's pixels, row by row, as ``(x, y)`` in shares of width and height."""
    height, width = like.shape[-2:]
    y = (torch.arange(height, device=like.device) + 0.5) / height
    x = (torch.arange(width, device=like.device) + 0.5) / width
    return torch.stack([x.repeat(height), y.repeat_interleave(width)], -1)


def _sides(features: Float[Tensor, "_ _ h w"]) -> Float[Tensor, "2"]:
    height, width = features.shape[-2:]
    return torch.tensor((width, height), dtype=features.dtype, device=features.device)
