"""What a memory holds: elements in chunks, chunks in tiers, tiers for each group of objects.

Everything here is a value. Adding appends a chunk to a new tuple, so older states, which share the
other chunks, are never disturbed. An element knows the frame and the grid place it came from.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import torch
from jaxtyping import Float
from torch import Tensor

from vostoolkit.arrays import ObjectId
from vostoolkit.memory.elements import Elements
from vostoolkit.memory.read import query_rows, similarity
from vostoolkit.memory.shelves import read_shelves, shelved

TIERS = ("long-term", "working", "permanent")
"""The tiers of a group in the order in which they're read."""


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
        key = torch.cat([chunk.key for chunk in self.chunks])
        shrinkage = torch.cat([chunk.shrinkage for chunk in self.chunks])
        return similarity(key, shrinkage, query, selection)

    @property
    def chunks(self) -> tuple[Elements, ...]:
        """The chunks of all tiers, in the order in which they're read."""
        return tuple(chunk for tier in self.tiers for chunk in tier.chunks)

    def read(
        self, query: Float[Tensor, "q c"], selection: Float[Tensor, "q c"], top_k: int | None
    ) -> tuple[Float[Tensor, "q n v"], "Group"]:
        """What each place reads of each object, and the group with its use counted."""
        value, memory = Memory((self,)).read(query, selection, top_k)
        return value, memory.groups[0]

    def counted(self, usage: Float[Tensor, " m"]) -> "Group":
        """The group after one more reading with this much use of each element."""
        long_term, working, _ = torch.split(usage, [len(tier) for tier in self.tiers])
        return replace(
            self, long_term=self.long_term.read(long_term), working=self.working.read(working)
        )


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
        """What each place reads of each object, group by group, and the memory with its use.

        Groups share the keys of frames that were memorised for all of them: similarities to these
        are computed once.
        """
        memory, shelves = shelved([group.chunks for group in self.groups])
        found = read_shelves(query_rows(query, selection), memory, shelves, top_k=top_k)
        groups = tuple(g.counted(used) for g, (_, used) in zip(self.groups, found, strict=True))
        return torch.cat([value for value, _ in found], 1), Memory(groups)

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
