"""A simulated person who sees the ground truth and clicks in the middle of it (Lazy-XMem 4.3)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from vostoolkit.arrays import Labels, ObjectId
from vostoolkit.geometry import Mask, components, pole, to_mask
from vostoolkit.metrics.overlap import VOID
from vostoolkit.prompts import Absent, Click, Prompt, Skip
from vostoolkit.results import Request
from vostoolkit.users.truth import Truth, check_truth, labels_of


@dataclass(frozen=True, eq=False)
class SimulatedUser:
    """Answers each request with one interaction per object, from the ground truth of its frame.

    Asked which objects to follow, it clicks on each (``objects`` limits them); asked about one, on
    that one: a positive click at the deepest place of its true mask. With ``aim="error"`` it looks
    at the prediction too and clicks in the largest connected error instead: positive where the
    mask misses something, negative where it has too much.

    An object of which no more than ``least_visible`` of the frame can be seen counts as absent, as
    nobody clicks on a sliver (0: only where nothing can be seen). If it is absent the person says
    so (``when_absent="absent"``), or gives a negative click in the middle of the predicted mask, as
    the released code means to. A frame without a truth, or without an error to aim at, is skipped.
    The same request always gets the same answer.

    Source: Lazy-XMem 4.3, whose agent always clicks in the middle of the object; the paper doesn't
    say what it does about absent ones. Aiming at errors is usual elsewhere (RITM, SAM).
    """

    ground_truth: Truth
    objects: Sequence[ObjectId] | None = None
    when_absent: Literal["absent", "negative"] = "absent"
    aim: Literal["object", "error"] = "object"
    least_visible: float = 0.0003
    void: int | None = VOID

    def __post_init__(self) -> None:
        check_truth(self.ground_truth)
        if self.when_absent not in ("absent", "negative"):
            raise ValueError(f"when_absent={self.when_absent!r}: give 'absent' or 'negative'")
        if self.aim not in ("object", "error"):
            raise ValueError(f"aim={self.aim!r}: give 'object' or 'error'")

    def __call__(self, request: Request, /) -> tuple[Prompt, ...]:
        """The prompts for one request."""
        labels = labels_of(self.ground_truth, request.frame)
        if request.object_id is not None:
            return (self._about(request.object_id, request, labels),)
        clicks = () if labels is None else self._clicks(request.frame, labels)
        nothing = self.objects[0] if self.objects else 1
        return clicks or (Skip(request.frame, nothing),)

    def _clicks(self, frame: int, labels: Labels) -> tuple[Click, ...]:
        there = [int(o) for o in np.unique(labels) if o not in (0, self.void)]
        wanted = there if self.objects is None else [o for o in self.objects if o in there]
        return tuple(filter(None, (_middle(frame, o, labels == o) for o in wanted)))

    def _about(self, object_id: ObjectId, request: Request, labels: Labels | None) -> Prompt:
        frame = request.frame
        if labels is None:
            return Skip(frame, object_id)
        truth = labels == object_id
        masks = request.masks
        predicted = np.zeros_like(truth)
        if masks is not None and object_id in masks.objects:
            predicted = to_mask(masks.region(object_id))
        if np.count_nonzero(truth) <= self.least_visible * truth.size:
            negative = _middle(frame, object_id, predicted, positive=False)
            if self.when_absent == "negative" and negative is not None:
                return negative
            return Absent(frame, object_id)
        if self.aim == "object":
            return _middle(frame, object_id, truth) or Skip(frame, object_id)
        if self.void is not None:
            predicted &= labels != self.void
        error, is_missing = _largest_error(truth, predicted)
        return _middle(frame, object_id, error, positive=is_missing) or Skip(frame, object_id)


def _largest_error(truth: Mask, predicted: Mask) -> tuple[Mask, bool]:
    """The largest connected error (empty if there is none), and whether it is something missing."""
    parts = [
        (numbers == number, is_missing)
        for is_missing, error in ((True, truth & ~predicted), (False, predicted & ~truth))
        for numbers, count in (components(error),)
        for number in range(1, count + 1)
    ]
    nothing = (np.zeros_like(truth), True)
    return max(parts, key=lambda part: int(np.count_nonzero(part[0])), default=nothing)


def _middle(frame: int, object_id: ObjectId, mask: Mask, *, positive: bool = True) -> Click | None:
    place = pole(mask)
    return None if place is None else Click(frame, object_id, *place, positive=positive)
