"""EVA-VOS's oracle of annotation: it knows what each kind would bring."""

from dataclasses import dataclass, replace

import numpy as np

from vostoolkit.frames import Video
from vostoolkit.geometry import to_mask
from vostoolkit.masks import Masks
from vostoolkit.metrics.overlap import iou
from vostoolkit.prompts import Absent, Prompt, Skip
from vostoolkit.protocols import Refiner
from vostoolkit.results import Request
from vostoolkit.users.costs import cost_s
from vostoolkit.users.eva import EvaAnnotator, Gives
from vostoolkit.users.truth import labels_of


@dataclass(frozen=True, eq=False)
class BestAnnotation:
    """Annotates each object in the way that brings most IoU a second, as it tries out first.

    It sees the ground truth, so it is something to compare with. Asked which objects to follow, it
    draws their masks.

    Args:
        annotator: gives the annotations of each kind.
        refine: makes masks of them; the method's own, for what it tries to be what comes out.
        video: whose frames these are.
        kinds: what it chooses from; the paper's are three clicks and a drawn mask.

    Source: EVA-VOS, section 4.2 (oracle).
    """

    annotator: EvaAnnotator
    refine: Refiner
    video: Video
    kinds: tuple[Gives, ...] = ("clicks", "mask")

    def __call__(self, request: Request, /) -> tuple[Prompt, ...]:
        """The prompts for one request."""
        if request.object_id is None:
            return self.annotator(request)
        found = [replace(self.annotator, gives=kind)(request) for kind in self.kinds]
        return max(found, key=lambda given: self._gain_s(request, given))

    def _gain_s(self, request: Request, given: tuple[Prompt, ...]) -> float:
        """IoU that an annotation of one object adds, by the second."""
        frame, object_id = self.video[request.frame], request.object_id
        labels = labels_of(self.annotator.ground_truth, request.frame)
        if object_id is None or labels is None or any(isinstance(p, Absent | Skip) for p in given):
            return 0.0
        masks = request.masks or Masks.empty(frame.size)
        before = np.zeros_like(labels, np.bool_)
        if object_id in masks.objects:
            before = to_mask(masks.region(object_id))
        after = self.refine(frame, object_id, given, masks if before.any() else None).after
        then = masks.replaced(object_id, after)
        truth = labels == object_id
        gain = iou(to_mask(then.region(object_id)), truth) - iou(before, truth)
        return gain / cost_s(given)
