"""Clips with ground truth that the embedded networks are judged on, and masks carried over them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from statistics import fmean, median
from typing import Any

import numpy as np
from jaxtyping import Float64

from vostoolkit.arrays import Labels, ObjectId
from vostoolkit.data.folder import VOID, open_masks
from vostoolkit.data.synthetic.clip import EVALUATION_SEEDS, synthetic_clip
from vostoolkit.errors import VideoError
from vostoolkit.frames import Video, image_of
from vostoolkit.masks import Masks
from vostoolkit.metrics.overlap import iou
from vostoolkit.protocols import Propagator, UncertaintyMeasure
from vostoolkit.results import Propagation
from vostoolkit.video import open_video

SHORT, LONG = 20, 120
"""Frames of the short and of the long procedural clips."""

SMALL, LARGE = (128, 192), (240, 360)
"""Height and width of procedural clips: as in training, and about as large as nano works."""

_FIRST_LONG = EVALUATION_SEEDS.start + 100
_SMALLEST = 20


@dataclass(frozen=True, eq=False)
class Judged:
    """A clip and its true labels; ``truth(i)`` is None where nobody drew any.

    A dense clip has labels of every frame.
    """

    name: str
    video: Video
    truth: Callable[[int], Labels | None]
    objects: tuple[ObjectId, ...]
    is_dense: bool = True


@dataclass(frozen=True)
class Scored:
    """J of one object in one frame, and the uncertainty's score there (nan if none was asked)."""

    clip: str
    frame: int
    object_id: ObjectId
    j: float
    score: float


def procedural_clips(
    count: int, frames: int = SHORT, *, size: tuple[int, int] = SMALL
) -> Iterator[Judged]:
    """Held-out clips with one or two objects; long ones have other seeds."""
    first = _FIRST_LONG if frames > SHORT else EVALUATION_SEEDS.start
    for seed in range(first, first + count):
        clip = synthetic_clip(seed, frames=frames, size=size, objects=1 + seed % 2)
        yield Judged(f"seed {seed}", clip.video, clip.labels, clip.objects)


def real_clips(folder: Path) -> list[Judged]:
    """The clip in a folder, or the clips in its folders, that have a true mask of frame 0.

    A clip has its frames in JPEGImages and its masks in Annotations.

    Raises:
        VideoError: there is none.
    """
    found: list[Judged] = []
    for clip in (folder, *sorted(path for path in folder.iterdir() if path.is_dir())):
        if not (clip / "JPEGImages").is_dir() or not (clip / "Annotations").is_dir():
            continue
        video = open_video(clip / "JPEGImages")
        truth = open_masks(clip / "Annotations", video)
        first = truth.labels(0)
        if first is not None:
            objects = tuple(int(o) for o in np.unique(first) if o not in (0, VOID))
            is_dense = len(truth.frames) == len(video)
            found.append(Judged(clip.name, video, truth.labels, objects, is_dense))
    if not found:
        raise VideoError(
            f"{folder} holds no clip to judge by: give a folder of CLIP/JPEGImages and "
            "CLIP/Annotations, with a mask of the first frame"
        )
    return found


def carried(
    propagator: Propagator[Any],
    clip: Judged,
    *,
    every: int = 5,
    uncertainty: UncertaintyMeasure | None = None,
) -> list[Scored]:
    """J of each object in each frame with a truth after the first, whose true masks are given.

    Every ``every``-th frame goes into working memory. Objects of fewer than 20 true pixels are left
    out.

    Raises:
        ValueError: the clip has no truth in frame 0.
    """
    found: list[Scored] = []
    before = None
    for index, predicted in _predictions(propagator, clip, every):
        before = None if uncertainty is None else uncertainty(predicted, before)
        truth = clip.truth(index)
        if truth is None:
            continue
        ours, void = predicted.masks.labels(), truth == VOID
        for o in (o for o in clip.objects if int((truth == o).sum()) >= _SMALLEST):
            score = before.score[o] if before is not None else float("nan")
            found.append(Scored(clip.name, index, o, iou(ours == o, truth == o, void=void), score))
    return found


def carried_labels(
    propagator: Propagator[Any], clip: Judged, *, every: int = 5
) -> Iterator[tuple[int, Labels]]:
    """Each frame's number and labels: the first one's true ones, then those carried on from it.

    Raises:
        ValueError: the clip has no truth in frame 0.
    """
    yield 0, _first_labels(clip)
    for index, predicted in _predictions(propagator, clip, every):
        yield index, predicted.masks.labels()


def _predictions(
    propagator: Propagator[Any], clip: Judged, every: int
) -> Iterator[tuple[int, Propagation]]:
    first = clip.video[0]
    masks = Masks.from_labels(_first_labels(clip), clip.objects)
    state = propagator.start(first, clip.objects)
    _, state = propagator.memorise(first, masks, state, tier="permanent")
    for index in range(1, len(clip.video)):
        frame = clip.video[index]
        predicted, state = propagator.propagate(frame, state)
        if index % every == 0:
            _, state = propagator.memorise(frame, predicted.masks, state, tier="working")
        yield index, replace(predicted, image_of=partial(image_of, clip.video))


def _first_labels(clip: Judged) -> Labels:
    start = clip.truth(0)
    if start is None:
        raise ValueError(f"{clip.name}: there is no true mask of frame 0 to start from")
    return _kept(start, clip.objects)


def mean_overlap(scored: Iterable[Scored]) -> float:
    """Mean J: of each clip, then of all clips."""
    return fmean(fmean(s.j for s in clip) for clip in _grouped(scored, lambda s: s.clip))


def drift(scored: Sequence[Scored]) -> float:
    """Mean J of the first third of the frames less that of the last third."""
    third = (max(s.frame for s in scored) + 1) / 3
    first = fmean(s.j for s in scored if s.frame < third)
    return first - fmean(s.j for s in scored if s.frame >= 2 * third)


def rank_correlation(scored: Iterable[Scored]) -> float:
    """Median over objects of Spearman's coefficient between one minus the score and J.

    Objects whose J or score never changes have none and are left out; nan if none is left.
    """
    found: list[float] = []
    for group in _grouped(scored, lambda s: (s.clip, s.object_id)):
        sure, good = _ranks([-s.score for s in group]), _ranks([s.j for s in group])
        if sure.std() > 0 and good.std() > 0:
            found.append(float(np.corrcoef(sure, good)[0, 1]))
    return median(found) if found else float("nan")


def failure_area(scored: Sequence[Scored], *, failed_below: float = 0.5) -> float:
    """The chance that a failed frame has a higher score than another one; nan without either.

    Source: the area under the ROC curve, by ranks (Mann and Whitney).
    """
    failed = np.array([s.j < failed_below for s in scored])
    count, others = int(failed.sum()), int((~failed).sum())
    if not count or not others:
        return float("nan")
    ranks = float(_ranks([s.score for s in scored])[failed].sum())
    return (ranks - count * (count + 1) / 2) / (count * others)


def _ranks(values: Sequence[float]) -> Float64[np.ndarray, " n"]:
    """Ranks from 1 on; equal values share their mean rank."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    return (np.cumsum(counts) - (counts - 1) / 2)[place]


def _grouped(scored: Iterable[Scored], key: Callable[[Scored], object]) -> Iterable[list[Scored]]:
    groups: dict[object, list[Scored]] = {}
    for one in scored:
        groups.setdefault(key(one), []).append(one)
    return groups.values()


def _kept(labels: Labels, objects: tuple[ObjectId, ...]) -> Labels:
    return np.where(np.isin(labels, objects), labels, 0).astype(np.uint8)
