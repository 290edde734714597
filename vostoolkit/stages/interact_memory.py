"""Masks of several annotated frames, where memory tells each of them what the others show."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vostoolkit.arrays import Map, ObjectId
from vostoolkit.frames import Frame
from vostoolkit.masks import Masks
from vostoolkit.prompts import Prompt
from vostoolkit.protocols import Propagator, Refiner
from vostoolkit.results import AcrossFrames
from vostoolkit.stages.interact_frames import check_marks, objects_on


@dataclass(frozen=True, eq=False)
class InteractByMemory:
    """Turns clicks and scribbles on several frames into masks of all, by a method's other stages.

    An object's mask is made by ``refine`` on each frame that marks it. On a frame that doesn't mark
    it, and has no mask of it from a round before, ``propagator`` reads it from a memory that holds
    this object on the frames that do.

    Source: ours; what IDPro's Eq. 1 and 4 ask of across-frame interaction, by XMem's or AOT's read.
    Note: only whole masks cross over; the paper's network also compares the strokes themselves.
    """

    propagator: Propagator[Any]
    refine: Refiner

    def __call__(
        self,
        frames: Sequence[Frame],
        prompts: Sequence[Prompt],
        previous: Mapping[int, Masks] | None = None,
        /,
    ) -> AcrossFrames:
        """The masks of all frames, each with all objects that were prompted or had a mask.

        ``previous`` are masks by frame number, from the round before.

        Raises:
            PromptError: no prompt; one on none of the frames, outside its frame, or neither a click
                nor a scribble.
            ValueError: no frame, one twice, frames of several sizes, or masks of another size.
        """
        given = dict(previous or {})
        size = check_marks(frames, prompts, given)
        before = {frame.index: given.get(frame.index, Masks.empty(size)) for frame in frames}
        after = {
            frame.index: self._refined(frame, prompts, before[frame.index]) for frame in frames
        }
        for object_id in objects_on(frames, prompts, given):
            showing = {f.index: f for f in frames if object_id in after[f.index].objects}
            for frame in (f for f in frames if f.index not in showing):
                read = self._read(frame, object_id, [(f, after[i]) for i, f in showing.items()])
                after[frame.index] = _beside(after[frame.index], object_id, read)
        return AcrossFrames(
            frame=frames[0].index,
            frames=tuple(frames),
            prompts=tuple(prompts),
            before=given,
            after=after,
        )

    def _refined(self, frame: Frame, prompts: Sequence[Prompt], masks: Masks) -> Masks:
        """The masks of a frame with the objects that are marked on it."""
        marks = [prompt for prompt in prompts if prompt.frame == frame.index]
        for object_id in dict.fromkeys(prompt.object_id for prompt in marks):
            own = tuple(prompt for prompt in marks if prompt.object_id == object_id)
            present = masks if object_id in masks.objects else None
            masks = masks.replaced(object_id, self.refine(frame, object_id, own, present).after)
        return masks

    def _read(
        self, frame: Frame, object_id: ObjectId, sources: Sequence[tuple[Frame, Masks]]
    ) -> Map:
        """The object on a frame that says nothing of it, from those that do."""
        state = self.propagator.start(frame, (object_id,))
        for source, masks in sources:
            alone = Masks.empty(source.size).replaced(object_id, masks.of(object_id))
            state = self.propagator.memorise(source, alone, state, tier="permanent")[1]
        return self.propagator.propagate(frame, state)[0].masks.of(object_id)


def _beside(masks: Masks, object_id: ObjectId, probability: Map) -> Masks:
    """The masks with another object, which takes nothing from the present ones."""
    present = masks.pmf[1:].sum(0)
    return masks.replaced(object_id, probability.to(present) * (1 - present).clamp_min(0))
