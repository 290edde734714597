"""What a memory holds, and what a step did to it: facts for a person to look at."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from vostoolkit.arrays import ObjectId
from vostoolkit.memory.bank import TIERS, Tier
from vostoolkit.memory.elements import Elements
from vostoolkit.results import ImageOf, StageResult
from vostoolkit.stages.xmem_state import XMemState
from vostoolkit.stages.xmem_view import Grid


@dataclass(frozen=True, eq=False)
class HeldFrame:
    """The places of one frame that a tier holds, and the mean weight each was read with.

    Both are on the grid of places; usage is 0 where nothing is held, and in permanent memory, which
    doesn't count it. A weight is summed over all places of a reading frame.
    """

    frame: int
    held: Bool[Tensor, "h w"]
    usage: Float[Tensor, "h w"]


@dataclass(frozen=True, eq=False)
class TierView:
    """One tier of one group of objects; ``megabytes`` (10^6 bytes) counts its elements."""

    name: str
    objects: tuple[ObjectId, ...]
    frames: tuple[HeldFrame, ...]
    elements: int
    megabytes: float


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class MemoryView(StageResult):
    """All tiers that hold something; tensors that groups share count once in ``megabytes``."""

    grid: Grid
    tiers: tuple[TierView, ...]
    megabytes: float


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class MemoryChange(StageResult):
    """What happened to a group between two states.

    ``compressed`` are the frames that left working memory. ``kept`` are their places that became
    prototypes, with the use that chose them; ``evicted`` the long-term places that made room.
    """

    grid: Grid
    objects: tuple[ObjectId, ...]
    compressed: tuple[int, ...]
    kept: tuple[HeldFrame, ...]
    evicted: tuple[HeldFrame, ...]


def memory_view(state: XMemState, grid: Grid, image_of: ImageOf | None = None) -> MemoryView:
    """What the state's memory holds; with ``image_of`` it draws itself on its frames."""
    tiers = [
        TierView(
            name,
            group.objects,
            _frames(_uses(tier), grid),
            len(tier),
            _megabytes(tier.chunks),
        )
        for group in state.memory.groups
        for name, tier in zip(TIERS, group.tiers, strict=True)
        if tier.chunks
    ]
    every = [c for group in state.memory.groups for tier in group.tiers for c in tier.chunks]
    return MemoryView(
        frame=state.frame or 0,
        grid=grid,
        tiers=tuple(tiers),
        megabytes=_megabytes(every),
        image_of=image_of,
    )


def memory_changes(
    before: XMemState, after: XMemState, grid: Grid, image_of: ImageOf | None = None
) -> tuple[MemoryChange, ...]:
    """What became of each group's memory from one state to a later one; none where nothing did."""
    found: list[MemoryChange] = []
    for group in after.memory.groups:
        if group.objects[0] not in before.memory.objects:
            continue
        old = before.memory.group(group.objects[0])
        stay = {*group.working.frames(), *group.permanent.frames()}
        compressed = tuple(f for f in old.working.frames() if f not in stay)
        were, are = _uses(old.long_term), _uses(group.long_term)
        chosen = {**were, **_uses(old.working)}
        kept = {name: chosen.get(name, 0.0) for name in are if name not in were}
        evicted = {name: use for name, use in were.items() if name not in are}
        if compressed or evicted:
            change = MemoryChange(
                frame=after.frame or 0,
                grid=grid,
                objects=group.objects,
                compressed=compressed,
                kept=_frames(kept, grid),
                evicted=_frames(evicted, grid),
                image_of=image_of,
            )
            found.append(change)
    return tuple(found)


def _uses(tier: Tier) -> dict[tuple[int, int], float]:
    """The use of each element by its frame and place."""
    names = [
        name
        for chunk in tier.chunks
        for name in zip(chunk.frame.tolist(), chunk.place.tolist(), strict=True)
    ]
    return dict(zip(names, tier.usage().tolist(), strict=True))


def _frames(uses: Mapping[tuple[int, int], float], grid: Grid) -> tuple[HeldFrame, ...]:
    """The elements by frame, in order of time."""
    found: list[HeldFrame] = []
    for frame in sorted({frame for frame, _ in uses}):
        usage = torch.full((grid.size.height * grid.size.width,), torch.nan)
        for (own, place), value in uses.items():
            if own == frame:
                usage[place] = value
        usage = usage.view(*grid.size)
        found.append(HeldFrame(frame, ~usage.isnan(), usage.nan_to_num()))
    return tuple(found)


def _megabytes(chunks: Sequence[Elements]) -> float:
    """The size of the elements' tensors in 10^6 bytes, each tensor once."""
    tensors = {
        tensor.data_ptr(): tensor
        for chunk in chunks
        for tensor in (
            chunk.key,
            chunk.shrinkage,
            chunk.selection,
            chunk.value,
            chunk.frame,
            chunk.place,
        )
    }
    return sum(t.numel() * t.element_size() for t in tensors.values()) / 1e6
