"""Contact sheets: what a network made of clips and pictures with true masks, to look at."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, get_args

import numpy as np

from vostoolkit.arrays import Image, Labels, Size
from vostoolkit.colours import colour_of
from vostoolkit.data.folder import VOID
from vostoolkit.masks import Masks
from vostoolkit.metrics.overlap import iou
from vostoolkit.pictures.layout import Picture, framed, grid, titled
from vostoolkit.pictures.runs import spread
from vostoolkit.pictures.view import outlined, tinted, whole
from vostoolkit.protocols import Propagator, Refiner
from vostoolkit.training.judged import Judged, carried_labels
from vostoolkit.training.judged_clicks import StrokeKind, Target, first_stroke

_ROOM = Size(150, 226)
_TRUTH = (255, 255, 255)


def carried_sheet(
    propagator: Propagator[Any], clips: Iterable[Judged], *, frames: int = 5, every: int = 5
) -> Picture:
    """A row for each clip, ``frames`` frames with masks carried from the first one's true ones.

    Masks are tinted, true ones outlined in white; above each is its mean J, if anybody drew one.
    """
    panels: list[Picture] = []
    for clip in clips:
        chosen = spread(frames, len(clip.video))
        found = carried_labels(propagator, clip, every=every)
        for index, ours in found:
            if index in chosen:
                title = f"{clip.name}, frame {index}"
                panels.append(_panel(clip.video[index].image, ours, clip.truth(index), title))
    return framed(grid(panels, frames))


def clicked_sheet(refiner: Refiner, targets: Sequence[Target]) -> Picture:
    """A row for each two targets: what one click and one scribble make of it."""
    panels: list[Picture] = []
    for target in targets:
        for kind in get_args(StrokeKind):
            stroke = first_stroke(target, kind)
            after = refiner(target.frame, 1, (stroke,), None).after
            ours = Masks.empty(target.frame.size, (1,)).replaced(1, after).labels()
            panels.append(_panel(target.frame.image, ours, target.truth, f"one {kind}"))
    return framed(grid(panels, 4))


def _panel(image: Image, ours: Labels, truth: Labels | None, title: str) -> Picture:
    view = whole(Size(*ours.shape), _ROOM)
    panel = view.image(image)
    objects = [int(o) for o in np.unique(ours) if o]
    for object_id in objects:
        panel = tinted(panel, view.mask(ours == object_id), colour_of(object_id), 0.5)
    if truth is not None:
        there = [int(o) for o in np.unique(truth) if o not in (0, VOID)]
        for object_id in there:
            panel = outlined(panel, view.mask(truth == object_id), _TRUTH)
        void = truth == VOID
        scores = [iou(ours == o, truth == o, void=void) for o in sorted({*objects, *there})]
        title += f": {np.mean(scores):.2f}" if scores else ": 1.00"
    return titled(panel, title)
