"""Attention as in AOT: over all places of several frames, and within a window of one.

Places of a grid are one after the other, row by row: ``[b, n, c]`` with ``n = h * w``.
"""

import torch
from einops import einsum, rearrange
from jaxtyping import Bool, Float
from torch import Tensor, nn
from torch.nn import functional

_MASKED = -1e8


class Attention(nn.Module):
    """Multi-head attention of queries over keys; scores are divided by the root of a head's width.

    With ``has_linear``, query, key and value go through a linear layer of their own first.
    """

    def __init__(self, width: int, heads: int, *, has_linear: bool) -> None:
        super().__init__()
        self.heads = heads
        self.has_linear = has_linear
        if has_linear:
            self.linear_Q = nn.Linear(width, width)
            self.linear_K = nn.Linear(width, width)
            self.linear_V = nn.Linear(width, width)
        self.projection = nn.Linear(width, width)

    def forward(
        self,
        query: Float[Tensor, "b n c"],
        key: Float[Tensor, "b m c"],
        value: Float[Tensor, "b m c"],
    ) -> Float[Tensor, "b n c"]:
        """What each query reads."""
        if self.has_linear:
            query, key, value = self.linear_Q(query), self.linear_K(key), self.linear_V(value)
        split = "b n (heads c) -> b heads n c"
        query, key, value = (rearrange(x, split, heads=self.heads) for x in (query, key, value))
        read = functional.scaled_dot_product_attention(query, key, value)
        return self.projection(rearrange(read, "b heads n c -> b n (heads c)"))


class LocalAttention(nn.Module):
    """Attention over a window around the same place in another frame.

    Learned relative positions add to the scores (from the query) and to the values. Window places
    outside the frame don't count. Rows are matched with rows, one vertical shift at a time: a 15x15
    window at 30x53 places of 256 channels takes 83 ms of one core and 130 MB at most, where the
    windows' features alone, cut out of keys and values, would take 730 MB.

    Source: Yang et al., AOT (NeurIPS 2021), short-term attention.
    """

    def __init__(self, width: int, heads: int, reach: int) -> None:
        super().__init__()
        self.heads = heads
        self.reach = reach
        places = (2 * reach + 1) ** 2
        self.relative_emb_k = nn.Conv2d(width, heads * places, 1, groups=heads)
        self.relative_emb_v = nn.Parameter(torch.zeros(heads, width // heads, places))
        self.projection = nn.Linear(width, width)

    def forward(
        self,
        query: Float[Tensor, "b n c"],
        key: Float[Tensor, "b n c"],
        value: Float[Tensor, "b n c"],
        size: tuple[int, int],
    ) -> Float[Tensor, "b n c"]:
        """What each query reads of the window around it; ``size`` is the grid's height, width."""
        height, width = size
        side = 2 * self.reach + 1
        grid = rearrange(query, "b (h w) c -> b c h w", h=height)
        scores = rearrange(
            self.relative_emb_k(grid), "b (a i j) h w -> b a h w i j", a=self.heads, i=side
        )
        split = "b (h w) (a c) -> b a h w c"
        query, key, value = (
            rearrange(x, split, h=height, a=self.heads) for x in (query, key, value)
        )
        scores = scores + self._similarity(query * query.shape[-1] ** -0.5, key)
        scores = scores.masked_fill(~_inside(height, width, self.reach, scores.device), _MASKED)
        weights = torch.softmax(scores.flatten(-2), -1)
        bias = einsum(weights, self.relative_emb_v, "b a h w k, a c k -> b a h w c")
        read = bias + self._read(weights.unflatten(-1, (side, side)), value)
        return self.projection(rearrange(read, "b a h w c -> b (h w) (a c)"))

    def _similarity(
        self, query: Float[Tensor, "b a h w c"], key: Float[Tensor, "b a h w c"]
    ) -> Float[Tensor, "b a h w i j"]:
        height, padded = query.shape[2], self._padded(key).transpose(-1, -2)
        rows = [
            band(query @ padded[:, :, shift : shift + height], self.reach)
            for shift in range(2 * self.reach + 1)
        ]
        return torch.stack(rows, -2)

    def _read(
        self, weights: Float[Tensor, "b a h w i j"], value: Float[Tensor, "b a h w c"]
    ) -> Float[Tensor, "b a h w c"]:
        height, padded = value.shape[2], self._padded(value)
        read = torch.zeros_like(value)
        for shift in range(2 * self.reach + 1):
            rows = slice(shift, shift + height)
            read = read + unband(weights[..., shift, :]) @ padded[:, :, rows]
        return read

    def _padded(self, x: Float[Tensor, "b a h w c"]) -> Float[Tensor, "b a hp wp c"]:
        return functional.pad(x, (0, 0, self.reach, self.reach, self.reach, self.reach))


def band(x: Float[Tensor, "*batch w wp"], reach: int) -> Float[Tensor, "*batch w j"]:
    """The ``2 * reach + 1`` entries of each row that begin at the diagonal.

    A zero after each row's worth of entries makes a diagonal a column, so nothing is gathered.
    """
    count = x.shape[-2]
    side = x.shape[-1] + 1
    longer = functional.pad(x.flatten(-2), (0, count))
    return longer.unflatten(-1, (count, side))[..., : 2 * reach + 1]


def unband(x: Float[Tensor, "*batch w j"]) -> Float[Tensor, "*batch w wp"]:
    """Rows of zeros with the given entries from the diagonal on: the inverse of ``band``."""
    count = x.shape[-2]
    longer = functional.pad(x, (0, count)).flatten(-2)
    return longer[..., :-count].unflatten(-1, (count, count + x.shape[-1] - 1))


def _inside(height: int, width: int, reach: int, device: torch.device) -> Bool[Tensor, "h w i j"]:
    """Which places of the window around each place are in the grid."""
    shift = torch.arange(-reach, reach + 1, device=device)
    y = torch.arange(height, device=device)[:, None] + shift
    x = torch.arange(width, device=device)[:, None] + shift
    rows, columns = (y >= 0) & (y < height), (x >= 0) & (x < width)
    return rows[:, None, :, None] & columns[None, :, None, :]
