"""What a run was worth: its boundaries, its person's work, and whether its uncertainty knew."""

from collections.abc import Callable, Iterable
from itertools import chain
from typing import Any

import numpy as np
import pandas as pd

from vostoolkit.arrays import Labels
from vostoolkit.experiments.scores import after_first
from vostoolkit.metrics.evaluation import Conventions, evaluate
from vostoolkit.metrics.workload import (
    Interactions,
    corrections,
    dispersion,
    mean_interval_s,
    unevenness,
)
from vostoolkit.protocols import UncertaintyMeasure
from vostoolkit.records import FrameRecord
from vostoolkit.results import EnsemblePropagation
from vostoolkit.stages.uncertainty_ensemble import EpistemicVariance


def boundary_scores(
    rows: pd.DataFrame,
    labels: Callable[[int], Labels],
    truth: Callable[[int], Labels | None],
) -> dict[str, float]:
    """F, J&F, and recall and decay of J, over what `scores` counts; none without ground truth."""
    frames = _values(after_first(rows)["frame"])
    first: Any = rows.groupby("object")["frame"].min()
    pairs = ((f, labels(f), true) for f in frames if (true := truth(f)) is not None)
    one = next(pairs, None)
    if one is None:
        return {}
    found: Any = evaluate(
        chain([one], pairs),
        shown=first.to_dict(),
        conventions=Conventions(void="background"),
    ).mean()
    names = {"F": "F mean", "J&F": "J&F", "J_recall": "J recall", "J_decay": "J decay"}
    return {name: float(found[known]) for name, known in names.items()}


def workload(rows: pd.DataFrame, *, frames: int, fps: float) -> dict[str, float]:
    """NoI, ΔI in seconds, N_ΔI and how uneven the corrections lie, over the objects of a run.

    An object's run begins in the frame where it was shown, the first of its rows.

    ``NDI`` is Eq. 7 as printed, a sum over objects; ``NDI_mean`` the mean, which the published
    values fit. ``unevenness`` is ours, see `vostoolkit.metrics.workload`; NaN without corrections.

    Source: Lazy-XMem 4.2.
    """
    counted: Any = after_first(rows)
    corrected = counted[counted["corrected"]]
    first: Any = rows.groupby("object")["frame"].min()
    objects = [
        Interactions(_values(corrected[corrected["object"] == o]["frame"] - f), frames - f, fps)
        for o, f in first.items()
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

    1 where the least certain masks are the worst. The frame in which an object was shown and frames
    without ground truth don't count; NaN if either never changes for any object.

    Source: Lazy-XMem 5.1 and Figure 3, one value per object.
    Note: frames that an object is absent from and predicted absent are left out: the IoU is 1 by
    convention, and so is the score of an empty mask. The paper doesn't say what it does there.
    """
    counted: Any = after_first(rows)
    is_agreed_absence = counted["lost"] & (counted["iou"] == 1)
    is_known = counted["iou"].notna() & counted[column].notna() & ~is_agreed_absence
    known: Any = counted[is_known]
    values = [
        float(table.rank().corr().iloc[0, 1])
        for _, own in known.groupby("object")
        for table in (pd.DataFrame({"certain": -own[column].astype(float), "iou": own["iou"]}),)
    ]
    held = [value for value in values if np.isfinite(value)]
    return float(np.mean(held)) if held else float("nan")


def uncertainties(record: FrameRecord, quality: UncertaintyMeasure | None = None) -> pd.DataFrame:
    """The measures of one predicted frame, a row for each object; for `correlation`.

    ``S`` is the mean of the uncertainty's map over the whole frame, ``S_R`` the object's score;
    where several predictions were made, ``V`` and ``V_R`` are the same of their variance. ``QAM``
    is the score of another measure, ``quality``.

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
    if quality is not None:
        parts["QAM"] = quality(predicted, None).score
    return pd.DataFrame(
        [
            {"frame": record.frame, "object": o, **whole, **{n: s[o] for n, s in parts.items()}}
            for o in measured.masks.objects
        ]
    )


def _values(column: Iterable[Any]) -> list[int]:
    return sorted({int(value) for value in column})
