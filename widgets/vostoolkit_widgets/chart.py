"""The run over time as shapes: a lane per object with its jump, thresholds and what happened."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float, Int

from vostoolkit.arrays import ObjectId, Size
from vostoolkit.colours import ASK, Rgb, colour_of
from vostoolkit.records import Row
from vostoolkit_widgets.shapes import Area, Disc, Line, Shape, Word, line

WIDTH = 1120
_LEFT, _RIGHT = 86, 72
_AXIS, _LEGEND = 22, 18
_LARGEST_LANE, _LANES = 104, 240
_TICKS = 10
_LONGEST_NAME = 10
_LEAST = 0.05
_DOTS = (1.5, 3.5)


@dataclass(frozen=True)
class Ink:
    """Colours of what is neither an object nor a question, on light or dark paper."""

    text: Rgb
    faint: Rgb
    cursor: Rgb
    band: float

    @staticmethod
    def on(dark: bool) -> "Ink":
        """The ink for dark or light paper."""
        if dark:
            return Ink((225, 225, 230), (135, 135, 142), (255, 255, 255), 0.16)
        return Ink((45, 45, 50), (135, 135, 142), (20, 20, 24), 0.10)


@dataclass(frozen=True, eq=False)
class Curve:
    """One object over the finished frames; NaN where there is no number."""

    object_id: ObjectId
    frames: Int[np.ndarray, "n"]
    score: Float[np.ndarray, "n"]
    jump: Float[np.ndarray, "n"]
    asked: tuple[int, ...] = ()
    pseudo: tuple[int, ...] = ()
    corrected: tuple[int, ...] = ()
    memory: tuple[int, ...] = ()
    name: str = ""
    colour: Rgb | None = None
    iou: Float[np.ndarray, "n"] | None = None
    """With other labels, mostly the truth, which `iou_with` names; NaN where there are none."""

    iou_with: str = "the truth"

    def jump_at(self, frame: int) -> float:
        """The jump at a frame; 0 where there is no number."""
        found = self.jump[self.frames == frame]
        return 0.0 if not len(found) or np.isnan(found[0]) else float(found[0])


def curves_of(rows: Mapping[int, Sequence[Row]]) -> tuple[Curve, ...]:
    """A curve per object from a trace's rows by frame."""
    by_object: dict[ObjectId, list[Row]] = {}
    for frame in sorted(rows):
        for row in rows[frame]:
            by_object.setdefault(row.object, []).append(row)
    return tuple(
        Curve(
            object_id=object_id,
            frames=np.array([row.frame for row in own], np.int64),
            score=np.array([np.nan if row.score is None else row.score for row in own], np.float64),
            jump=np.array([np.nan if row.jump is None else row.jump for row in own], np.float64),
            asked=tuple(row.frame for row in own if row.asked),
            pseudo=tuple(row.frame for row in own if row.pseudo),
            corrected=tuple(row.frame for row in own if row.corrected),
            memory=tuple(row.frame for row in own if row.memory),
        )
        for object_id, own in sorted(by_object.items())
    )


