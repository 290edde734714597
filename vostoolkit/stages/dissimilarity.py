"""How differently two frames show their objects (XMem++ 3.3), from the keys of an XMem network."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

import torch
from jaxtyping import Float
from torch import Tensor

from vostoolkit.memory.read import memory_rows, query_rows

Divisor: TypeAlias = Literal["places", "pairs"]

_PART = (2**18, 2**27)
"""Similarities at a time, on a CPU (so that they stay in its cache) and elsewhere."""


@dataclass(frozen=True, eq=False)
class Shrinking:
    """How sure each place is of itself (at least 1), and which key channels it cares about."""

    shrinkage: Float[Tensor, " q"]
    selection: Float[Tensor, "q c"]


@dataclass(frozen=True, eq=False)
class FrameKeys:
    """One frame's keys, a row per place; without shrinking, their distances are plain."""

    key: Float[Tensor, "q c"]
    shrinking: Shrinking | None = None


def composite_key(
    key: Float[Tensor, "q c"], weight: Float[Tensor, " q"], alpha: float
) -> Float[Tensor, "q c"]:
    """Keys that count more on the objects: ``alpha k m + (1 - alpha) k``.

    ``weight``, in [0, 1], says how far a place is on an object. With ``alpha`` 0 only the whole
    frame counts, with 1 only the objects.

    Source: XMem++ 3.3.
    """
    return key * (alpha * weight + 1 - alpha)[:, None]


def dissimilarity(
    first: FrameKeys, second: FrameKeys, *, divide_by: Divisor = "places"
) -> Float[Tensor, ""]:
    """The sum of ``max(0, S(first, second) - S(second, first))`` over all pairs of places.

    Both similarities are matrices ``[memory place, query place]``. It is at least 0, and 0 for
    equal frames. It is divided by the number of places, or by that of pairs. With plain distances
    it doesn't depend on the order of the frames.

    Source: XMem++ 3.3; S is XMem's, Eq. 2. Note: the paper divides by places and means the plain
    distance, the release divides by pairs and uses shrinkage and selection.
    """
    key, other = first.key.float(), second.key.float()
    if first.shrinking is None or second.shrinking is None:
        total = _plain_total(key, other)
    else:
        total = _total((key, first.shrinking), (other, second.shrinking))
    return (total / (len(key) if divide_by == "places" else len(key) ** 2)).float()


def _total(
    first: tuple[Float[Tensor, "q c"], Shrinking], second: tuple[Float[Tensor, "q c"], Shrinking]
) -> Float[Tensor, ""]:
    """The sum of positive differences; one product is faster than two and their difference."""
    (key, own), (other, theirs) = first, second
    memory = memory_rows(key, own.shrinkage), memory_rows(other, theirs.shrinkage)
    query = query_rows(other, theirs.selection), -query_rows(key, own.selection)
    left, right = torch.cat(memory, 1), torch.cat(query, 1).T
    total = left.new_zeros((), dtype=torch.float64)
    for some in torch.split(left, _step(left)):
        total += (some @ right).clamp_min_(0).sum()
    return total


def _plain_total(key: Float[Tensor, "q c"], other: Float[Tensor, "q c"]) -> Float[Tensor, ""]:
    """The same without shrinking, in a quarter of the time.

    The differences ``|b_i|^2 - |a_i|^2 + |a_j|^2 - |b_j|^2 + 2 (a_i b_j - b_i a_j)`` change sign
    with the order of ``i`` and ``j``, so their positive part is half of all, and half need be seen.
    """
    gap = (other**2).sum(1, keepdim=True) - (key**2).sum(1, keepdim=True)
    one = torch.ones_like(gap)
    left = torch.cat([key, other, gap, one], 1)
    right = torch.cat([2 * other, -2 * key, one, -gap], 1).T * key.shape[1] ** -0.5
    total = left.new_zeros((), dtype=torch.float64)
    step = _step(left)
    for start in range(0, len(left), step):
        sizes = (left[start : start + step] @ right[:, start:]).abs_()
        total += sizes[:, :step].sum() / 2 + sizes[:, step:].sum()
    return total


def _step(rows: Float[Tensor, "q d"]) -> int:
    return max(1, _PART[rows.device.type != "cpu"] // len(rows))
