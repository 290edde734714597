"""Thresholds on a timeline: lines to take hold of, and the marks of what moving them changes."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from vostoolkit.colours import ASK, PSEUDO, Rgb
from vostoolkit.what_if import Place, WhatIf
from vostoolkit_widgets.chart import Chart, Curve, Ink, diamond, run_shapes, triangle
from vostoolkit_widgets.shapes import Area, Disc, Glyph, Line, Shape, Word

_REACH = 5.0
_CROSS = 5.0
_LINE = 12.0


@dataclass(frozen=True)
class Change:
    """What was decided, and what other thresholds would have decided."""

    was: WhatIf
    would: WhatIf


@dataclass(frozen=True)
class Grip:
    """A threshold taken hold of in a lane."""

    name: str
    lane: int


def grip_at(chart: Chart, thresholds: Mapping[str, float], x: float, y: float) -> Grip | None:
    """The threshold whose line, or whose word at the right, is at a place; None where none is."""
    lane, (left, right) = int(y // chart.lane), chart.sides
    if not (0 <= lane < chart.lanes and x >= left):
        return None
    heights = _words(chart, lane, thresholds) if x > right + _REACH else None
    reach = _LINE / 2 if heights else _REACH
    heights = heights or {name: chart.y(lane, value) for name, value in thresholds.items()}
    near = min(heights, key=lambda name: abs(heights[name] - y), default=None)
    return None if near is None or abs(heights[near] - y) > reach else Grip(near, lane)


def moved(thresholds: Mapping[str, float], name: str, value: float) -> dict[str, float]:
    """The thresholds with one at another value, or as near as their order allows.

    The one for asking a person is never below the one for a pseudo-click.
    """
    value = round(value, 3)
    if name == "tau_user" and "tau_pseudo" in thresholds:
        value = max(value, thresholds["tau_pseudo"])
    if name == "tau_pseudo" and "tau_user" in thresholds:
        value = min(value, thresholds["tau_user"])
    return {**thresholds, name: value}


def level_shapes(
    chart: Chart, thresholds: Mapping[str, float], ink: Ink, *, has_grips: bool
) -> list[Shape]:
    """A dashed line for each threshold in each lane; their words are apart where lines are near."""
    shapes: list[Shape] = []
    left, right = chart.sides
    for lane in range(chart.lanes):
        words = _words(chart, lane, thresholds)
        for name, value in thresholds.items():
            y, colour = chart.y(lane, value), _colour(name)
            shapes.append(Line(np.array([[left, y], [right, y]]), colour, 1.5, dash=(5.0, 4.0)))
            if has_grips:
                shapes += [Disc(right, y, 4.5, colour), Disc(right, y, 4.5, ink.text, 1.0)]
            text = f"τ_{name.removeprefix('tau_')[0]} {short(value)}"
            shapes.append(Word(right + 10, words[name], text, ink.text, 11))
    return shapes


def change_shapes(chart: Chart, curves: Sequence[Curve], change: Change, ink: Ink) -> list[Shape]:
    """Hollow marks where it would ask or click itself, crosses where it would not as it did."""
    was, would = change.was, change.would
    places = {curve.object_id: (lane, curve) for lane, curve in enumerate(curves)}

    def at(place: Place) -> tuple[float, float] | None:
        frame, object_id = place
        if object_id not in places:
            return None
        lane, curve = places[object_id]
        return chart.x(frame), chart.y(lane, curve.jump_at(frame))

    shapes: list[Shape] = []
    for spot in filter(None, map(at, sorted(would.asked - was.asked))):
        shapes.append(_hollow(triangle(*spot)))
    for spot in filter(None, map(at, sorted(would.pseudo - was.pseudo))):
        shapes.append(replace(diamond(*spot, ink), dash=(2.5, 2.5)))
    gone = (was.asked - would.asked) | (was.pseudo - would.pseudo)
    for spot in filter(None, map(at, sorted(gone))):
        shapes += _crossed(*spot, ink)
    return shapes


def drawn(
    chart: Chart, curves: Sequence[Curve], thresholds: Mapping[str, float], *, dark: bool = False
) -> list[Shape]:
    """The timeline as it stands on a picture, without its cursor."""
    ink = Ink.on(dark)
    shapes = run_shapes(chart, curves, ink)
    return shapes + level_shapes(chart, thresholds, ink, has_grips=False)


def short(value: float) -> str:
    """A threshold in two decimals, or three where two would say too little."""
    return f"{value:.2f}" if abs(value) >= 0.1 else f"{value:.3f}"


def _words(chart: Chart, lane: int, thresholds: Mapping[str, float]) -> dict[str, float]:
    """The height of each threshold's word, from the lowest up."""
    heights: dict[str, float] = {}
    last = math.inf
    for name, value in sorted(thresholds.items(), key=lambda item: item[1]):
        last = heights[name] = min(chart.y(lane, value), last - _LINE)
    return heights


def _colour(name: str) -> Rgb:
    return ASK if name.endswith("user") else PSEUDO


def _hollow(area: Area) -> Line:
    return Line(area.points, area.colour, 2.0, closed=True)


def _crossed(x: float, y: float, ink: Ink) -> list[Shape]:
    arm = np.array([[-_CROSS, -_CROSS], [_CROSS, _CROSS]])
    return [Glyph(x, y, offsets, ink.text, 2.0) for offsets in (arm, arm * (1, -1))]
