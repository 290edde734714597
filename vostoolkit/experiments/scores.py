"""How a run compares with the ground truth: IoU per frame and object, and its means."""

from collections.abc import Callable
from typing import Any, cast

import numpy as np
import pandas as pd

from vostoolkit.arrays import Labels
from vostoolkit.metrics.overlap import ious
from vostoolkit.metrics.robustness import THRESHOLDS, robustness


def with_iou(
    rows: pd.DataFrame,
    labels: Callable[[int], Labels],
    truth: Callable[[int], Labels | None],
) -> pd.DataFrame:
    """The rows of a `Trace` with a column ``iou``; NaN at frames that have no ground truth."""
    pairs = cast(Any, rows[["frame", "object"]]).to_numpy().tolist()
    known: dict[int, dict[int, float]] = {}
    for frame, _ in pairs:
        true = None if frame in known else truth(frame)
        if true is not None:
            objects = [o for f, o in pairs if f == frame]
            known[frame] = ious(labels(frame), true, objects, void=None)
    return rows.assign(iou=[known.get(frame, {}).get(o, np.nan) for frame, o in pairs])


def after_first(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows that count: of each object those behind its first, the frame where it was shown."""
    first: Any = rows.groupby("object")["frame"].transform("min")
    return cast(Any, rows[rows["frame"] > first])


def scores(rows: pd.DataFrame) -> dict[str, float]:
    """J and R@0.1, R@0.25, R@0.5 of rows that have an ``iou``; none of them without ground truth.

    J is the mean IoU. An object counts from behind the frame in which a person showed it, as in
    YouTube-VOS, and each object weighs the same.

    Source: Lazy-XMem, Eq. 6 (R).
    """
    counted = after_first(rows)
    later = cast(Any, counted[counted["iou"].notna()])
    if later.empty:
        return {}
    table: Any = later.pivot(index="frame", columns="object", values="iou")
    iou = np.asarray(table.to_numpy(), np.float64)
    held = {f"R@{threshold:g}": robustness(iou, threshold) for threshold in THRESHOLDS}
    return {"J": float(np.nanmean(iou, axis=0).mean()), **held}
