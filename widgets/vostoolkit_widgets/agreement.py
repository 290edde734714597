"""Where the labels of a run agree with others: the truth, or those of another run."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import TypeAlias

import numpy as np

from vostoolkit.arrays import Labels, ObjectId
from vostoolkit.colours import Palette, Rgb, colour_of
from vostoolkit.metrics.overlap import ious, objects_in
from vostoolkit.session import Session
from vostoolkit_widgets import render
from vostoolkit_widgets.chart import Curve

LabelsOrNone: TypeAlias = Callable[[int], Labels | None]
"""The labels of a frame by its number; None where there are none."""

ONLY_LEFT: Rgb = colour_of(6)
ONLY_RIGHT: Rgb = colour_of(2)
OTHER_OBJECT: Rgb = colour_of(4)
"""Blue, orange and purple of Okabe and Ito, which everybody can tell apart."""


class Agreement:
    """The IoU of each object of a session with other labels, frame by frame, each computed once.

    ``version`` says which labels `other` would give for a frame, without giving them.
    """

    def __init__(
        self, other: LabelsOrNone, *, version: Callable[[int], object] = lambda frame: None
    ) -> None:
        self._other, self._version = other, version
        self._known: dict[int, tuple[object, dict[ObjectId, float]]] = {}

    def at(self, session: Session, frame: int) -> Mapping[ObjectId, float]:
        """The IoU of each object at a frame; empty where labels are missing."""
        mine = session.trace.pictures.get(frame)
        if mine is None:
            return {}
        version, known = (mine, self._version(frame)), self._known.get(frame)
        if known is None or known[0] != version:
            known = version, self._computed(session.labels(frame), self._other(frame))
            self._known[frame] = known
        return known[1]

    def on(self, session: Session, curves: Iterable[Curve], name: str) -> list[Curve]:
        """The curves with the IoU, which is with what ``name`` says."""
        found: list[Curve] = []
        for curve in curves:
            values = [self.at(session, f).get(curve.object_id) for f in curve.frames.tolist()]
            iou = np.array([np.nan if value is None else value for value in values], np.float64)
            known = None if np.isnan(iou).all() else iou
            found.append(replace(curve, iou=known, iou_with=name))
        return found

    @staticmethod
    def _computed(mine: Labels, other: Labels | None) -> dict[ObjectId, float]:
        if other is None:
            return {}
        return ious(mine, other, sorted({*objects_in(mine), *objects_in(other)}))


def agreement_with(other: Session) -> Agreement:
    """The agreement with another session, as far as it has got."""

    def labels(frame: int) -> Labels | None:
        return other.labels(frame) if frame in other.trace.pictures else None

    return Agreement(labels, version=lambda frame: other.trace.pictures.get(frame))


def difference_png(left: Labels, right: Labels) -> bytes:
    """Where two frames of labels differ: only left, only right, or with different objects."""
    kind = np.zeros(left.shape, np.uint8)
    kind[(left > 0) & (right == 0)] = 1
    kind[(left == 0) & (right > 0)] = 2
    kind[(left > 0) & (right > 0) & (left != right)] = 3
    palette: Palette = np.zeros((256, 3), np.uint8)
    palette[1:4] = (ONLY_LEFT, ONLY_RIGHT, OTHER_OBJECT)
    return render.labels_png(kind, palette)
