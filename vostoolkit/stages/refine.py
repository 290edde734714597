"""The refiners: masks from prompts, each by other means, and two of them put together."""

from dataclasses import dataclass

from vostoolkit.arrays import ObjectId
from vostoolkit.frames import Frame
from vostoolkit.masks import Masks
from vostoolkit.prompts import Prompt
from vostoolkit.protocols import Refiner
from vostoolkit.results import Refinement
from vostoolkit.stages.refine_click import ClickRefiner
from vostoolkit.stages.refine_grabcut import GrabCutRefiner
from vostoolkit.stages.refine_sam_hq import SamHqRefiner

__all__ = ["ClickRefiner", "FindThenCorrect", "GrabCutRefiner", "SamHqRefiner"]


@dataclass(frozen=True)
class FindThenCorrect:
    """One refiner for objects without a mask, as at the start or when lost; one for corrections.

    A network that knows shapes finds an object from one click better than colours do; around a
    mask that is roughly right, the colours in it correct it better than a small network.
    """

    find: Refiner
    correct: Refiner

    def __call__(
        self,
        frame: Frame,
        object_id: ObjectId,
        prompts: tuple[Prompt, ...],
        masks: Masks | None,
        /,
    ) -> Refinement:
        """The refined mask of one object."""
        is_there = (
            masks is not None
            and object_id in masks.objects
            and bool((masks.of(object_id) > 0.5).any())
        )
        refiner = self.correct if is_there else self.find
        return refiner(frame, object_id, prompts, masks)
