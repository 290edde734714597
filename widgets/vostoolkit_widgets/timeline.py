"""A strip that shows a run over time and takes the person to a frame."""

from collections.abc import Callable, Mapping, Sequence

from vostoolkit_widgets.capture import Event, Pointer, Theme, Width
from vostoolkit_widgets.chart import WIDTH, Curve, chart_of, cursor_shapes, drawn
from vostoolkit_widgets.shapes import Shape, on_canvas
from vostoolkit_widgets.surface import Surface

NARROWEST = 360
"""On a narrower page the timeline is shrunk."""

FINE = 2
"""The least number of canvas pixels per pixel of the page: thin lines and words are sharp."""


class Timeline:
    """Shows curves over the frames of a video; a click or drag on it asks for a frame.

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
        self._thresholds: Mapping[str, float] = {}
        self._width = WIDTH
        self._chart = chart_of(length, (), {})
        self._cursor = 0
        self._is_dark = False
        self._held = False
        self._seek: Callable[[int], None] | None = None
        self._surface = Surface(
            2,
            self._chart.size,
            happened=self._happened,
            redraw=self.redraw,
            later=later,
            fine=FINE,
            cursor="pointer",
            label="timeline: click to look at a frame",
        )
        self.capture, self.widget = self._surface.capture, self._surface.widget

    @property
    def is_connected(self) -> bool:
        """Whether a page shows it."""
        return self._surface.is_connected

    def on_seek(self, callback: Callable[[int], None] | None) -> None:
        """Nothing; the callback gets every frame asked for from now on, on any thread."""
        self._seek = callback

    def show(self, curves: Sequence[Curve], thresholds: Mapping[str, float]) -> None:
        """Nothing; shows these curves."""
        self._curves, self._thresholds = tuple(curves), dict(thresholds)
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
        """Nothing; draws everything again."""
        self._chart = chart_of(self.length, self._curves, self._thresholds, width=self._width)
        if not self.is_connected:
            return
        if self._chart.size != self._surface.size:
            self._surface.resize(self._chart.size)
        with self._surface.layers.batch():
            self._paint(0, drawn(self._chart, self._curves, self._thresholds, dark=self._is_dark))
            self._draw_cursor()

    def close(self) -> None:
        """Nothing; takes the timeline out of the page."""
        self._seek = None
        self._surface.close()

    def _draw_cursor(self) -> None:
        if self.is_connected:
            with self._surface.layers.batch():
                self._paint(1, cursor_shapes(self._chart, self._cursor, dark=self._is_dark))

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
            case Pointer(kind=kind, x=x):
                self._held = kind == "down" or (self._held and kind == "move")
                if self._held and self._seek is not None:
                    self._seek(self._chart.frame(x))
            case _:
                pass
