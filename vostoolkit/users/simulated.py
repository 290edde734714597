"""A simulated person who sees the ground truth and clicks in the middle of it (Lazy-XMem 4.3)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias, runtime_checkable

import numpy as np

from vostoolkit.arrays import Labels, ObjectId
from vostoolkit.geometry import pole, to_mask
from vostoolkit.metrics.overlap import VOID
from vostoolkit.prompts import Absent, Click, Prompt, Skip
from vostoolkit.results import Request


@runtime_checkable
class GroundTruth(Protocol):
    """True labels by frame number."""

    def labels(self, frame: int, /) -> Labels | None:
        """The labels of a frame, or None if it has none."""
        ...


Truth: TypeAlias = GroundTruth | Callable[[int], Labels | None]


@dataclass(frozen=True, eq=False)
class SimulatedUser:
    """Answers each request with one interaction per object, from the ground truth of its frame.

    Asked which objects to follow, it clicks on each (``objects`` limits them); asked about one, on
    that one: a positive click at the deepest place of its true mask. If the truth doesn't show the
    object it says so (``when_absent="absent"``), or gives a negative click in the middle of the
    predicted mask, as the released code means to. A frame without a truth is skipped. The same
    request always gets the same answer.

    Source: Lazy-XMem 4.3. The paper doesn't say what its agent does about absent objects.
    """

    ground_truth: Truth
    objects: Sequence[ObjectId] | None = None
    when_absent: Literal["absent", "negative"] = "absent"
    void: int | None = VOID

    def __post_init__(self) -> None:
        if not isinstance(self.ground_truth, GroundTruth) and not callable(self.ground_truth):
            raise TypeError(
                f"a ground truth of type {type(self.ground_truth).__name__}: give an object with "
                "labels(frame), or a function from a frame number to labels"
            )
        if self.when_absent not in ("absent", "negative"):
            raise ValueError(f"when_absent={self.when_absent!r}: give 'absent' or 'negative'")

    def __call__(self, request: Request, /) -> tuple[Prompt, ...]:
        """The prompts for one request."""
        labels = self._labels(request.frame)
        if request.object_id is not None:
            return (self._about(request.object_id, request, labels),)
        clicks = () if labels is None else self._clicks(request.frame, labels)
        nothing = self.objects[0] if self.objects else 1
        return clicks or (Skip(request.frame, nothing),)

    def _labels(self, frame: int) -> Labels | None:
        truth = self.ground_truth
        return truth.labels(frame) if isinstance(truth, GroundTruth) else truth(frame)

    def _clicks(self, frame: int, labels: Labels) -> tuple[Click, ...]:
        there = [int(o) for o in np.unique(labels) if o not in (0, self.void)]
        wanted = there if self.objects is None else [o for o in self.objects if o in there]
        return tuple(filter(None, (_middle(frame, o, labels == o) for o in wanted)))

    def _about(self, object_id: ObjectId, request: Request, labels: Labels | None) -> Prompt:
        frame = request.frame
        if labels is None:
            return Skip(frame, object_id)
        if click := _middle(frame, object_id, labels == object_id):
            return click
        masks = request.masks
        if self.when_absent == "negative" and masks is not None and object_id in masks.objects:
            predicted = to_mask(masks.region(object_id))
            return _middle(frame, object_id, predicted, positive=False) or Absent(frame, object_id)
        return Absent(frame, object_id)


def _middle(
    frame: int, object_id: ObjectId, mask: np.ndarray, *, positive: bool = True
) -> Click | None:
    place = pole(mask)
    return None if place is None else Click(frame, object_id, *place, positive=positive)
