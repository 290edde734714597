"""Which places of a frame come into memory and which are read: all near objects, few elsewhere.

Far from every object neighbours say much the same, so that one in each n-th row and column stands
for those beside and below it. Source: ours; it halves a memory, and again the time of reading it.
"""

from collections.abc import Sequence

import torch
from einops import rearrange
from jaxtyping import Bool, Float, Int
from torch import Tensor
from torch.nn import functional

from vostoolkit.geometry import Window
from vostoolkit.memory.bank import Memory
from vostoolkit.memory.read import places
from vostoolkit.networks.xmem import KeyFeatures
from vostoolkit.stages.xmem_state import XMemState

_NEAR = 0.1, 6
"""The probability from which a place is an object's, and how many places around it are near."""


def worthwhile(
    masks: Float[Tensor, "n y x"], key: Float[Tensor, "1 k i j"], every: int
) -> Bool[Tensor, "i j"]:
    """The places near an object, and of the others those in every n-th row and column."""
    probability, margin = _NEAR
    highest = functional.adaptive_max_pool2d(masks.amax(0, keepdim=True), key.shape[-2:])
    side = 2 * margin + 1
    around = functional.max_pool2d(highest, (side, 1), 1, (margin, 0))
    found = functional.max_pool2d(around, (1, side), 1, (0, margin))[0] > probability
    found[::every, ::every] = True
    return found


def read_at(state: XMemState, key: Float[Tensor, "1 k i j"], every: int) -> Int[Tensor, " q"]:
    """For each place the one that it is read at.

    It's itself where it is worthwhile by the last masks, and everywhere while an object is out of
    sight: it may come back anywhere.
    """
    rows, columns = (torch.arange(side, device=key.device) for side in key.shape[-2:])
    own = rows[:, None] * len(columns) + columns
    last = state.previous
    if every == 1 or last is None or not bool((last.flatten(1).amax(1) > 0.5).all()):
        return own.flatten()
    coarse = own[rows - rows % every][:, columns - columns % every]
    return torch.where(worthwhile(last, key, every), own, coarse).flatten()


def readout(
    features: KeyFeatures,
    state: XMemState,
    *,
    windows: Sequence[Window] | None = None,
    top_k: int | None,
    every: int,
) -> tuple[Float[Tensor, "n v i j"], Memory]:
    """What the frame reads of each object, in the state's order, and the memory after it.

    With a window for each object, that is what its own places read.
    """
    query, selection = places(features.key)[0], places(features.selection)[0]
    at = read_at(state, features.key, every).view(features.key.shape[-2:])
    wanted = at[None] if windows is None else torch.stack([at[window] for window in windows])
    read, number = wanted.unique(return_inverse=True)
    value, memory = state.memory.read(query[read], selection[read], top_k)
    order = torch.tensor([memory.objects.index(o) for o in state.objects], device=value.device)
    return rearrange(value[number, order[:, None, None]], "n i j v -> n v i j"), memory
