"""What the releases of XMem and XMem++ do to a memory, where that isn't what the papers say.

Both are switched on by fields of ``Limits`` and change results only with objects that came later
(``groups="together"``) or with permanent frames replaced or removed (``permanent="slot"``).
"""

from dataclasses import replace

import torch

from vostoolkit.memory.bank import Group, Tier
from vostoolkit.memory.consolidate import (
    Limits,
    compressed_into,
    consolidated,
    potentiated,
)
from vostoolkit.memory.elements import Elements, joined

_NEARLY_NOTHING = 1e-9


def consolidated_together(groups: tuple[Group, ...], limits: Limits) -> tuple[Group, ...]:
    """The groups within their limits, cut at the same offsets whatever frames they hold.

    Keys, use and prototypes are those of the group that holds most frames. A younger group gets
    those prototypes whose frame it knows, if it has at least two frames to give. Its values are
    counted from the end, so after the cut some are found by the keys of other frames or prototypes.

    Note: the release of XMem keeps one key bank for all objects. Its outputs confirm the cut, and
    that a single frame is lost instead of compressed; prototypes of a younger group weren't seen.
    """
    oldest = max(groups, key=lambda group: len(group.working.chunks))
    cut = limits.cut(oldest)
    if cut is None:
        return groups
    after = consolidated(oldest, limits)
    leaving = oldest.working.chunks[cut]
    return tuple(
        after if group is oldest else _following(group, leaving, after, limits) for group in groups
    )


def _following(group: Group, leaving: tuple[Elements, ...], oldest: Group, limits: Limits) -> Group:
    """A younger group, cut where the oldest one was: ``leaving`` left it, ``oldest`` remains."""
    chunks, first = list(group.working.chunks), limits.pinned(oldest)
    is_cut = len(chunks) > limits.working_min
    old = slice(first, len(chunks) - limits.working_min + first) if is_cut else slice(0, 0)
    stays = list(range(len(chunks)))
    del stays[old]
    kept = group.working.kept(stays)
    working = replace(kept, chunks=_found_by(kept.chunks, oldest.working.chunks))
    values = _found_by(tuple(chunks[old]), leaving)
    if len(values) < len(leaving) and len(values) < 2:
        return replace(group, working=working)
    chosen = oldest.long_term.chunks[-1]
    known = torch.cat([v.frame for v in values]).unique()
    valid = chosen.at(torch.isin(chosen.frame, known))
    if not len(valid):
        return replace(group, working=working)
    read = potentiated(valid, joined(values))
    (compressed,) = _found_by((read,), (chosen.at(torch.arange(-len(valid), 0)),))
    return compressed_into(group, compressed, working, limits)


def _found_by(values: tuple[Elements, ...], keys: tuple[Elements, ...]) -> tuple[Elements, ...]:
    """Values that are found by the last of these keys; they still come from where they did."""
    return tuple(
        replace(v, key=k.key, shrinkage=k.shrinkage, selection=k.selection)
        for v, k in zip(values, keys[len(keys) - len(values) :], strict=True)
    )


def placed(group: Group, chunk: Elements) -> Group:
    """The group with a frame in permanent memory, at the slot that the release believes it's in.

    A new frame is put behind the others and noted one slot too low, but for the first. A frame that
    is noted already overwrites what is in its slot, all objects with the first one's value.
    """
    frame, grid = int(chunk.frame[0]), len(chunk)
    slot = dict(group.slots).get(frame)
    if slot is None:
        permanent = group.permanent.with_chunk(chunk)
        counted = (len(permanent) + _NEARLY_NOTHING) // (grid + _NEARLY_NOTHING)
        slots = (*group.slots, (frame, int(counted) - 1))
        return replace(group, permanent=permanent, slots=slots)
    held = joined(group.permanent.chunks)
    same = replace(chunk, value=chunk.value[:, :1].expand_as(chunk.value))
    start = slot * grid
    rows = torch.arange(len(held), device=chunk.frame.device)
    parts = [held.at(rows[:start]), same, held.at(rows[start + grid :])]
    return replace(group, permanent=Tier().with_chunk(joined(parts)))


def dropped(group: Group, frame: int) -> Group:
    """The group without one frame's worth of permanent memory, from the slot's number on.

    The number is taken for an element's, and the frames behind keep their slots.
    """
    held, slots = joined(group.permanent.chunks), dict(group.slots)
    start, grid = slots.pop(frame, 0), 1 + int(held.place.max())
    rows = torch.arange(len(held), device=held.frame.device)
    left = held.at((rows < start) | (rows >= start + grid))
    permanent = Tier().with_chunk(left) if len(left) else Tier()
    return replace(group, permanent=permanent, slots=tuple(slots.items()))
