"""Pictures of a whole run: its frames with their masks, and its numbers over time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, cast, runtime_checkable

import cv2
import numpy as np
import pandas as pd
from jaxtyping import Float

from vostoolkit.appearance import PLAIN
from vostoolkit.arrays import Image, Labels, Size
from vostoolkit.colours import ASK, PSEUDO, colour_of, drawn_in
from vostoolkit.pictures.layout import (
    FAINT,
    INK,
    LABEL_SIZE,
    LINE,
    Label,
    Picture,
    blank,
    column,
    framed,
    grid,
    labelled,
    titled,
    with_legend,
)
from vostoolkit.pictures.view import outlined, tinted, whole

_LEFT, _RIGHT, _WIDTH, _HEIGHT = 44, 96, 960, 120
_TITLES = {
    "score": "uncertainty of each object, S",
    "jump": "its jump from one frame to the next",
    "iou": "IoU with the ground truth",
}
_THRESHOLDS = {
    "score": {"tau_memory": "memory"},
    "jump": {"tau_pseudo": "pseudo", "tau_user": "ask"},
    "iou": {},
}


@runtime_checkable
class Watched(Protocol):
    """Whatever has frames and their labels, as a `Session` has."""

    def image(self, frame: int) -> Image:
        """The picture of a frame."""
        ...

    def labels(self, frame: int) -> Labels:
        """The object ids in a frame."""
        ...


def contact_sheet(run: Watched, frames: Sequence[int], *, columns: int = 4) -> Picture:
    """The frames in rows, each with its masks drawn on it and its number above it."""
    with drawn_in(getattr(run, "appearance", PLAIN).palette):  # a session's
        panels = [titled(_masked(run.image(f), run.labels(f)), f"frame {f}") for f in frames]
    return framed(grid(panels, columns))


def spread(count: int, length: int) -> tuple[int, ...]:
    """At most ``count`` frame numbers, evenly spread over a video of this length."""
    frames = np.linspace(0, length - 1, min(count, length)).round().astype(int)
    return tuple(np.unique(frames).tolist())


def curves(rows: pd.DataFrame, thresholds: Mapping[str, float]) -> Picture:
    """Score, jump and (where the rows have it) IoU over time, a line per object.

    ``rows`` is `Trace.frame`; ``thresholds`` may hold tau_user, tau_pseudo and tau_memory. Discs on
    the jump are requests and pseudo-clicks.
    """
    known = [name for name in _TITLES if name in rows and np.isfinite(_column(rows, name)).any()]
    panels = [titled(_plot(rows, name, thresholds), _TITLES[name]) for name in known]
    legend = {"asked a person": ASK, "clicked itself": PSEUDO}
    return framed(with_legend(column(panels or [blank(_HEIGHT, _WIDTH)]), legend))


@dataclass(frozen=True)
class _Plot:
    """Frames from left to right, values from bottom to top."""

    last: int
    low: float
    high: float

    def at(self, frame: float, value: float) -> tuple[int, int]:
        """The pixel of a value."""
        share = (value - self.low) / (self.high - self.low)
        x = _LEFT + frame / self.last * (_WIDTH - _LEFT - _RIGHT)
        return round(x), round(_HEIGHT - 26 - share * (_HEIGHT - 34))


def _plot(rows: pd.DataFrame, name: str, thresholds: Mapping[str, float]) -> Picture:
    levels = {text: thresholds[key] for key, text in _THRESHOLDS[name].items() if key in thresholds}
    frames, objects, values = (_column(rows, key) for key in ("frame", "object", name))
    given = np.isfinite(values)
    highest = 1.1 * max([*levels.values(), float(values[given].max()), 1e-3])
    lowest = min(0.0, float(values[given].min()))
    plot = _Plot(max(1, int(frames.max())), lowest, 1.0 if name == "iou" else highest)
    canvas, labels = blank(_HEIGHT, _WIDTH), _axes(plot)
    for frame in (0, plot.last):
        cv2.line(canvas, plot.at(frame, plot.low), plot.at(frame, plot.high), LINE, 1)
    cv2.line(canvas, plot.at(0, 0), plot.at(plot.last, 0), LINE, 1)
    lowest_text = _HEIGHT
    for text, level in sorted(levels.items(), key=lambda item: item[1]):
        end = plot.at(plot.last, level)
        _dashed(canvas, plot.at(0, level), end)
        lowest_text = min(end[1], lowest_text - LABEL_SIZE)  # texts never lie on each other
        labels.append(Label(f"{text} {level:.2g}", (end[0] + 8, lowest_text), anchor="lm"))
    for object_id in np.unique(objects):
        mine = given & (objects == object_id)
        points = zip(frames[mine].tolist(), values[mine].tolist(), strict=True)
        line = np.array([plot.at(frame, value) for frame, value in points], np.int32)
        cv2.polylines(canvas, [line], False, colour_of(int(object_id)), 2, cv2.LINE_AA)
    if name == "jump":
        _mark(canvas, plot, rows)
    return labelled(canvas, labels)


def _axes(plot: _Plot) -> list[Label]:
    bottom = _HEIGHT - 18
    labels = [
        Label(str(frame), (plot.at(frame, 0)[0], bottom), colour=FAINT, anchor="ma")
        for frame in spread(6, plot.last + 1)
    ]
    for value in (0.0, plot.high):
        x, y = plot.at(0, value)
        labels.append(Label(f"{value:.2g}", (x - 8, y), colour=FAINT, anchor="rm"))
    return labels


def _mark(canvas: Picture, plot: _Plot, rows: pd.DataFrame) -> None:
    """Paints a disc at each request and pseudo-click."""
    frames, jumps = _column(rows, "frame"), np.nan_to_num(_column(rows, "jump"))
    for name, colour in (("pseudo", PSEUDO), ("asked", ASK)):
        for index in np.flatnonzero(_column(rows, name)).tolist():
            at = plot.at(float(frames[index]), float(jumps[index]))
            cv2.circle(canvas, at, 7, INK, -1, cv2.LINE_AA)
            cv2.circle(canvas, at, 5, colour, -1, cv2.LINE_AA)


def _dashed(canvas: Picture, start: tuple[int, int], end: tuple[int, int]) -> None:
    """Paints a dashed horizontal line."""
    for x in range(start[0], end[0], 10):
        cv2.line(canvas, (x, start[1]), (min(x + 5, end[0]), start[1]), INK, 1)


def _column(rows: pd.DataFrame, name: str) -> Float[np.ndarray, "n"]:
    """A column as numbers; what is missing is nan."""
    return np.asarray(cast(Any, rows[name]), dtype=np.float64)


def _masked(image: Image, labels: Labels) -> Picture:
    view = whole(Size(*labels.shape), Size(150, 226))
    panel = view.image(image)
    for object_id in np.unique(labels[labels > 0]).tolist():
        mask, colour = view.mask(labels == object_id), colour_of(object_id)
        panel = outlined(tinted(panel, mask, colour, 0.25), mask, colour)
    return panel
