"""XMem's treatment of several annotated frames: what XMem++ is compared with."""

from dataclasses import dataclass
from typing import Any, TypeAlias

from vostoolkit.arrays import ObjectId
from vostoolkit.frames import Frame
from vostoolkit.masks import Masks
from vostoolkit.protocols import Propagator
from vostoolkit.results import MemoryUpdate, Propagation, Tier

State: TypeAlias = tuple[Any, frozenset[ObjectId]]
"""The propagator's, and the objects that it knows."""


@dataclass(frozen=True)
class Temporary:
    """A propagator in whose permanent memory is only the frame that an object began in.

    Other annotated frames are memorised when the pass comes by, as any frame, and may be forgotten.
    """

    of: Propagator[Any]

    def start(self, frame: Frame, objects: tuple[ObjectId, ...], /) -> State:
        """Nothing is known yet."""
        return self.of.start(frame, objects), frozenset(objects)

    def propagate(self, frame: Frame, state: State, /) -> tuple[Propagation, State]:
        """The propagator's prediction."""
        predicted, after = self.of.propagate(frame, state[0])
        return predicted, (after, state[1])

    def memorise(
        self,
        frame: Frame,
        masks: Masks,
        state: State,
        /,
        *,
        tier: Tier | None,
        objects: tuple[ObjectId, ...] | None = None,
        reason: str = "",
    ) -> tuple[MemoryUpdate, State]:
        """Stores what XMem would: a frame that a method wants to keep for good, not beforehand."""
        named = tuple(masks.objects if objects is None else objects)
        if tier == "permanent":
            said = self.of.memorise(frame, masks, state[0], tier=None, objects=objects)[0]
            return said, state
        into: Tier = "permanent" if set(named) - state[1] else "working"
        update, after = self.of.memorise(
            frame, masks, state[0], tier=into, objects=objects, reason=reason
        )
        return update, (after, state[1] | set(named))
