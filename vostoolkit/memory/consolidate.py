"""Keeping a memory small: old working frames become prototypes, little used prototypes go.

Source: XMem, section 3.3 (memory consolidation, least-frequently-used eviction).
"""

from dataclasses import dataclass, replace

import torch

from vostoolkit.arrays import ObjectId
from vostoolkit.memory.bank import Elements, Group, Memory, Tier, joined
from vostoolkit.memory.read import similarity


@dataclass(frozen=True)
class Limits:
    """How much a group may hold; the defaults are XMem's.

    When ``working_max`` frames are in working memory, the oldest but the very first become
    ``prototypes`` long-term elements, until ``working_min`` frames are left. Without
    ``is_consolidating`` working memory grows without end.
    """

    working_min: int = 5
    working_max: int = 10
    prototypes: int = 128
    long_term_max: int = 10_000
    is_consolidating: bool = True

    def __post_init__(self) -> None:
        if not 1 <= self.working_min < self.working_max:
            raise ValueError(
                f"working memory of {self.working_min} to {self.working_max} frames: "
                "give 1 <= working_min < working_max"
            )
        if not 1 <= self.prototypes <= self.long_term_max:
            raise ValueError(
                f"{self.prototypes} prototypes in a long-term memory of {self.long_term_max}: "
                "give 1 <= prototypes <= long_term_max"
            )


@dataclass(frozen=True, eq=False)
class Remembered:
    """A memory after a frame came in, and how many elements came and went, over all groups."""

    memory: Memory
    added: int = 0
    removed: int = 0


def remembered(
    memory: Memory,
    chunk: Elements,
    objects: tuple[ObjectId, ...],
    /,
    *,
    tier: str,
    limits: Limits,
) -> Remembered:
    """The memory with one frame's elements added for these objects, within its limits.

    The chunk's values are in the order of ``objects``. Groups of which only some objects are
    memorised are split.
    """
    groups: list[Group] = []
    added = removed = 0
    for group in memory.split(objects).groups:
        if group.objects[0] in objects:
            own = chunk.of_objects([objects.index(o) for o in group.objects])
            kept = consolidated(group.with_chunk(own, tier), limits)
            added += len(chunk)
            removed += len(group) + len(chunk) - len(kept)
            group = kept
        groups.append(group)
    return Remembered(Memory(tuple(groups)), added, removed)


def consolidated(group: Group, limits: Limits) -> Group:
    """The group within its limits; itself if working memory isn't full."""
    count = len(group.working.chunks)
    if not limits.is_consolidating or count < limits.working_max:
        return group
    old = list(range(1, count - limits.working_min + 1))
    kept = [i for i in range(count) if i not in old]
    room = limits.long_term_max - limits.prototypes
    long_term = evicted(group.long_term, room)
    return replace(
        group,
        working=group.working.kept(kept),
        long_term=long_term.with_chunk(prototypes(group.working.kept(old), limits.prototypes)),
    )


def prototypes(tier: Tier, count: int) -> Elements:
    """The most used elements, each with what it reads from the whole tier with a full softmax.

    They keep their own key, selection, frame and place.

    Source: XMem, Eq. 5 (potentiation).
    """
    held = joined(tier.chunks)
    best = tier.usage().topk(min(count, len(tier)))[1]
    chosen = held.at(best)
    similar = similarity(held.key, held.shrinkage, chosen.key, chosen.selection)
    weights = torch.softmax(similar, -1)
    value = (weights @ held.value.flatten(1)).view(-1, *held.value.shape[1:])
    return replace(chosen, shrinkage=weights @ held.shrinkage, value=value)


def evicted(tier: Tier, size: int) -> Tier:
    """The tier with its ``size`` most used elements at most; of equals, the newer ones stay.

    Note: the release keeps what is used strictly more than the first element to go, so it drops
    all equals too, and fails when there is nothing to drop.
    """
    if len(tier) <= size:
        return tier
    order = tier.usage().sort(stable=True)[1]
    stays = torch.ones(len(tier), dtype=torch.bool, device=order.device)
    stays[order[: len(tier) - size]] = False
    parts = zip(tier.chunks, torch.split(stays, tier.sizes), strict=True)
    chunks = [chunk if bool(part.all()) else chunk.at(part) for chunk, part in parts]
    return Tier(_merged(chunks, max(tier.sizes)), tier.used[stays], tier.lived[stays])


def _merged(chunks: list[Elements], most: int) -> tuple[Elements, ...]:
    """Neighbours put together while they hold no more than ``most``, so that there stay few."""
    groups: list[list[Elements]] = [[]]
    for chunk in chunks:
        if sum(map(len, groups[-1])) + len(chunk) > most:
            groups.append([])
        groups[-1].append(chunk)
    return tuple(joined(group) for group in groups if group)
