"""Reading for several groups of objects that share memory elements.

Groups that were memorised with the same frames have those keys in common: each similarity to them
is computed once.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate

import torch
from jaxtyping import Float
from torch import Tensor

from vostoolkit.memory.elements import Elements
from vostoolkit.memory.read import memory_rows, read_some, similarities


@dataclass(frozen=True, eq=False)
class Shelf:
    """The values of a group, and the stretches of all elements that they belong to."""

    value: Float[Tensor, "m n v"]
    stretches: tuple[slice, ...]

    def of(self, similar: Float[Tensor, "q all"]) -> Float[Tensor, "q m"]:
        """The similarities to its own elements."""
        own = [similar[:, stretch] for stretch in self.stretches]
        return own[0] if len(own) == 1 else torch.cat(own, -1)


def shelved(
    groups: Sequence[Sequence[Elements]],
) -> tuple[Float[Tensor, "all d"], list[Shelf]]:
    """The rows of all elements of these groups' chunks, each once, and a shelf for each group."""
    distinct = {(id(c.key), id(c.shrinkage)): c for chunks in groups for c in chunks}
    ends = accumulate(map(len, distinct.values()))
    places = {
        name: slice(end - len(c), end)
        for (name, c), end in zip(distinct.items(), ends, strict=True)
    }
    shelves: list[Shelf] = []
    for chunks in groups:
        stretches = [places[id(c.key), id(c.shrinkage)] for c in chunks]
        shelves.append(Shelf(torch.cat([c.value for c in chunks]), _merged(stretches)))
    key = torch.cat([chunk.key for chunk in distinct.values()])
    shrinkage = torch.cat([chunk.shrinkage for chunk in distinct.values()])
    return memory_rows(key, shrinkage), shelves


def read_shelves(
    query: Float[Tensor, "q d"],
    memory: Float[Tensor, "all d"],
    shelves: Sequence[Shelf],
    /,
    *,
    top_k: int | None,
) -> list[tuple[Float[Tensor, "q n v"], Float[Tensor, " m"]]]:
    """What ``read_all`` gives, for each shelf."""
    usage = [memory.new_zeros(len(shelf.value)) for shelf in shelves]
    parts: list[list[Tensor]] = [[] for _ in shelves]
    for similar in similarities(query, memory):
        for shelf, own_usage, own_parts in zip(shelves, usage, parts, strict=True):
            read, used = read_some(shelf.of(similar), shelf.value, top_k=top_k)
            own_usage += used
            own_parts.append(read)
    return [(torch.cat(own), used) for own, used in zip(parts, usage, strict=True)]


def _merged(stretches: Iterable[slice]) -> tuple[slice, ...]:
    """The same stretches, those that follow one another put together."""
    found: list[slice] = []
    for stretch in stretches:
        if found and found[-1].stop == stretch.start:
            stretch = slice(found.pop().start, stretch.stop)
        found.append(stretch)
    return tuple(found)
