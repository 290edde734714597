"""The memory elements that a place reads: those most similar to it, and their weights."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.nn import functional


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
    """The softmax over each place's ``top_k`` most similar elements (all, if there are fewer)."""
    sieve = Sieve((slice(0, similar.shape[-1]),), top_k)
    return sieve.weights([sieve.sifted(similar)])


def taken(similar: Float[Tensor, "q all"], stretches: Sequence[slice]) -> Float[Tensor, "q m"]:
    """Some stretches of columns, side by side."""
    own = [similar[:, stretch] for stretch in stretches]
    return own[0] if len(own) == 1 else torch.cat(own, -1)


Sifted = tuple[Float[Tensor, "_ c"], Int[Tensor, "_ c"]]
"""Some numbers of each row, and the columns that they're in."""


@dataclass(frozen=True, eq=False)
class Sieve:
    """Finds the ``top_k`` largest numbers of each row in some columns of a similarity matrix.

    On a CPU it's several times faster than ``topk`` where rows are long: the largest numbers are in
    the blocks with the largest maxima. A block is every n-th number of a stretch, so that maxima
    are taken of whole rows. There are so many blocks that ``topk`` finds the best at once: it is
    quick where it seeks fewer than a 64th.
    """

    stretches: tuple[slice, ...]
    top_k: int

    def sifted(self, similar: Float[Tensor, "q all"]) -> Sifted:
        """Some numbers of each row, in any order, among which are the largest."""
        if similar.device.type != "cpu" or self._block < 2:
            own = taken(similar, self.stretches)
            values, places = own.topk(min(self.top_k, own.shape[-1]), -1)
            return values, self._columns.to(places.device)[places]
        maxima = [similar[:, s].unflatten(-1, (self._block, -1)).amax(1) for s in self._in_blocks]
        best = torch.cat(maxima, -1).topk(self.top_k, -1, sorted=False)[1]
        inside = self._inside[best].flatten(1)
        columns = torch.cat([inside, self._rest.expand(len(best), -1)], -1)
        return similar.gather(-1, columns), columns

    def weights(self, parts: Sequence[Sifted]) -> TopWeights:
        """The softmax over the largest, from sifted parts of a matrix that follow one another.

        Elements are numbered as the columns of all stretches side by side.

        Source: XMem, section 3.3 (top-k filtering of MiVOS). The maximum is subtracted first, so
        that distant memories don't underflow.
        """
        numbers, columns = (torch.cat(part) for part in zip(*parts, strict=True))
        size = len(self._columns)
        values, best = numbers.topk(min(self.top_k, size), -1)
        number = torch.empty(int(self._columns.max()) + 1, dtype=torch.long)
        number[self._columns] = torch.arange(size)
        elements = number.to(best.device)[columns.gather(-1, best)]
        return TopWeights(elements, torch.softmax(values, -1), size)

    @cached_property
    def _columns(self) -> Int[Tensor, " m"]:
        return _numbers(self.stretches)

    @cached_property
    def _block(self) -> int:
        """How many numbers are in a block; with more than 8 those in the best ones are too many."""
        in_blocks = len(self._columns) - 8 * len(self.stretches)  # at least
        return min(8, in_blocks // (64 * self.top_k))

    @cached_property
    def _in_blocks(self) -> tuple[slice, ...]:
        cut = (slice(s.start, s.stop - (s.stop - s.start) % self._block) for s in self.stretches)
        return tuple(s for s in cut if s.start < s.stop)

    @cached_property
    def _inside(self) -> Int[Tensor, "blocks size"]:
        """The columns of each block."""
        return torch.cat([_numbers([s]).view(self._block, -1).T for s in self._in_blocks])

    @cached_property
    def _rest(self) -> Int[Tensor, " r"]:
        """The columns in no block."""
        return _numbers(
            [slice(s.stop - (s.stop - s.start) % self._block, s.stop) for s in self.stretches]
        )


def _numbers(stretches: Sequence[slice]) -> Int[Tensor, " m"]:
    return torch.cat([torch.arange(s.start, s.stop) for s in stretches])
