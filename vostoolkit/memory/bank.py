"""What a memory holds: elements in chunks, chunks in tiers, tiers for each group of objects.

Everything here is a value. Adding appends a chunk to a new tuple, so older states, which share the
other chunks, are never disturbed. An element knows the frame and the grid place it came from.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from vostoolkit.arrays import ObjectId
from vostoolkit.memory.read import (
    memory_rows,
    query_rows,
    read_all,
    similarity,
)

TIERS = ("long-term", "working", "permanent")
"""The tiers of a group in the order in which they're read."""


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


def _nothing() -> Float[Tensor, " 0"]:
    return torch.zeros(0)


@dataclass(frozen=True, eq=False)
class Tier:
    """Chunks of elements, and for each element its use: summed weights, and reads it lived through.

    ``used`` and ``lived`` run over all chunks.
    """

    chunks: tuple[Elements, ...] = ()
    used: Float[Tensor, " m"] = field(default_factory=_nothing)
    lived: Float[Tensor, " m"] = field(default_factory=_nothing)

    def __len__(self) -> int:
        return len(self.used)

    @property
    def sizes(self) -> list[int]:
        """The number of elements in each chunk."""
        return [len(chunk) for chunk in self.chunks]

    def with_chunk(self, chunk: Elements) -> "Tier":
        """The tier with unused elements added."""
        new = torch.zeros_like(chunk.shrinkage)
        if not self.chunks:
            return Tier((chunk,), new, new)
        return Tier(
            (*self.chunks, chunk), torch.cat([self.used, new]), torch.cat([self.lived, new])
        )

    def kept(self, indices: list[int]) -> "Tier":
        """The tier with some of its chunks."""
        if not indices:
            return Tier()
        used, lived = torch.split(self.used, self.sizes), torch.split(self.lived, self.sizes)
        return Tier(
            tuple(self.chunks[i] for i in indices),
            torch.cat([used[i] for i in indices]),
            torch.cat([lived[i] for i in indices]),
        )

    def without_frame(self, frame: int) -> "Tier":
        """The tier without the chunks that came from one frame; prototypes of several stay."""
        others = [i for i, c in enumerate(self.chunks) if not bool((c.frame == frame).all())]
        return self if len(others) == len(self.chunks) else self.kept(others)

    def frames(self) -> list[int]:
        """The frames that its elements came from, in the order they came in."""
        held = [int(f) for chunk in self.chunks for f in chunk.frame.unique(sorted=False)]
        return list(dict.fromkeys(held))

    def read(self, usage: Float[Tensor, " m"]) -> "Tier":
        """The tier after one more reading with this much use of each element."""
        return Tier(self.chunks, self.used + usage, self.lived + 1) if self.chunks else self

    def usage(self) -> Float[Tensor, " m"]:
        """Mean use of each element per reading it lived through; 0 before the first."""
        return self.used / self.lived.clamp_min(1)

    def of_objects(self, columns: list[int]) -> "Tier":
        """The tier with the values of some of the objects."""
        return replace(self, chunks=tuple(chunk.of_objects(columns) for chunk in self.chunks))


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


