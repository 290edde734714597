"""Memory elements: what a memory is made of."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor


@dataclass(frozen=True, eq=False)
class Elements:
    """Memory elements: what they're found by, what they say of each object, where they're from.

    ``place`` is the row-major index in the feature grid of ``frame``.
    """

    key: Float[Tensor, "m c"]
    shrinkage: Float[Tensor, " m"]
    selection: Float[Tensor, "m c"]
    value: Float[Tensor, "m n v"]
    frame: Int[Tensor, " m"]
    place: Int[Tensor, " m"]

    def __len__(self) -> int:
        return len(self.frame)

    def at(self, index: Int[Tensor, " i"] | Bool[Tensor, " m"]) -> "Elements":
        """Some of the elements."""
        return Elements(
            self.key[index],
            self.shrinkage[index],
            self.selection[index],
            self.value[index],
            self.frame[index],
            self.place[index],
        )

    def of_objects(self, columns: list[int]) -> "Elements":
        """The same elements with the values of some of the objects, in this order."""
        if columns == list(range(self.value.shape[1])):
            return self
        return replace(self, value=self.value[:, columns])


def joined(chunks: Sequence[Elements]) -> Elements:
    """The elements of several chunks in one."""
    if len(chunks) == 1:
        return chunks[0]
    return Elements(
        torch.cat([chunk.key for chunk in chunks]),
        torch.cat([chunk.shrinkage for chunk in chunks]),
        torch.cat([chunk.selection for chunk in chunks]),
        torch.cat([chunk.value for chunk in chunks]),
        torch.cat([chunk.frame for chunk in chunks]),
        torch.cat([chunk.place for chunk in chunks]),
    )
