"""What a run with a space-time memory carries from frame to frame."""

from collections import Counter
from dataclasses import dataclass, replace

import torch
from jaxtyping import Float
from torch import Tensor

from vostoolkit.arrays import ObjectId, Size
from vostoolkit.frames import Frame
from vostoolkit.masks import Masks
from vostoolkit.results import Tier


@dataclass(frozen=True, eq=False)
class MemoryFrame:
    """A remembered frame: for each object its keys and values, place by place.

    ``tier`` is "permanent" for a frame that a person has corrected (certain memory), "working" for
    a predicted one, None for the frame before, which is only read once.
    """

    frame: int
    tier: Tier | None
    objects: tuple[ObjectId, ...]
    key: Float[Tensor, "n m k"]
    value: Float[Tensor, "n m v"]

    def __len__(self) -> int:
        return self.key.shape[0] * self.key.shape[1]

    def of(self, object_id: ObjectId) -> tuple[Float[Tensor, "m k"], Float[Tensor, "m v"]]:
        """One object's keys and values."""
        row = self.objects.index(object_id)
        return self.key[row], self.value[row]

    def of_objects(self, objects: tuple[ObjectId, ...]) -> "MemoryFrame":
        """The frame reduced to these objects; itself if they're all."""
        if objects == self.objects:
            return self
        rows = [self.objects.index(o) for o in objects]
        return replace(self, objects=objects, key=self.key[rows], value=self.value[rows])


@dataclass(frozen=True, eq=False)
class LastFrame:
    """The frame that a run stands at, its masks, and the objects' probabilities at working size."""

    frame: Frame
    masks: Masks
    working: Float[Tensor, "n y x"]


@dataclass(frozen=True, eq=False)
class StmState:
    """Everything a run carries from frame to frame; a value that is never written in place.

    ``memory`` is in the order in which frames came into it; ``objects`` are those it holds.
    """

    size: Size
    objects: tuple[ObjectId, ...] = ()
    memory: tuple[MemoryFrame, ...] = ()
    last: LastFrame | None = None

    def holds(self, frame: int, object_id: ObjectId) -> bool:
        """Whether an object is remembered at a frame."""
        return any(m.frame == frame and object_id in m.objects for m in self.memory)

    def of_object(
        self, object_id: ObjectId, also: MemoryFrame | None
    ) -> tuple[Float[Tensor, "m k"], Float[Tensor, "m v"]]:
        """All keys and values of one object, those of another frame at the end."""
        frames = self.memory if also is None else (*self.memory, also)
        pairs = [m.of(object_id) for m in frames if object_id in m.objects]
        return torch.cat([key for key, _ in pairs]), torch.cat([value for _, value in pairs])

    def with_frame(self, new: MemoryFrame, *, working_max: int | None) -> "StmState":
        """The state with a frame in memory.

        What the frame's tier held of it for these objects before is replaced; permanent memory
        also replaces it in working memory. Of more than ``working_max`` frames of an object in
        working memory the oldest are forgotten.
        """
        replaced = ("working", "permanent") if new.tier == "permanent" else (new.tier,)
        kept: list[MemoryFrame] = []
        for m in self.memory:
            is_replaced = m.frame == new.frame and m.tier in replaced
            rest = tuple(o for o in m.objects if not (is_replaced and o in new.objects))
            if rest:
                kept.append(m.of_objects(rest))
        kept.append(new)
        objects = (*self.objects, *(o for o in new.objects if o not in self.objects))
        memory = tuple(kept) if working_max is None else _latest(kept, working_max)
        return replace(self, objects=objects, memory=memory)

    def sizes(self) -> dict[str, int]:
        """Places of all objects in each tier."""
        tiers: tuple[Tier, ...] = ("permanent", "working")
        return {t: sum(len(m) for m in self.memory if m.tier == t) for t in tiers}


def _latest(memory: list[MemoryFrame], most: int) -> tuple[MemoryFrame, ...]:
    """The frames without those in working memory that came before an object's last ``most``."""
    count: Counter[ObjectId] = Counter()
    kept: list[MemoryFrame] = []
    for m in reversed(memory):
        if m.tier == "working":
            count.update(m.objects)
            rest = tuple(o for o in m.objects if count[o] <= most)
            kept += [m.of_objects(rest)] if rest else []
        else:
            kept.append(m)
    return tuple(reversed(kept))