@dataclass(frozen=True)
class Chart:
    """Where a frame and a value lie on a timeline, in pixels of the page."""

    length: int
    lanes: int
    low: float = -0.1
    high: float = 0.6
    width: int = WIDTH

    @property
    def lane(self) -> float:
        """The height of a lane."""
        return min(_LARGEST_LANE, _LANES / max(1, self.lanes))

    @property
    def size(self) -> Size:
        """Height and width."""
        return Size(round(self.floor) + _AXIS + _LEGEND, self.width)

    @property
    def floor(self) -> float:
        """Where the last lane ends."""
        return self.lane * max(1, self.lanes)

    @property
    def sides(self) -> tuple[float, float]:
        """Where the first and the last frame lie."""
        return _LEFT, self.width - _RIGHT

    def x(self, frame: float) -> float:
        """Where a frame lies."""
        return _LEFT + (self.width - _LEFT - _RIGHT) * frame / max(1, self.length - 1)

    def frame(self, x: float) -> int:
        """The frame nearest to a place."""
        share = (x - _LEFT) / (self.width - _LEFT - _RIGHT)
        return min(max(round(share * (self.length - 1)), 0), max(self.length - 1, 0))

    def y(self, lane: int, value: float) -> float:
        """Where a value lies in a lane; what is beyond the range lies at its edge."""
        share = (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
        return self.lane * (lane + 1) - 8 - share * (self.lane - 16)

    def value(self, lane: int, y: float) -> float:
        """The value at a height in a lane; beyond the range its edge."""
        share = (self.lane * (lane + 1) - 8 - y) / (self.lane - 16)
        return self.low + (self.high - self.low) * min(max(share, 0.0), 1.0)


def chart_of(
    length: int, curves: Sequence[Curve], thresholds: Mapping[str, float], *, width: int = WIDTH
) -> Chart:
    """A chart on which the thresholds can be told apart; a jump far above them lies at its edge."""
    jumps = np.concatenate([[0.0], *(curve.jump for curve in curves)])
    highest = max(_LEAST, 1.1 * float(np.nanmax(jumps)))
    tau = max(thresholds.values(), default=0.0)
    if tau > 0 and (tau < 4 * highest or not curves):
        highest = min(max(highest, 1.5 * tau), 3 * tau)
    low = max(-0.5 * highest, min(-0.15 * highest, float(np.nanmin(jumps))))
    return Chart(length, len(curves), low, highest, width)


def run_shapes(chart: Chart, curves: Sequence[Curve], ink: Ink) -> list[Shape]:
    """The timeline without thresholds and cursor."""
    shapes = _axis(chart, ink)
    for lane, curve in enumerate(curves):
        shapes += _lane(chart, lane, curve, ink)
    if not curves:
        middle = chart.lane / 2
        shapes.append(Word(_LEFT + 12, middle, "no finished frames yet", ink.faint, 12))
    return shapes + _legend(chart, curves, ink)


def cursor_shapes(chart: Chart, frame: int, *, dark: bool = False) -> list[Shape]:
    """The line at a frame, with its number below."""
    ink = Ink.on(dark)
    x, floor = chart.x(frame), chart.floor
    paper = tuple(255 - value for value in ink.cursor)
    text = str(frame)
    half = 5 + 3.2 * len(text)
    top, bottom = floor + 4, floor + 21
    box = np.array([[x - half, top], [x + half, top], [x + half, bottom], [x - half, bottom]])
    return [
        line((x, 2), (x, floor + 4), colour=ink.cursor, width=1.5),
        Area(box, ink.cursor),
        Word(x, floor + 13, text, (paper[0], paper[1], paper[2]), 10.5, "center"),
    ]


def _axis(chart: Chart, ink: Ink) -> list[Shape]:
    floor = chart.floor
    shapes: list[Shape] = [
        line((chart.x(0), floor), (chart.x(chart.length - 1), floor), colour=ink.faint)
    ]
    step = _round_step(chart.length / _TICKS)
    for frame in range(0, chart.length, step):
        x = chart.x(frame)
        shapes.append(line((x, floor), (x, floor + 4), colour=ink.faint))
        shapes.append(Word(x, floor + 13, str(frame), ink.faint, 10, "center"))
    shapes.append(Word(_LEFT - 12, floor + 13, "frame", ink.faint, 10, "right"))
    return shapes


def _legend(chart: Chart, curves: Sequence[Curve], ink: Ink) -> list[Shape]:
    """What the marks mean, below the axis."""
    y = chart.floor + _AXIS + _LEGEND / 2
    marks: list[tuple[str, Shape]] = [
        ("asked", triangle(0, 0)),
        ("pseudo-click", diamond(0, 0, ink)),
        ("corrected by a person", Disc(0, 0, 3.5, ink.text)),
        ("into memory", line((0, -3), (0, 3), colour=ink.text, width=1.5)),
    ]
    if known := [curve for curve in curves if curve.iou is not None]:
        ends = np.array([[-8.0, 0.0], [6.0, 0.0]])
        text = f"IoU with {known[0].iou_with}, 0 to 1"
        marks.append((text, Line(ends, ink.text, 1.3, dash=_DOTS)))
    shapes: list[Shape] = []
    x = float(_LEFT + 6)
    for text, mark in marks:
        if isinstance(mark, Disc):
            shapes.append(replace(mark, x=x, y=y))
        elif isinstance(mark, Line | Area):
            shapes.append(replace(mark, points=0.8 * mark.points + np.array((x, y))))
        shapes.append(Word(x + 10, y, text, ink.faint, 10))
        x += 36 + 5.6 * len(text)
    return shapes


def _lane(chart: Chart, lane: int, curve: Curve, ink: Ink) -> list[Shape]:
    top, bottom = chart.lane * lane, chart.lane * (lane + 1)
    colour = curve.colour or colour_of(curve.object_id)
    shapes: list[Shape] = []
    if len(curve.frames):
        first, last = chart.x(float(curve.frames[0])), chart.x(float(curve.frames[-1]))
        box = np.array([[first, top + 2], [last, top + 2], [last, bottom - 2], [first, bottom - 2]])
        shapes.append(Area(box, colour, ink.band))
    zero = chart.y(lane, 0.0)
    shapes.append(line((chart.x(0), zero), (chart.x(chart.length - 1), zero), colour=ink.faint))
    shapes.append(Disc(14, (top + bottom) / 2, 6, colour))
    name = curve.name or f"object {curve.object_id}"
    name = name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}…"
    shapes.append(Word(26, (top + bottom) / 2 - 6, name, ink.text, 11))
    shapes.append(Word(26, (top + bottom) / 2 + 8, "ΔS, thin: S", ink.faint, 10))
    for frame in curve.memory:
        x = chart.x(frame)
        shapes.append(line((x, bottom - 7), (x, bottom - 1), colour=ink.text, width=1.5))
    whole = chart.high - chart.low  # what lies between 0 and 1 takes the whole lane
    shapes += _values(chart, lane, (curve.frames, chart.low + whole * curve.score), (colour, 0.8))
    shapes += _values(chart, lane, (curve.frames, curve.jump), (colour, 2.0))
    if curve.iou is not None:
        values = (curve.frames, chart.low + whole * curve.iou)
        shapes += _values(chart, lane, values, (ink.text, 1.3), dash=_DOTS)
    for frame in curve.pseudo:
        shapes.append(diamond(chart.x(frame), chart.y(lane, curve.jump_at(frame)), ink))
    for frame in curve.asked:
        shapes.append(triangle(chart.x(frame), chart.y(lane, curve.jump_at(frame))))
    for frame in curve.corrected:
        y = chart.y(lane, curve.jump_at(frame))
        shapes.append(Disc(chart.x(frame), y, 2.0 if frame in curve.asked else 3.5, ink.text))
    return shapes


