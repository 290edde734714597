"""Pictures of what to annotate next: which frames, and by which kind of annotation."""

from dataclasses import dataclass
from itertools import count

import cv2
import numpy as np
from jaxtyping import Float

from vostoolkit.arrays import Image, Size
from vostoolkit.colours import ASK, PSEUDO, Rgb, colour_of
from vostoolkit.geometry import to_mask
from vostoolkit.pictures.layout import (
    FAINT,
    INK,
    LINE,
    Label,
    Picture,
    blank,
    column,
    framed,
    grid,
    labelled,
    row,
    titled,
    with_legend,
)
from vostoolkit.pictures.stages import picture
from vostoolkit.pictures.view import outlined, tinted, whole
from vostoolkit.pictures.words import words
from vostoolkit.results import AnnotationChoice, AnnotationKind, FrameSelection
from vostoolkit.stages.frame_selection import number

ANNOTATED: Rgb = (136, 144, 154)
"""Frames that are annotated already."""

_KINDS: dict[AnnotationKind, str] = {
    "click": "one click",
    "clicks": "three clicks",
    "box": "a box",
    "mask": "a drawn mask",
    "stop": "nothing",
}
_WIDTH, _HEIGHT, _LEFT, _COLUMNS = 964, 150, 72, 5
_FLOOR = _HEIGHT - 26
_THUMBNAIL = Size(112, 180)
_LANE = 44


@picture.register
def _(result: FrameSelection, image: Image | None = None) -> Picture:
    panels = [titled(_scores(result), f"{result.measure} by frame")]
    thumbnails = [
        titled(_thumbnail(result, frame, image), f"{i}: frame {frame}")
        for i, frame in zip(count(1), result.frames)
    ]
    if thumbnails:
        panels.append(grid(thumbnails, _COLUMNS))
    return framed(column(panels))


@picture.register
def _(result: AnnotationChoice, image: Image | None = None) -> Picture:
    panels = [titled(_probabilities(result), "probability of each kind, and what it takes")]
    if image is not None:
        view = whole(Size(*image.shape[:2]), Size(200, 340))
        panel, colour = view.image(image), colour_of(result.object_id)
        if result.masks is not None and result.object_id in result.masks.objects:
            region = view.mask(to_mask(result.masks.region(result.object_id)))
            panel = outlined(tinted(panel, region, colour, 0.25), region, colour)
        panels.insert(0, titled(panel, f"frame {result.frame}"))
    return framed(row(panels))


@words.register
def _(result: FrameSelection) -> tuple[str, ...]:
    if not result.frames:
        return ("no other frame can be chosen: all are annotated, or show too little of an object",)
    chosen = zip(result.frames, result.reasons, strict=True)
    return tuple(f"frame {frame}: {reason}" for frame, reason in chosen)


@words.register
def _(result: AnnotationChoice) -> tuple[str, ...]:
    share = result.probabilities[result.kind]
    text = f"object {result.object_id}: ask for {_KINDS[result.kind]}, {result.cost_s:g} s"
    lines = [f"{text} ({result.reason}, {100 * share:.0f} %)"]
    if result.value is not None:
        lines.append(f"expected: {result.value:+.3g} IoU per second")
    return tuple(lines)


@dataclass(frozen=True)
class _Chart:
    """Frames from left to right, scores from bottom to top."""

    last: int
    highest: float

    def at(self, frame: int, score: float) -> tuple[int, int]:
        """The pixel of a score."""
        x = _LEFT + frame / self.last * (_WIDTH - _LEFT - 16)
        return round(x), round(_FLOOR - score / self.highest * (_FLOOR - 14))

    def labels(self) -> list[Label]:
        """The numbers at the ends of both axes."""
        left, end = self.at(0, 0)[0], self.at(self.last, 0)[0]
        across = ((0, left), (self.last, end))
        up = ((0.0, _FLOOR), (self.highest, self.at(0, self.highest)[1]))
        return [
            *(Label(str(f), (x, _FLOOR + 8), colour=FAINT, anchor="ma") for f, x in across),
            *(Label(number(v), (left - 14, y), colour=FAINT, anchor="rm") for v, y in up),
        ]


def _scores(result: FrameSelection) -> Picture:
    """The scores at the first and at the last choice; discs are the choices, in their order."""
    scores = result.scores.numpy()
    highest = float(np.nanmax(scores)) if np.isfinite(scores).any() else 0.0
    chart = _Chart(max(1, scores.shape[1] - 1), highest or 1.0)
    canvas, labels = blank(_HEIGHT, _WIDTH), chart.labels()
    cv2.line(canvas, chart.at(0, 0), chart.at(chart.last, 0), LINE, 1)
    for frame in result.annotated:
        cv2.line(canvas, chart.at(frame, 0), chart.at(frame, chart.highest), ANNOTATED, 3)
    for values, colour in ((scores[-1:], LINE), (scores[:1], PSEUDO)):
        for run in _runs(values.ravel()):
            line = np.array([chart.at(frame, float(values[0, frame])) for frame in run], np.int32)
            cv2.polylines(canvas, [line], False, colour, 2, cv2.LINE_AA)
    for i, frame in zip(count(), result.frames):
        at = chart.at(frame, float(scores[i, frame]))
        cv2.circle(canvas, at, 10, INK, -1, cv2.LINE_AA)
        cv2.circle(canvas, at, 9, ASK, -1, cv2.LINE_AA)
        labels.append(Label(str(i + 1), at, colour=(255, 255, 255), anchor="mm"))
    legend = {
        "annotated": ANNOTATED,
        "at the first choice": PSEUDO,
        "at the last": LINE,
        "chosen, in this order": ASK,
    }
    return with_legend(labelled(canvas, labels), legend)


def _runs(values: Float[np.ndarray, " n"]) -> list[list[int]]:
    """The frames that have a score, in runs without a gap."""
    there = np.flatnonzero(np.isfinite(values))
    pieces = np.split(there, np.flatnonzero(np.diff(there) > 1) + 1)
    return [piece.tolist() for piece in pieces if len(piece)]


def _thumbnail(result: FrameSelection, frame: int, image: Image | None) -> Picture:
    own = image if frame == result.frame else None
    if own is None and result.image_of is not None:
        own = result.image_of(frame)
    if own is None:
        return blank(*_THUMBNAIL, (150, 150, 156))
    return whole(Size(*own.shape[:2]), _THUMBNAIL).image(own)


def _probabilities(result: AnnotationChoice) -> Picture:
    """A bar per kind, the chosen one in another colour."""
    left, room = 110, 300
    canvas = blank(_LANE * len(result.probabilities), left + room + 110)
    labels: list[Label] = []
    for lane, (kind, share) in enumerate(result.probabilities.items()):
        top, middle = _LANE * lane + 10, _LANE * lane + _LANE // 2
        canvas[top : top + 24, left : left + room] = (244, 244, 247)
        colour = ASK if kind == result.kind else ANNOTATED
        canvas[top : top + 24, left : left + round(room * share)] = colour
        labels.append(Label(_KINDS[kind], (0, middle), anchor="lm"))
        text = f"{100 * share:.0f} %, {result.costs_s[kind]:g} s"
        labels.append(Label(text, (left + room + 12, middle), anchor="lm"))
    return labelled(canvas, labels)
