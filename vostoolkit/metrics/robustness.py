"""Robustness R@tau: in which share of its frames an object is held well enough."""

import numpy as np
from jaxtyping import Bool, Float64

THRESHOLDS = (0.1, 0.25, 0.5)
"""Those of Lazy-XMem's tables."""


def robustness(
    iou: Float64[np.ndarray, "frames objects"],
    threshold: float,
    *,
    present: Bool[np.ndarray, "frames objects"] | None = None,
) -> float:
    """The mean over objects of the share of frames with an IoU of at least ``threshold``.

    An object that is absent from a frame counts as held if nothing was predicted, which is what an
    IoU of 1 for two empty masks and 0 for one says. With ``present``, only the frames that show
    the object count. Frames with an IoU of NaN have no truth and are left out, as are objects
    without a frame that counts; NaN if there is none at all.

    Raises:
        ValueError: a threshold that isn't above 0 and at most 1.

    Source: Lazy-XMem, Eq. 6 and the absence rule below it.
    Note: Eq. 6 counts the frames in which the object is present, the rule those in which it is
    absent too. We follow the rule; ``present`` gives Eq. 6 alone.
    """
    if not 0 < threshold <= 1:
        raise ValueError(f"threshold {threshold}: give an IoU above 0 and at most 1")
    counted = ~np.isnan(iou)
    if present is not None:
        counted &= present
    held = (counted & (iou >= threshold)).sum(0)
    frames = counted.sum(0)
    return float(np.mean(held[frames > 0] / frames[frames > 0])) if frames.any() else float("nan")
