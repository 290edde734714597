"""Pictures of numbers: the zones of a decision, the tiers of a memory."""

from dataclasses import dataclass

import cv2

from vostoolkit.arrays import ObjectId
from vostoolkit.colours import ASK, Rgb, colour_of
from vostoolkit.pictures.layout import (
    FAINT,
    INK,
    LINE,
    Label,
    Picture,
    blank,
    labelled,
    text_width,
    with_legend,
)
from vostoolkit.results import Action, Decision, MemoryUpdate

_ZONES: dict[Action, tuple[str, Rgb]] = {
    "none": ("go on", (234, 234, 238)),
    "pseudo": ("pseudo-click", (203, 225, 241)),
    "user": ("ask", (248, 213, 190)),
}
_WIDTH = 640
_LEFT = 92
_LANE = 44
_TOP = 30
_STORED: Rgb = (136, 144, 154)
_NEW: Rgb = (0, 158, 115)


@dataclass(frozen=True)
class _Axis:
    """Values from ``low`` to ``high`` along the width of the picture."""

    low: float
    high: float

    def __call__(self, value: float) -> int:
        share = (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
        return _LEFT + round(share * (_WIDTH - _LEFT - 1))


def zones(decision: Decision) -> Picture:
    """A lane per object: where its value lies among the zones that the thresholds cut."""
    axis, starts = _axis(decision), _starts(decision)
    floor = _TOP + _LANE * max(1, len(decision.action))
    canvas = blank(floor + 30, _WIDTH)
    labels = [Label("jump", (0, floor + 10), colour=FAINT)]
    ends = [*(start for _, start in starts[1:]), axis.high]
    for (action, start), end in zip(starts, ends, strict=True):
        name, colour = _ZONES[action]
        left, right = axis(start), axis(end)
        canvas[_TOP:floor, left : right + 1] = colour
        if right - left > text_width(name):
            labels.append(Label(name, ((left + right) / 2, 14), colour=FAINT, anchor="mm"))
        if start > axis.low:
            canvas[_TOP - 4 : floor + 6, left : left + 2] = INK
            labels.append(Label(_short(start), (left, floor + 10), anchor="ma"))
    canvas[floor : floor + 6, axis(0)] = FAINT
    labels.append(Label("0", (axis(0), floor + 10), colour=FAINT, anchor="ma"))
    for lane, object_id in enumerate(sorted(decision.action)):
        middle = _TOP + _LANE * lane + _LANE // 2
        labels.append(Label(f"object {object_id}", (0, middle), anchor="lm"))
        labels.append(_mark(canvas, decision, object_id, (axis, middle)))
    return labelled(canvas, labels)


def memory_bars(update: MemoryUpdate) -> Picture:
    """A bar per tier: what stays, what came in and what left, as numbers of elements."""
    largest = max(1, max(update.sizes.values(), default=0) + update.removed)
    canvas = blank(_LANE * max(1, len(update.sizes)), _WIDTH)
    labels: list[Label] = []
    room = _WIDTH - _LEFT - 120
    for lane, (tier, size) in enumerate(update.sizes.items()):
        top, middle = _LANE * lane + 10, _LANE * lane + _LANE // 2
        came = update.added if tier == update.tier else 0
        went = update.removed if tier == update.tier else 0
        kept, end = round(room * (size - came) / largest), round(room * size / largest)
        gone = round(room * (size + went) / largest)
        canvas[top : top + 24, _LEFT : _LEFT + room] = (244, 244, 247)
        canvas[top : top + 24, _LEFT : _LEFT + kept] = _STORED
        canvas[top : top + 24, _LEFT + kept : _LEFT + end] = _NEW
        _hatch(canvas, (_LEFT + end, top), (min(_LEFT + gone, _LEFT + room), top + 24))
        labels.append(Label(tier.replace("_", "-"), (0, middle), anchor="lm"))
        labels.append(Label(_counted(size, came, went), (_LEFT + room + 12, middle), anchor="lm"))
    return with_legend(labelled(canvas, labels), {"came in": _NEW, "was there": _STORED})


def _axis(decision: Decision) -> _Axis:
    values = [value for value in decision.value.values() if value is not None]
    highest = max([1.4 * start for _, start in _starts(decision)[1:]], default=1.0)
    return _Axis(min([-0.1 * highest, *values]), max([highest, *(1.08 * v for v in values)]))


def _starts(decision: Decision) -> list[tuple[Action, float]]:
    """Where each zone starts, from low to high."""
    starts: list[tuple[Action, float]] = [("none", float("-inf"))]
    for action, name in (("pseudo", "tau_pseudo"), ("user", "tau_user")):
        if name in decision.thresholds:
            starts.append((action, decision.thresholds[name]))  # pyright: ignore[reportArgumentType]
    return sorted(starts, key=lambda start: start[1])


def _mark(canvas: Picture, decision: Decision, object_id: ObjectId, at: tuple[_Axis, int]) -> Label:
    """Paints an object's value into its lane; returns the number beside it."""
    axis, middle = at
    value = decision.value.get(object_id)
    if value is None:
        asked = decision.action[object_id] == "user"
        text = "lost: no mask to score" if asked else "no earlier score"
        return Label(text, (_LEFT + 12, middle), colour=ASK if asked else FAINT, anchor="lm")
    centre = (axis(value), middle)
    cv2.circle(canvas, centre, 10, INK, -1, cv2.LINE_AA)
    cv2.circle(canvas, centre, 8, colour_of(object_id), -1, cv2.LINE_AA)
    fits = centre[0] + 70 < _WIDTH
    x, anchor = (centre[0] + 17, "lm") if fits else (centre[0] - 17, "rm")
    return Label(_short(value, "+"), (x, middle), 16, anchor=anchor)


def _short(value: float, sign: str = "") -> str:
    """Two decimals, or three where two would say too little."""
    return f"{value:{sign}.2f}" if abs(value) >= 0.1 else f"{value:{sign}.3f}"


def _hatch(canvas: Picture, start: tuple[int, int], end: tuple[int, int]) -> None:
    """Paints a dashed outline: what was there and is gone."""
    if end[0] - start[0] < 2:
        return
    cv2.rectangle(canvas, start, (end[0] - 1, end[1] - 1), LINE, 2)


def _counted(size: int, came: int, went: int) -> str:
    change = f"{f' +{came}' if came else ''}{f' -{went}' if went else ''}"
    return f"{size}{change}"
