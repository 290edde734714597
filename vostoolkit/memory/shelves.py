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
from vostoolkit.memory.likeliest import Sieve, taken
from vostoolkit.memory.read import memory_rows, similarities


@dataclass(frozen=True, eq=False)
class Shelf:
    """The values of a group, and the stretches of all elements that they belong to."""

    value: Float[Tensor, "m n v"]
    stretches: tuple[slice, ...]


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


Read = tuple[Float[Tensor, "q n v"], Float[Tensor, " m"]]
"""What each place reads of each object, and how much was read of each element."""


def read_shelves(
    query: Float[Tensor, "q d"],
    memory: Float[Tensor, "all d"],
    shelves: Sequence[Shelf],
    /,
    *,
    top_k: int | None,
) -> list[Read]:
    """What is read of each shelf.

    Query and memory are given as ``query_rows`` and ``memory_rows``. With ``top_k`` None every
    element is read.
    """
    if top_k is None:
        return _read_everything(query, memory, shelves)
    sieves = [Sieve(shelf.stretches, top_k) for shelf in shelves]
    parts = [[sieve.sifted(similar) for sieve in sieves] for similar in similarities(query, memory)]
    found: list[Read] = []
    for shelf, sieve, sifted in zip(shelves, sieves, zip(*parts, strict=True), strict=True):
        weights = sieve.weights(sifted)
        found.append((weights.read(shelf.value), weights.usage()))
    return found


def read_all(
    query: Float[Tensor, "q d"],
    memory: Float[Tensor, "m d"],
    value: Float[Tensor, "m n v"],
    /,
    *,
    top_k: int | None,
) -> Read:
    """What ``read_shelves`` gives for a single shelf with everything."""
    shelf = Shelf(value, (slice(0, len(memory)),))
    return read_shelves(query, memory, [shelf], top_k=top_k)[0]


def _read_everything(
    query: Float[Tensor, "q d"], memory: Float[Tensor, "all d"], shelves: Sequence[Shelf]
) -> list[Read]:
    usage = [memory.new_zeros(len(shelf.value)) for shelf in shelves]
    parts: list[list[Tensor]] = [[] for _ in shelves]
    for similar in similarities(query, memory):
        for shelf, own_usage, own_parts in zip(shelves, usage, parts, strict=True):
            weights = torch.softmax(taken(similar, shelf.stretches), -1)
            own_usage += weights.sum(0)
            read = weights @ shelf.value.flatten(1)
            own_parts.append(read.view(-1, *shelf.value.shape[1:]))
    return [(torch.cat(own), used) for own, used in zip(parts, usage, strict=True)]


def _merged(stretches: Iterable[slice]) -> tuple[slice, ...]:
    """The same stretches, those that follow one another put together."""
    found: list[slice] = []
    for stretch in stretches:
        if found and found[-1].stop == stretch.start:
            stretch = slice(found.pop().start, stretch.stop)
        found.append(stretch)
    return tuple(found)
