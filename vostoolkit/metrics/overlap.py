"""Region similarity J: intersection over union, per frame and object."""

from collections.abc import Iterable, Mapping, Sequence

import cv2
import numpy as np
from jaxtyping import Bool, Float64

from vostoolkit.arrays import Labels, ObjectId

VOID = 255
"""The label of pixels that count for nothing, in the ground truth of DAVIS and others."""


def iou(
    predicted: Bool[np.ndarray, "h w"],
    truth: Bool[np.ndarray, "h w"],
    *,
    void: Bool[np.ndarray, "h w"] | None = None,
) -> float:
    """Intersection over union, in [0, 1]; two empty masks agree, so theirs is 1.

    Raises:
        ValueError: the masks have different sizes.

    Source: DAVIS 2016 and 2017 (J).
    """
    if predicted.shape != truth.shape:
        raise ValueError(
            f"a mask of {predicted.shape} against a truth of {truth.shape}: give masks of one size"
        )
    if void is not None:
        predicted, truth = predicted & ~void, truth & ~void
    union = int(np.count_nonzero(predicted | truth))
    return int(np.count_nonzero(predicted & truth)) / union if union else 1.0


def objects_in(labels: Labels, *, void: int | None = VOID) -> tuple[ObjectId, ...]:
    """The object ids in the labels, in order, without the background and ``void``."""
    counts = cv2.calcHist([labels], [0], None, [256], [0, 256])  # 8 times faster than np.unique
    return tuple(o for o in np.flatnonzero(counts).tolist() if o not in (0, void))


def ious(
    predicted: Labels,
    truth: Labels,
    objects: Iterable[ObjectId] | None = None,
    *,
    void: int | None = VOID,
) -> dict[ObjectId, float]:
    """The J of each object in one frame; of those in the truth if none are named.

    Pixels with the truth's ``void`` label are left out (None: there are none, 255 is an object).
    """
    left_out = None if void is None else truth == void
    if objects is None:
        objects = objects_in(truth, void=void)
    return {o: iou(predicted == o, truth == o, void=left_out) for o in objects}


def iou_table(
    predicted: Mapping[int, Labels],
    truth: Mapping[int, Labels],
    objects: Sequence[ObjectId],
    *,
    void: int | None = VOID,
) -> Float64[np.ndarray, "frames objects"]:
    """J by frame (in order of their numbers) and object, over the frames that have a truth.

    Raises:
        ValueError: a frame with a truth has no prediction.
    """
    if missing := sorted(set(truth) - set(predicted)):
        raise ValueError(f"no masks for frame {missing[0]}, which has a ground truth")
    rows = [
        list(ious(predicted[frame], truth[frame], objects, void=void).values())
        for frame in sorted(truth)
    ]
    return np.array(rows, np.float64).reshape(len(rows), len(objects))
