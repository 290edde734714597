"""What comes into a memory and goes out of it: frames stored, forgotten and consolidated."""

from dataclasses import dataclass

from vostoolkit.arrays import ObjectId
from vostoolkit.memory import released
from vostoolkit.memory.bank import Group, Memory
from vostoolkit.memory.consolidate import Limits, consolidated
from vostoolkit.memory.elements import Elements


@dataclass(frozen=True, eq=False)
class Remembered:
    """A memory after a change, and how many elements came and went, over all groups."""

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
    groups = memory.split(objects).groups
    before = sum(map(len, groups))
    inside = tuple(group for group in groups if group.objects[0] in objects)
    stored = tuple(
        _stored(group, chunk.of_objects([objects.index(o) for o in group.objects]), tier, limits)
        for group in inside
    )
    if limits.groups == "together":
        stored = released.consolidated_together(stored, limits)
    else:
        stored = tuple(consolidated(group, limits) for group in stored)
    after = dict(zip(inside, stored, strict=True))
    changed = Memory(tuple(after.get(group, group) for group in groups))
    added = len(chunk) * len(inside)
    return Remembered(changed, added, before + added - len(changed))


def forgotten(
    memory: Memory,
    frame: int,
    objects: tuple[ObjectId, ...],
    /,
    *,
    tier: str,
    limits: Limits,
) -> Remembered:
    """The memory without what a frame left in a tier for these objects.

    Objects that nothing is left of are gone. Prototypes of the frame in long-term memory stay: they
    hold what they've read of several frames.

    Raises:
        ValueError: the tier holds nothing of this frame for any of these objects.
    """
    groups = memory.split(objects).groups
    before = sum(map(len, groups))
    inside = {group for group in groups if group.objects[0] in objects}
    held = {f for group in inside for f in group.frames(tier)}
    if frame not in held:
        frames = ", ".join(map(str, sorted(held))) or "none"
        raise ValueError(f"frame {frame} isn't in {tier} memory, which holds frames: {frames}")
    after = [_removed(g, frame, tier, limits) if g in inside else g for g in groups]
    changed = Memory(tuple(group for group in after if len(group)))
    return Remembered(changed, 0, before - len(changed))


def _stored(group: Group, chunk: Elements, tier: str, limits: Limits) -> Group:
    if tier == "permanent" and limits.permanent == "slot":
        return released.placed(group, chunk)
    return group.with_chunk(chunk, tier)


def _removed(group: Group, frame: int, tier: str, limits: Limits) -> Group:
    if tier == "permanent" and limits.permanent == "slot":
        return released.dropped(group, frame)
    return group.without_frame(frame, tier)