def _values(
    chart: Chart,
    lane: int,
    curve: tuple[np.ndarray, np.ndarray],
    pen: tuple[Rgb, float],
    *,
    dash: tuple[float, ...] = (),
) -> list[Shape]:
    """Values over frames in pieces, broken where frames have no number or are missing."""
    colour, width = pen
    known = ~np.isnan(curve[1])
    frames, values = curve[0][known], curve[1][known]
    breaks = np.flatnonzero(np.diff(frames) > 1) + 1
    shapes: list[Shape] = []
    for own, numbers in zip(np.split(frames, breaks), np.split(values, breaks), strict=True):
        points = [
            (chart.x(f), chart.y(lane, v))
            for f, v in zip(own.tolist(), numbers.tolist(), strict=True)
        ]
        if len(points) > 1:
            shapes.append(Line(np.array(points), colour, width, dash=dash))
        elif points:
            shapes.append(Disc(*points[0], width, colour))
    return shapes


def triangle(x: float, y: float) -> Area:
    """The mark of a question."""
    return Area(np.array([[x, y - 7.5], [x + 6.5, y + 4.5], [x - 6.5, y + 4.5]]), ASK)


def diamond(x: float, y: float, ink: Ink) -> Line:
    """The mark of a pseudo-click."""
    points = np.array([[x, y - 5.5], [x + 5.5, y], [x, y + 5.5], [x - 5.5, y]])
    return Line(points, ink.text, 1.8, closed=True)


def _round_step(least: float) -> int:
    """The smallest of 1, 2, 5, 10, 20, … that isn't below a number."""
    power = 10 ** max(0, math.floor(math.log10(max(least, 1))))
    return next(step * power for step in (1, 2, 5, 10) if step * power >= least)
