"""Keeping a memory small: old working frames become prototypes, little used prototypes go.

Source: XMem, section 3.3 (memory consolidation, least-frequently-used eviction).
"""

from dataclasses import dataclass, replace
from typing import Literal

import torch

from vostoolkit.memory.bank import Group, Tier
from vostoolkit.memory.elements import Elements, joined
from vostoolkit.memory.read import similarity


@dataclass(frozen=True)
class Limits:
    """How much a group may hold; the defaults are XMem's.

    When ``working_max`` frames are in working memory, the oldest become ``prototypes`` long-term
    elements, until ``working_min`` frames are left. The very first stays, as it's what the person
    gave, unless the group has permanent memory for that. Without ``is_consolidating`` working
    memory grows without end.

    Groups of objects are consolidated ``apart``, each by its own frames and use, or as released
    ``together``: see ``memory/released.py``. Permanent frames are replaced and removed by their
    ``frame``, or as released by the ``slot`` they're believed to be in.

    Of a frame's places that are far from every object only those in every n-th row and column come
    into memory and are read, n being ``background_every`` (``stages/xmem_reading.py``).

    Source: XMem, section 3.3 and 4; XMem++, section 3.2 (permanent memory); the last is ours.
    """

    working_min: int = 5
    working_max: int = 10
    prototypes: int = 128
    long_term_max: int = 10_000
    is_consolidating: bool = True
    groups: Literal["apart", "together"] = "apart"
    permanent: Literal["frame", "slot"] = "frame"
    background_every: int = 1

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
        if self.groups not in ("apart", "together"):
            raise ValueError(f"groups={self.groups!r}: give 'apart' or 'together'")
        if self.permanent not in ("frame", "slot"):
            raise ValueError(f"permanent={self.permanent!r}: give 'frame' or 'slot'")
        is_released = self.groups == "together" or self.permanent == "slot"
        if self.background_every < 1 or (is_released and self.background_every > 1):
            raise ValueError(
                f"background_every={self.background_every}: give 1 or more, and 1 where groups or "
                "permanent frames are kept as released, which counts on whole frames"
            )

    @staticmethod
    def released() -> "Limits":
        """The published sizes, with groups and permanent frames kept as the releases do."""
        return Limits(groups="together", permanent="slot")

    def cut(self, group: Group) -> slice | None:
        """The working frames that leave now; None if there's room.

        The last ``working_min`` stay; a pinned first frame takes the place of one of them.
        """
        count = len(group.working.chunks)
        if not self.is_consolidating or count < self.working_max:
            return None
        first = self.pinned(group)
        return slice(first, count - self.working_min + first)

    @staticmethod
    def pinned(group: Group) -> int:
        """How many frames at the start of working memory never leave it: 1 or 0."""
        return 0 if group.permanent.chunks else 1


def consolidated(group: Group, limits: Limits) -> Group:
    """The group within its limits; itself if working memory isn't full."""
    cut = limits.cut(group)
    if cut is None:
        return group
    indices = list(range(len(group.working.chunks)))
    compressed = prototypes(group.working.kept(indices[cut]), limits.prototypes)
    del indices[cut]
    return compressed_into(group, compressed, group.working.kept(indices), limits)


def compressed_into(group: Group, chunk: Elements, working: Tier, limits: Limits) -> Group:
    """The group with this working memory and the chunk in long-term memory, which makes room."""
    room = limits.long_term_max - limits.prototypes
    long_term = evicted(group.long_term, room).with_chunk(chunk)
    return replace(group, working=working, long_term=long_term)


def prototypes(tier: Tier, count: int) -> Elements:
    """The most used elements, each with what it reads from the whole tier with a full softmax.

    They keep their own key, selection, frame and place.

    Source: XMem, Eq. 5 (potentiation).
    """
    held = joined(tier.chunks)
    best = tier.usage().topk(min(count, len(tier)))[1]
    chosen = held.at(best)
    return potentiated(chosen, held)


def potentiated(elements: Elements, held: Elements) -> Elements:
    """The elements with what each reads of values and shrinkage, with a full softmax."""
    similar = similarity(held.key, held.shrinkage, elements.key, elements.selection)
    weights = torch.softmax(similar, -1)
    value = (weights @ held.value.flatten(1)).view(-1, *held.value.shape[1:])
    return replace(elements, shrinkage=weights @ held.shrinkage, value=value)


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
