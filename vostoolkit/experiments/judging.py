"""What a run was worth: its boundaries, its person's work, and whether its uncertainty knew."""

from collections.abc import Callable, Iterable
from typing import Any, cast

import numpy as np
import pandas as pd

from vostoolkit.arrays import Labels
from vostoolkit.metrics.evaluation import Conventions, evaluate
from vostoolkit.metrics.workload import (
    Interactions,
    corrections,
    dispersion,
    mean_interval_s,
    unevenness,
)
from vostoolkit.records import FrameRecord
from vostoolkit.results import EnsemblePropagation
from vostoolkit.stages.uncertainty_ensemble import EpistemicVariance


def boundary_scores(
    rows: pd.DataFrame,
    labels: Callable[[int], Labels],
    truth: Callable[[int], Labels | None],
) -> dict[str, float]:
    """F, J&F, and recall and decay of J, over what `scores` counts; none without ground truth."""
    frames = [f for f in _values(rows["frame"]) if f > 0]
    pairs = [(f, true) for f in frames if (true := truth(f)) is not None]
    objects = _values(rows["object"])
    if not pairs:
        return {}
    found: Any = evaluate(
        ((frame, labels(frame), true) for frame, true in pairs),
        objects=objects,
        conventions=Conventions(void="background"),
    ).mean()
    names = {"F": "F mean", "J&F": "J&F", "J_recall": "J recall", "J_decay": "J decay"}
    return {name: float(found[known]) for name, known in names.items()}


def workload(rows: pd.DataFrame, *, frames: int, fps: float) -> dict[str, float]:
    """NoI, ΔI in seconds, N_ΔI and how uneven the corrections lie, over the objects of a run.

    ``NDI`` is Eq. 7 as printed, a sum over objects; ``NDI_mean`` the mean, which the published
    values fit. ``unevenness`` is ours, see `vostoolkit.metrics.workload`; NaN without corrections.

    Source: Lazy-XMem 4.2.
    """
    corrected = cast(Any, rows[rows["corrected"] & (rows["frame"] > 0)])
    objects = [
        Interactions(_values(corrected[corrected["object"] == o]["frame"]), frames, fps)
        for o in _values(rows["object"])
    ]
    return {
        "NoI": float(corrections(objects)),
        "dI_s": mean_interval_s(objects),
        "NDI": dispersion(objects),
        "NDI_mean": dispersion(objects, over_objects="mean"),
        "unevenness": unevenness(objects),
        "called": float(corrected["asked"].sum()),
    }


def correlation(rows: pd.DataFrame, column: str = "score") -> float:
    """Spearman's coefficient of an uncertainty, negated, with the IoU; the mean over objects.

    1 where the least certain masks are the worst. Frame 0 and frames without ground truth don't
    count; NaN if either never changes for any object.

    Source: Lazy-XMem 5.1 and Figure 3, one value per object.
    Note: frames that an object is absent from and predicted absent are left out: the IoU is 1 by
    convention, and so is the score of an empty mask. The paper doesn't say what it does there.
    """
    is_agreed_absence = rows["lost"] & (rows["iou"] == 1)
    is_known = rows["iou"].notna() & rows[column].notna() & ~is_agreed_absence
    known: Any = rows[(rows["frame"] > 0) & is_known]
    values = [
        float(table.rank().corr().iloc[0, 1])
        for _, own in known.groupby("object")
        for table in (pd.DataFrame({"certain": -own[column].astype(float), "iou": own["iou"]}),)
    ]
    held = [value for value in values if np.isfinite(value)]
    return float(np.mean(held)) if held else float("nan")


def uncertainties(record: FrameRecord) -> pd.DataFrame:
    """The measures of one predicted frame, a row for each object; for `correlation`.

    ``S`` is the mean of the uncertainty's map over the whole frame, ``S_R`` the object's score;
    where several predictions were made, ``V`` and ``V_R`` are the same of their variance.

    Raises:
        ValueError: nothing was predicted at this frame.

    Source: Lazy-XMem 5.1 and Figure 3.
    """
    measured, predicted = record.uncertainty, record.propagation
    if measured is None or predicted is None:
        raise ValueError(f"frame {record.frame} wasn't predicted: give a later one")
    whole = {"S": float(measured.entropy.mean())}
    parts = {"S_R": measured.score}
    if isinstance(predicted, EnsemblePropagation):
        spread = EpistemicVariance()(predicted, None)
        whole["V"] = float(spread.entropy.mean())
        parts["V_R"] = spread.score
    return pd.DataFrame(
        [
            {"frame": record.frame, "object": o, **whole, **{n: s[o] for n, s in parts.items()}}
            for o in measured.masks.objects
        ]
    )


def _values(column: Iterable[Any]) -> list[int]:
    return sorted({int(value) for value in column})
