"""A strip that shows a run over time and takes the person to a frame."""

import uuid
from collections.abc import Callable, Mapping, Sequence

import ipywidgets

from vostoolkit.arrays import Size
from vostoolkit_widgets.capture import Capture, Event, Pointer, Theme, Width
from vostoolkit_widgets.chart import WIDTH, Curve, chart_of, cursor_shapes, drawn
from vostoolkit_widgets.layers import Layers
from vostoolkit_widgets.shapes import Shape, on_canvas

NARROWEST = 360
"""On a narrower page the timeline is shrunk."""

FINE = 2
"""Canvas pixels per pixel of the page, so that thin lines and words are sharp."""


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
        self._later = later or (lambda job: job())
        self._curves: tuple[Curve, ...] = ()
        self._thresholds: Mapping[str, float] = {}
        self._width = WIDTH
        self._chart = chart_of(length, (), {})
        self._cursor = 0
        self._is_dark = False
        self._held = False
        self._seek: Callable[[int], None] | None = None
        self.is_connected = False
        self._layers = Layers(2, self._fine_size())
        target = f"vos-timeline-{uuid.uuid4().hex[:8]}"
        self._layers.widget.add_class(target)
        self.capture = Capture(
            self._happened,
            target=target,
            cursor="pointer",
            label="timeline: click to look at a frame",
        )
        self.widget = ipywidgets.VBox(
            [self._layers.widget, self.capture], layout=ipywidgets.Layout(overflow="visible")
        )
        self._layers.widget.on_client_ready(self._connected)
        self._layers.widget.on_mouse_down(self._pressed)

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
        size = self._chart.size
        self._chart = chart_of(self.length, self._curves, self._thresholds, width=self._width)
        if not self.is_connected:
            return
        if self._chart.size != size:
            self._layers.resize(self._fine_size())
        with self._layers.batch():
            self._paint(0, drawn(self._chart, self._curves, self._thresholds, dark=self._is_dark))
            self._draw_cursor()

    def close(self) -> None:
        """Nothing; takes the timeline out of the page."""
        self._seek = None
        self.is_connected = False
        self._layers.close()
        self.capture.close()
        self.widget.close()

    def _draw_cursor(self) -> None:
        if self.is_connected:
            with self._layers.batch():
                self._paint(1, cursor_shapes(self._chart, self._cursor, dark=self._is_dark))

    def _paint(self, index: int, shapes: Sequence[Shape]) -> None:
        layer = self._layers[index]
        layer.clear()
        layer.save()
        layer.scale(FINE, FINE)
        on_canvas(layer, shapes)
        layer.restore()

    def _fine_size(self) -> Size:
        size = self._chart.size
        return Size(size.height * FINE, size.width * FINE)

    def _connected(self) -> None:
        self.is_connected = True
        self._later(self.redraw)

    def _pressed(self, x: float, y: float) -> None:
        if not self.capture.is_ready:
            self._happened(Pointer("down", x, y))
            self._happened(Pointer("up", x, y))

    def _happened(self, event: Event) -> None:
        match event:
            case Theme(dark=dark):
                self._is_dark = dark
                self._later(self.redraw)
            case Width(width=width):
                self._width = max(width, NARROWEST)
                self._later(self.redraw)
            case Pointer(kind=kind, x=x):
                self._held = kind == "down" or (self._held and kind == "move")
                if self._held and self._seek is not None:
                    self._seek(self._chart.frame(x / FINE))
            case _:
                pass
