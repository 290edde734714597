"""J and F of a whole sequence, frame by frame, and their mean, recall and decay per object."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, TypeAlias

import numpy as np
import pandas as pd

from vostoolkit.arrays import Labels, ObjectId
from vostoolkit.metrics.boundary import TOLERANCE, f_measure
from vostoolkit.metrics.overlap import VOID, iou, objects_in
from vostoolkit.metrics.statistics import Bins, statistics

MEASURES = ("J", "F")
_AGREE = 1.0


@dataclass(frozen=True)
class Conventions:
    """What counts; data sets differ in it, and so do their numbers.

    Args:
        ends: whether the first and the last frame count. DAVIS leaves both out of semi-supervised
            evaluation, as the first is given.
        void: what pixels with the truth's label 255 are: left out of both masks, part of the
            background (what the official semi-supervised evaluation does), or object 255.
        both_empty: what an object that is absent and predicted absent gives: 1, or nothing (the
            frame is left out for that object).
        tolerance: how far boundaries may be apart, see `f_measure`.
        bins: how decay bins long sequences, see `statistics`.
    """

    ends: Literal["counted", "left out"] = "counted"
    void: Literal["left out", "background", "object"] = "left out"
    both_empty: Literal["agree", "left out"] = "agree"
    tolerance: float = TOLERANCE
    bins: Bins = "exact"

    @classmethod
    def davis2017(cls) -> "Conventions":
        """Those of the official semi-supervised evaluation of DAVIS 2017, its decay corrected."""
        return cls(ends="left out", void="background")


class LabelPair(NamedTuple):
    """A frame's number, the predicted labels and the true ones."""

    frame: int
    predicted: Labels
    truth: Labels


class Score(NamedTuple):
    """J and F of one object in one frame."""

    frame: int
    object_id: ObjectId
    j: float
    f: float


Pairs: TypeAlias = Iterable[LabelPair | tuple[int, Labels, Labels]]


@dataclass(frozen=True, eq=False)
class Evaluation:
    """The scores of a sequence: ``frames`` has the columns frame, object, J and F."""

    frames: pd.DataFrame
    conventions: Conventions

    def summary(self) -> pd.DataFrame:
        """Mean, recall and decay of J and F and the mean J&F, a row for each object."""
        bins = self.conventions.bins
        rows: dict[Any, dict[str, float]] = {}
        for object_id, own in self.frames.groupby("object"):
            row: dict[str, float] = {}
            for measure in MEASURES:
                found = statistics(own[measure].to_numpy(np.float64), bins=bins)
                row |= {f"{measure} {name}": value for name, value in found._asdict().items()}
            rows[object_id] = {"J&F": (row["J mean"] + row["F mean"]) / 2, **row}
        return pd.DataFrame.from_dict(rows, orient="index").rename_axis("object")

    def mean(self) -> pd.Series:
        """The means of the summary over objects; of all objects the same weight."""
        return self.summary().mean()

    def worst_frame(self, measure: Literal["J", "F", "J&F"] = "J") -> int:
        """The frame with the lowest mean over objects; the first of several.

        Source: the robot of DAVIS's interactive challenge, which draws there next.
        """
        columns = list(MEASURES) if measure == "J&F" else [measure]
        scores: Any = self.frames[columns].mean(axis=1)
        return int(scores.groupby(self.frames["frame"]).mean().idxmin())

    def _repr_html_(self) -> str:
        return self.summary().to_html(float_format="{:.3f}".format)


def evaluate(
    pairs: Pairs,
    *,
    objects: Sequence[ObjectId] | None = None,
    shown: Mapping[ObjectId, int] | None = None,
    conventions: Conventions | None = None,
) -> Evaluation:
    """J and F of every object in every frame; the pairs are read one by one and never kept.

    The objects are all that the truth holds in any frame. If some are named, only they count. With
    ``shown``, the frame in which each was given, they are those, and each counts from behind that
    frame on, as objects that come later do in YouTube-VOS.

    Raises:
        ValueError: nothing to score: no frames, or no objects; a predicted object that the truth
            never holds, unless the objects are named; labels of different sizes.

    Source: DAVIS 2017 (Pont-Tuset et al.) and its official evaluation.
    """
    rules = conventions or Conventions()
    objects = list(shown) if shown is not None else objects
    frames: list[int] = []
    scores: list[Score] = []
    true_objects: set[ObjectId] = set()
    for frame, predicted, truth in pairs:
        frames.append(frame)
        true_objects |= set(objects_in(truth, void=None if rules.void == "object" else VOID))
        scores += score_frame(frame, predicted, truth, objects=objects, conventions=rules)
    wanted = sorted(true_objects if objects is None else objects)
    _check(frames, wanted, scores, true_objects, rules)
    if rules.ends == "left out":
        first, last = min(frames), max(frames)
        frames = [frame for frame in frames if frame not in (first, last)]
    table: Any = _table(frames, wanted, scores, rules)
    if shown is not None:
        table = table[table["frame"] > table["object"].map(dict(shown))]
    return Evaluation(table, rules)


def score_frame(
    frame: int,
    predicted: Labels,
    truth: Labels,
    *,
    objects: Sequence[ObjectId] | None = None,
    conventions: Conventions | None = None,
) -> Iterator[Score]:
    """J and F of the objects that are predicted or true in one frame, or of those named.

    An object in neither mask has no score here: see `Conventions` for what it counts.

    Raises:
        ValueError: labels of different sizes.
    """
    rules = conventions or Conventions()
    void = None if rules.void == "object" else VOID
    left_out = truth == VOID if rules.void == "left out" else None
    there = set(objects_in(predicted, void=None)) | set(objects_in(truth, void=void))
    for object_id in sorted(there if objects is None else there & set(objects)):
        ours, theirs = predicted == object_id, truth == object_id
        yield Score(
            frame,
            object_id,
            iou(ours, theirs, void=left_out),
            f_measure(ours, theirs, void=left_out, tolerance=rules.tolerance),
        )


def _check(
    frames: Sequence[int],
    objects: Sequence[ObjectId],
    scores: Sequence[Score],
    true_objects: set[ObjectId],
    rules: Conventions,
) -> None:
    least = 1 if rules.ends == "counted" else 3
    if len(frames) < least:
        raise ValueError(
            f"{len(frames)} frames with a ground truth, ends {rules.ends}: nothing to score; give "
            f"at least {least}"
        )
    if not true_objects & set(objects):
        raise ValueError(
            f"the ground truth of {len(frames)} frames holds none of the objects "
            f"{list(objects) or ''}: nothing to score; give the masks that belong to the video"
        )
    if unknown := [s for s in scores if s.object_id not in objects]:
        raise ValueError(
            f"object {unknown[0].object_id} is predicted in frame {unknown[0].frame}, but the "
            f"ground truth has objects {list(objects)} only: name the objects to score, or give "
            "the prediction the truth's ids"
        )


def _table(
    frames: Sequence[int], objects: Sequence[ObjectId], scores: Sequence[Score], rules: Conventions
) -> pd.DataFrame:
    empty = _AGREE if rules.both_empty == "agree" else float("nan")
    known = {(s.frame, s.object_id): (s.j, s.f) for s in scores}
    rows = [(f, o, *known.get((f, o), (empty, empty))) for o in objects for f in sorted(frames)]
    return pd.DataFrame(rows, columns=["frame", "object", *MEASURES])
