"""A strip that shows a run over time, takes the person to a frame, and lets thresholds be moved."""

import math
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from vostoolkit_widgets.capture import Event, Pointer, Theme, Width
from vostoolkit_widgets.chart import WIDTH, Curve, Ink, chart_of, cursor_shapes, run_shapes
from vostoolkit_widgets.levels import Change, Grip, change_shapes, grip_at, level_shapes, moved
from vostoolkit_widgets.shapes import Shape, on_canvas
from vostoolkit_widgets.surface import Surface

NARROWEST = 360
"""On a narrower page the timeline is shrunk."""

FINE = 2
"""The least number of canvas pixels per pixel of the page: thin lines and words are sharp."""

_RUN, _LEVELS, _CURSOR = range(3)
_SLACK = 4.0
"""A press on a threshold that moves less than this is a click on its frame."""

_FLATTEST = 0.5
"""How far down or up for each pixel across a threshold must be dragged; else frames are."""


class Timeline:
    """Shows curves over the frames of a video; a click or drag on it asks for a frame.

    A threshold's line can be dragged once `on_thresholds` has been given a callback.

    Example:
        >>> timeline = Timeline(len(video))
        >>> timeline.show(curves_of(session.trace.rows), {"tau_user": 0.5, "tau_pseudo": 0.2})
        >>> timeline.on_seek(print)
        >>> timeline.widget
    """

    def __init__(
        self, length: int, *, later: Callable[[Callable[[], None]], None] | None = None
    ) -> None:
        self.length = length
        self._curves: tuple[Curve, ...] = ()
        self._thresholds: dict[str, float] = {}
        self._change: Change | None = None
        self._width = WIDTH
        self._chart = chart_of(length, (), {})
        self._cursor = 0
        self._is_dark = False
        self._is_seeking = False
        self._press: Pointer | None = None
        self._grip: Grip | None = None
        self._is_moving = False
        self._pulled: float | None = None
        self._seek: Callable[[int], None] | None = None
        self._move: Callable[[Mapping[str, float]], None] | None = None
        self._surface = Surface(
            3,
            self._chart.size,
            happened=self._happened,
            redraw=self.redraw,
            later=later,
            fine=FINE,
            cursor="pointer",
            label="timeline: click to look at a frame, drag a threshold to move it",
        )
        self.capture, self.widget = self._surface.capture, self._surface.widget

    @property
    def is_connected(self) -> bool:
        """Whether a page shows it."""
        return self._surface.is_connected

    @property
    def thresholds(self) -> Mapping[str, float]:
        """The thresholds as they are drawn."""
        return MappingProxyType(self._thresholds)

    def on_seek(self, callback: Callable[[int], None] | None) -> None:
        """Nothing; the callback gets every frame asked for from now on, on any thread."""
        self._seek = callback

    def on_thresholds(self, callback: Callable[[Mapping[str, float]], None] | None) -> None:
        """Nothing; the callback gets the thresholds whenever one is dragged, through ``later``."""
        self._move = callback
        self.redraw()

    def show(
        self,
        curves: Sequence[Curve],
        thresholds: Mapping[str, float],
        change: Change | None = None,
    ) -> None:
        """Nothing; shows these curves, and what other thresholds would change."""
        self._curves, self._change = tuple(curves), change
        if not self._is_moving:
            self._thresholds = dict(thresholds)
        self.redraw()

    def show_change(self, thresholds: Mapping[str, float], change: Change | None) -> None:
        """Nothing; shows thresholds and what they would change over the same curves."""
        self._thresholds, self._change = dict(thresholds), change
        if self._is_moving:
            self._draw_levels()
        else:
            self.redraw()

    @property
    def cursor(self) -> int:
        """The frame that is marked."""
        return self._cursor

    @cursor.setter
    def cursor(self, frame: int) -> None:
        self._cursor = frame
        self._draw_cursor()

    def redraw(self) -> None:
        """Nothing; draws everything again. While a threshold is dragged the scale stays."""
        if not self._is_moving:
            self._chart = chart_of(self.length, self._curves, self._thresholds, width=self._width)
        if not self.is_connected:
            return
        if self._chart.size != self._surface.size:
            self._surface.resize(self._chart.size)
        with self._surface.layers.batch():
            self._paint(_RUN, run_shapes(self._chart, self._curves, Ink.on(self._is_dark)))
            self._draw_levels()
            self._draw_cursor()

    def close(self) -> None:
        """Nothing; takes the timeline out of the page."""
        self._seek = self._move = None
        self._surface.close()

    def _draw_levels(self) -> None:
        if not self.is_connected:
            return
        ink, chart = Ink.on(self._is_dark), self._chart
        has_grips = self._move is not None
        shapes = level_shapes(chart, self._thresholds, ink, has_grips=has_grips)
        if self._change is not None:
            shapes += change_shapes(chart, self._curves, self._change, ink)
        with self._surface.layers.batch():
            self._paint(_LEVELS, shapes)

    def _draw_cursor(self) -> None:
        if self.is_connected:
            with self._surface.layers.batch():
                shapes = cursor_shapes(self._chart, self._cursor, dark=self._is_dark)
                self._paint(_CURSOR, shapes)

    def _paint(self, index: int, shapes: Sequence[Shape]) -> None:
        with self._surface.cleared(index) as layer:
            on_canvas(layer, shapes)

    def _happened(self, event: Event) -> None:
        match event:
            case Theme(dark=dark):
                self._is_dark = dark
                self._surface.later(self.redraw)
            case Width(width=width):
                self._width = max(width, NARROWEST)
                self._surface.later(self.redraw)
            case Pointer(kind="down"):
                self._pressed(event)
            case Pointer():
                self._moved(event)
            case _:
                pass

    def _pressed(self, event: Pointer) -> None:
        self._press, self._grip = event, None
        if self._move is not None:
            self._grip = grip_at(self._chart, self._thresholds, event.x, event.y)
        self._is_seeking = self._grip is None
        if self._is_seeking:
            self._ask_for(event.x)

    def _moved(self, event: Pointer) -> None:
        press, grip = self._press, self._grip
        is_over = event.kind != "move"
        if self._is_seeking:
            if not is_over:
                self._ask_for(event.x)
        elif press is not None and grip is not None:
            across, down = abs(event.x - press.x), abs(event.y - press.y)
            is_far = math.hypot(across, down) >= _SLACK
            if self._is_moving or (is_far and down >= _FLATTEST * across):
                self._is_moving = True
                self._pulled = self._chart.value(grip.lane, event.y)
                self._surface.later(lambda: self._pull(grip))
            elif is_far or event.kind == "up":
                self._is_seeking = True
                self._ask_for(event.x)
        if is_over:
            self._press, self._grip, self._is_seeking = None, None, False
            self._surface.later(self._let_go)

    def _pull(self, grip: Grip) -> None:
        """Nothing; moves a threshold to where it was pulled last."""
        value, self._pulled = self._pulled, None
        if value is None or self._move is None:
            return  # a later pull has done it
        self._thresholds = moved(self._thresholds, grip.name, value)
        self._draw_levels()
        self._move(self.thresholds)

    def _let_go(self) -> None:
        if self._is_moving:
            self._is_moving = False
            self.redraw()

    def _ask_for(self, x: float) -> None:
        if self._seek is not None:
            self._seek(self._chart.frame(x))