@dataclass(frozen=True, eq=False)
class Group:
    """Objects that were always memorised together, and their tiers.

    ``slots`` are the permanent frames and the places that the release believes they're at; they're
    kept with ``Limits(permanent="slot")`` only.
    """

    objects: tuple[ObjectId, ...]
    long_term: Tier = field(default_factory=Tier)
    working: Tier = field(default_factory=Tier)
    permanent: Tier = field(default_factory=Tier)
    slots: tuple[tuple[int, int], ...] = ()

    @property
    def tiers(self) -> tuple[Tier, Tier, Tier]:
        """Long-term, working, permanent: the order in which elements are read."""
        return self.long_term, self.working, self.permanent

    def __len__(self) -> int:
        return sum(len(tier) for tier in self.tiers)

    def of_objects(self, objects: tuple[ObjectId, ...]) -> "Group":
        """The group reduced to some of its objects; itself if they're all."""
        if objects == self.objects:
            return self
        columns = [self.objects.index(o) for o in objects]
        long_term, working, permanent = (tier.of_objects(columns) for tier in self.tiers)
        return Group(objects, long_term, working, permanent, self.slots)

    def with_chunk(self, chunk: Elements, tier: str) -> "Group":
        """The group with a frame's elements in ``working`` or ``permanent`` memory.

        What that tier held of the frame before is replaced; permanent memory also replaces it in
        working memory, so that a correction isn't read beside what it corrects.
        """
        frame = int(chunk.frame[0])
        working = self.working.without_frame(frame)
        if tier == "working":
            return replace(self, working=working.with_chunk(chunk))
        permanent = self.permanent.without_frame(frame).with_chunk(chunk)
        return replace(self, working=working, permanent=permanent)

    def tier(self, name: str) -> Tier:
        """The tier of a name in ``TIERS``.

        Raises:
            ValueError: no such tier.
        """
        if name not in TIERS:
            raise ValueError(f"no memory tier {name!r}: there are {', '.join(TIERS)}")
        return self.tiers[TIERS.index(name)]

    def frames(self, tier: str) -> list[int]:
        """The frames that a tier holds; the permanent ones as their slots say, if it has slots."""
        if tier == "permanent" and self.slots:
            return [frame for frame, _ in self.slots]
        return self.tier(tier).frames()

    def without_frame(self, frame: int, tier: str) -> "Group":
        """The group without a frame in ``working`` or ``permanent`` memory."""
        if tier == "working":
            return replace(self, working=self.working.without_frame(frame))
        return replace(self, permanent=self.permanent.without_frame(frame))

    def without_tiers(self, names: Sequence[str]) -> "Group":
        """The group with some of its tiers emptied."""
        pairs = zip(TIERS, self.tiers, strict=True)
        long_term, working, permanent = (Tier() if name in names else t for name, t in pairs)
        return Group(self.objects, long_term, working, permanent, self.slots)

    def similarity(
        self, query: Float[Tensor, "q c"], selection: Float[Tensor, "q c"]
    ) -> Float[Tensor, "q m"]:
        """How alike each query place is to each element, in the order of ``tiers``."""
        chunks = [chunk for tier in self.tiers for chunk in tier.chunks]
        key = torch.cat([chunk.key for chunk in chunks])
        shrinkage = torch.cat([chunk.shrinkage for chunk in chunks])
        return similarity(key, shrinkage, query, selection)

    def read(
        self, query: Float[Tensor, "q c"], selection: Float[Tensor, "q c"], top_k: int | None
    ) -> tuple[Float[Tensor, "q n v"], "Group"]:
        """What each place reads of each object, and the group with its use counted."""
        chunks = [chunk for tier in self.tiers for chunk in tier.chunks]
        key = torch.cat([chunk.key for chunk in chunks])
        shrinkage = torch.cat([chunk.shrinkage for chunk in chunks])
        value = torch.cat([chunk.value for chunk in chunks])
        rows = query_rows(query, selection), memory_rows(key, shrinkage)
        read, usage = read_all(*rows, value, top_k=top_k)
        long_term, working, _ = torch.split(usage, [len(tier) for tier in self.tiers])
        counted = replace(
            self, long_term=self.long_term.read(long_term), working=self.working.read(working)
        )
        return read, counted


@dataclass(frozen=True, eq=False)
class Memory:
    """The groups of a run; every object is in exactly one of them."""

    groups: tuple[Group, ...] = ()

    @property
    def objects(self) -> tuple[ObjectId, ...]:
        """All objects, group by group."""
        return tuple(o for group in self.groups for o in group.objects)

    def __len__(self) -> int:
        return sum(len(group) for group in self.groups)

    def sizes(self) -> dict[str, int]:
        """Elements in each tier, over all groups."""
        return {
            "permanent": sum(len(group.permanent) for group in self.groups),
            "working": sum(len(group.working) for group in self.groups),
            "long-term": sum(len(group.long_term) for group in self.groups),
        }

    def group(self, object_id: ObjectId) -> Group:
        """The group of an object.

        Raises:
            ValueError: it isn't in memory.
        """
        for group in self.groups:
            if object_id in group.objects:
                return group
        raise ValueError(f"object {object_id} isn't in memory: it holds {self.objects}")

    def permanent_objects(self, frame: int, objects: tuple[ObjectId, ...]) -> tuple[ObjectId, ...]:
        """Those of the objects for which permanent memory holds this frame."""
        held = {o for g in self.groups if frame in g.frames("permanent") for o in g.objects}
        return tuple(o for o in objects if o in held)

    def read(
        self, query: Float[Tensor, "q c"], selection: Float[Tensor, "q c"], top_k: int | None
    ) -> tuple[Float[Tensor, "q n v"], "Memory"]:
        """What each place reads of each object, group by group, and the memory with its use."""
        read = [group.read(query, selection, top_k) for group in self.groups]
        return torch.cat([value for value, _ in read], 1), Memory(tuple(group for _, group in read))

    def split(self, objects: tuple[ObjectId, ...]) -> "Memory":
        """The memory in groups that lie wholly inside or outside these objects.

        Objects that it doesn't hold yet become one new, empty group.
        """
        groups: list[Group] = []
        for group in self.groups:
            inside = tuple(o for o in group.objects if o in objects)
            outside = tuple(o for o in group.objects if o not in objects)
            groups += [group.of_objects(part) for part in (inside, outside) if part]
        if new := tuple(o for o in objects if o not in self.objects):
            groups.append(Group(new))
        return Memory(tuple(groups))
