"""EVA-VOS's simulated annotator: clicks in errors, boxes and drawn masks from the ground truth."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

import numpy as np

from vostoolkit.arrays import Labels, ObjectId
from vostoolkit.geometry import Mask, to_mask, window_of
from vostoolkit.metrics.overlap import VOID, iou, objects_in
from vostoolkit.prompts import Absent, Box, Click, Drawing, Prompt, Skip
from vostoolkit.results import Request
from vostoolkit.users.eva_clicks import Place, Snap, error_clicks, middle_click, spread_clicks
from vostoolkit.users.truth import Truth, check_truth, labels_of

Gives: TypeAlias = Literal["click", "clicks", "middle", "spread", "box", "mask"]
"""One or three clicks in the largest errors, one in the object's middle, three spread over it, a
box around it, or its whole mask."""


@dataclass(frozen=True, eq=False)
class EvaAnnotator:
    """Answers each request with one annotation of the object, from the ground truth of its frame.

    Asked which objects to follow, it draws their masks. An object that can't be seen is said to be
    absent; a frame without a truth, or a mask without an error, is skipped. Where the prediction's
    IoU is under ``positive_below``, clicks hold a positive one if something is missing: SAM can do
    little with negative clicks alone (0: never).

    Raises:
        TypeError: no ground truth.
        ValueError: an annotation or snapping that isn't known.

    Source: EVA-VOS, section 3. Note: the paper doesn't say what a click does whose error's middle
    lies outside it; the release snaps positive single clicks to the object and no others, so that a
    negative click may lie on the object, and clicks in the middle of a mask without errors
    (``released``). Its ``positive_below`` lies between 0.05 and 0.5; 0.1 is a guess.
    """

    ground_truth: Truth
    gives: Gives = "click"
    objects: Sequence[ObjectId] | None = None
    snap: Snap = "error"
    when_right: Literal["skip", "middle"] = "skip"
    positive_below: float = 0.1
    void: int | None = VOID

    def __post_init__(self) -> None:
        check_truth(self.ground_truth)
        if self.gives not in get_args(Gives):
            raise ValueError(f"gives={self.gives!r}: give one of {', '.join(get_args(Gives))}")
        if self.snap not in get_args(Snap):
            raise ValueError(f"snap={self.snap!r}: give one of {', '.join(get_args(Snap))}")

    @classmethod
    def released(cls, ground_truth: Truth, gives: Gives = "click") -> "EvaAnnotator":
        """The annotator of the released code."""
        if gives == "click":
            return cls(ground_truth, gives, snap="object", when_right="middle")
        return cls(ground_truth, gives, snap="never", positive_below=0)

    def __call__(self, request: Request, /) -> tuple[Prompt, ...]:
        """The prompts for one request."""
        frame, object_id = request.frame, request.object_id
        labels = labels_of(self.ground_truth, frame)
        if object_id is None:
            drawn = () if labels is None else self._drawings(frame, labels)
            return drawn or (Skip(frame, self.objects[0] if self.objects else 1),)
        if labels is None:
            return (Skip(frame, object_id),)
        truth = labels == object_id
        if not truth.any():
            return (Absent(frame, object_id),)
        predicted = np.zeros_like(truth)
        if request.masks is not None and object_id in request.masks.objects:
            predicted = to_mask(request.masks.region(object_id))
        if self.void is not None:
            predicted &= labels != self.void
        return self.annotated(frame, object_id, predicted, truth)

    def annotated(
        self, frame: int, object_id: ObjectId, predicted: Mask, truth: Mask
    ) -> tuple[Prompt, ...]:
        """The annotation of one object that is there; a Skip if there is nothing to correct."""
        if self.gives == "mask":
            return (Drawing(frame, object_id, truth),)
        if self.gives == "box":
            return (box_around(frame, object_id, truth),)
        places = self.clicks(predicted, truth, iou=iou(predicted, truth))
        clicks = tuple(Click(frame, object_id, x, y, positive) for x, y, positive in places)
        return clicks or (Skip(frame, object_id),)

    def clicks(
        self, predicted: Mask, truth: Mask, *, iou: float | None = None
    ) -> tuple[Place, ...]:
        """Where it clicks; no positive click is added where the prediction's IoU isn't given."""
        if self.gives == "middle":
            return middle_click(truth)
        if self.gives == "spread":
            return spread_clicks(truth)
        found = error_clicks(
            predicted,
            truth,
            most=3 if self.gives == "clicks" else 1,
            with_positive=iou is not None and iou < self.positive_below,
            snap=self.snap,
        )
        return found or (middle_click(truth) if self.when_right == "middle" else ())

    def _drawings(self, frame: int, labels: Labels) -> tuple[Drawing, ...]:
        there = objects_in(labels, void=self.void)
        wanted = there if self.objects is None else [o for o in self.objects if o in there]
        return tuple(Drawing(frame, o, labels == o) for o in wanted)


def box_around(frame: int, object_id: ObjectId, truth: Mask) -> Box:
    """The smallest box that holds an object's pixels.

    Raises:
        ValueError: the object has no pixels.
    """
    window = window_of(truth)
    if window is None:
        raise ValueError(f"object {object_id} isn't in frame {frame}: a box needs pixels to hold")
    rows, columns = window
    return Box(frame, object_id, columns.start, rows.start, columns.stop - 1, rows.stop - 1)
