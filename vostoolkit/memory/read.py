"""Reading a memory: similarity, softmax over the likeliest elements, weighted sum of values.

Memory elements ``m`` and query places ``q`` come first, channels last: a weight matrix is
``[q, m]`` and each of its rows sums to 1.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from einops import rearrange
from jaxtyping import Float, Int
from torch import Tensor
from torch.nn import functional

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


@dataclass(frozen=True, eq=False)
class TopWeights:
    """For each query place the elements it reads and their weights, which sum to 1."""

    elements: Int[Tensor, "q k"]
    weights: Float[Tensor, "q k"]
    size: int

    def dense(self) -> Float[Tensor, "q m"]:
        """The whole weight matrix, mostly zeros."""
        full = self.weights.new_zeros(len(self.weights), self.size)
        return full.scatter_(1, self.elements, self.weights)

    def usage(self) -> Float[Tensor, " m"]:
        """How much of all readings came from each element; sums to the number of places."""
        if self.weights.device.type != "cpu":
            return self.dense().sum(0)  # adding at repeated places is not repeatable on a GPU
        total = self.weights.new_zeros(self.size)
        return total.index_add_(0, self.elements.flatten(), self.weights.flatten())

    def read(self, value: Float[Tensor, "m n v"]) -> Float[Tensor, "q n v"]:
        """The weighted sum of the values each place reads."""
        flat = value.flatten(1)
        if flat.device.type == "cpu":
            weights = self.weights.to(flat.dtype)
            out = functional.embedding_bag(
                self.elements, flat, per_sample_weights=weights, mode="sum"
            )
        else:
            out = self.dense().to(flat.dtype) @ flat
        return out.view(-1, *value.shape[1:])


def top_weights(similar: Float[Tensor, "q m"], top_k: int) -> TopWeights:
    """The softmax over each place's ``top_k`` most similar elements (all, if there are fewer).

    Source: XMem, section 3.3 (top-k filtering of MiVOS). The maximum is subtracted first, so that
    distant memories don't underflow.
    """
    values, elements = largest(similar, min(top_k, similar.shape[-1]))
    return TopWeights(elements, torch.softmax(values, -1), similar.shape[-1])


_BLOCK = 8


def largest(x: Float[Tensor, "q m"], count: int) -> tuple[Float[Tensor, "q k"], Int[Tensor, "q k"]]:
    """The ``count`` largest numbers of each row from the largest down, and where they are.

    It's ``topk``, and on a CPU several times faster where rows are long: the largest numbers are
    in the blocks with the largest maxima, and a block is every ``m // 8``-th number of a row, so
    that maxima are taken of whole rows.
    """
    blocks = x.shape[-1] // _BLOCK
    if x.device.type != "cpu" or blocks < 4 * count:
        return x.topk(count, -1)
    end = blocks * _BLOCK
    best = largest(x[:, :end].unflatten(-1, (_BLOCK, blocks)).amax(1), count)[1]
    inside = (best[:, None] + torch.arange(0, end, blocks)[:, None]).flatten(1)
    rest = torch.arange(end, x.shape[-1]).expand(len(x), -1)
    places = torch.cat([inside, rest], -1)
    values, chosen = x.gather(-1, places).topk(count, -1)
    return values, places.gather(-1, chosen)


def read_all(
    query: Float[Tensor, "q d"],
    memory: Float[Tensor, "m d"],
    value: Float[Tensor, "m n v"],
    /,
    *,
    top_k: int | None,
) -> tuple[Float[Tensor, "q n v"], Float[Tensor, " m"]]:
    """What each place reads of each object, and how much was read of each element.

    Query and memory are given as ``query_rows`` and ``memory_rows``. With ``top_k`` None every
    element is read.
    """
    usage = memory.new_zeros(len(memory))
    parts: list[Tensor] = []
    for similar in similarities(query, memory):
        read, used = read_some(similar, value, top_k=top_k)
        usage += used
        parts.append(read)
    return torch.cat(parts), usage


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


def read_some(
    similar: Float[Tensor, "q m"], value: Float[Tensor, "m n v"], /, *, top_k: int | None
) -> tuple[Float[Tensor, "q n v"], Float[Tensor, " m"]]:
    """What places with these similarities read of each object, and how much of each element."""
    if top_k is not None:
        top = top_weights(similar, top_k)
        return top.read(value), top.usage()
    weights = torch.softmax(similar, -1)
    return (weights @ value.flatten(1)).view(-1, *value.shape[1:]), weights.sum(0)


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
