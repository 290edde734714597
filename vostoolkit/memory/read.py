"""Reading a memory: how alike places and elements are, and the reading that networks learn with.

Memory elements ``m`` and query places ``q`` come first, channels last: a weight matrix is
``[q, m]`` and each of its rows sums to 1.
"""

from collections.abc import Iterator, Sequence

import torch
from einops import rearrange
from jaxtyping import Float
from torch import Tensor

from vostoolkit.networks.xmem import KeyFeatures


def similarity(
    key: Float[Tensor, "*b m c"],
    shrinkage: Float[Tensor, "*b m"] | None,
    query: Float[Tensor, "*b q c"],
    selection: Float[Tensor, "*b q c"] | None,
) -> Float[Tensor, "*b q m"]:
    """How alike each query place and memory element are; float32, at most 0 with a selection.

    ``-s sum_c e_c (k_c - q_c)^2 / sqrt(C)``. Without shrinkage ``s = 1``. Without selection
    ``e = 1`` and, as in the published network, the query's own square is left out, so that values
    may be positive.

    Source: XMem, Eq. 2 (anisotropic L2).
    """
    with torch.autocast(key.device.type, enabled=False):
        return query_rows(query, selection) @ memory_rows(key, shrinkage).transpose(-1, -2)


def query_rows(
    query: Float[Tensor, "*b q c"], selection: Float[Tensor, "*b q c"] | None
) -> Float[Tensor, "*b q d"]:
    """The query's side of the similarity as one product: ``[e, 2 q e, -sum e q^2] / sqrt(C)``."""
    query = query.float()
    if selection is None:
        own = torch.zeros_like(query[..., :1])
        rows = torch.cat([torch.ones_like(query), 2 * query, own], -1)
    else:
        scaled = query * selection.float()
        own = -(scaled * query).sum(-1, keepdim=True)
        rows = torch.cat([selection.float(), 2 * scaled, own], -1)
    return rows * query.shape[-1] ** -0.5


def memory_rows(
    key: Float[Tensor, "*b m c"], shrinkage: Float[Tensor, "*b m"] | None
) -> Float[Tensor, "*b m d"]:
    """The memory's side of the similarity as one product: ``[-k^2, k, 1] s``."""
    key = key.float()
    rows = torch.cat([-(key**2), key, torch.ones_like(key[..., :1])], -1)
    return rows if shrinkage is None else rows * shrinkage.float()[..., None]


_PART = (2**20, 2**27)
"""Similarities at a time, on a CPU and elsewhere."""


def similarities(
    query: Float[Tensor, "q d"], memory: Float[Tensor, "m d"]
) -> Iterator[Float[Tensor, "_ m"]]:
    """The similarities of some places after the others; each overwrites the one before.

    There are as many at a time as fit a processor's cache: larger matrices cost more in fetching
    fresh memory than in arithmetic.
    """
    step = max(1, _PART[memory.device.type != "cpu"] // len(memory))
    space = memory.new_empty(min(step, len(query)), len(memory))
    for some in torch.split(query, step):
        yield torch.mm(some, memory.T, out=space[: len(some)])


def read_frames(
    keys: Sequence[KeyFeatures],
    values: Sequence[Float[Tensor, "b n v h w"]],
    query: KeyFeatures,
) -> tuple[Float[Tensor, "b n v i j"], Float[Tensor, "b q m"]]:
    """What a batch of frames reads from a few others with a full softmax, and the weights.

    Differentiable: this is the reading used in training. Elements run over frames, then rows.
    """
    key = torch.cat([places(k.key) for k in keys], 1)
    shrinkage = torch.cat([places(k.shrinkage)[..., 0] for k in keys], 1)
    similar = similarity(key, shrinkage, places(query.key), places(query.selection))
    weights = torch.softmax(similar, -1)
    value = torch.cat([rearrange(v, "b n v h w -> b (h w) (n v)") for v in values], 1)
    readout = weights.to(value.dtype) @ value
    height, objects = query.key.shape[-2], values[0].shape[1]
    return rearrange(readout, "b (h w) (n v) -> b n v h w", h=height, n=objects), weights


def places(x: Float[Tensor, "b c h w"]) -> Float[Tensor, "b q c"]:
    """The grid's places one after the other, row by row, channels last."""
    return x.flatten(2).transpose(1, 2)
