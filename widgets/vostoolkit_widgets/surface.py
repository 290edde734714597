"""A canvas on the page with its events: what the frame and the timeline are drawn on."""

import uuid
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager

import ipywidgets
from ipycanvas import Canvas

from vostoolkit.arrays import Size
from vostoolkit_widgets.capture import Capture, Event, Pointer, Ratio
from vostoolkit_widgets.closing import close_all
from vostoolkit_widgets.layers import Layers

_LAST_DRAWING_S = 5.0

FINEST = 3.0
"""The most canvas pixels for one of the page's, on however fine a screen."""


class Surface:
    """Layers, and the events on them, in pixels of the page however fine the screen is.

    ``happened`` gets the events; ``redraw`` is called, through ``later``, when a page has opened or
    the screen has become another. ``fine`` is the least number of canvas pixels for one of the
    page's.
    """

    def __init__(
        self,
        count: int,
        size: Size,
        *,
        happened: Callable[[Event], None],
        redraw: Callable[[], None],
        later: Callable[[Callable[[], None]], None] | None = None,
        sources: tuple[Size, ...] = (),
        fine: float = 1.0,
        hotkeys: Iterable[str] = (),
        cursor: str,
        label: str,
    ) -> None:
        self.is_connected = False
        self.size = size
        self._least = self.fine = fine
        self._happened, self._redraw = happened, redraw
        self.later = later or (lambda job: job())
        self.layers = Layers(count, self._canvas_size(), sources)
        target = f"vos-surface-{uuid.uuid4().hex[:8]}"
        self.layers.widget.add_class(target)
        self.capture = Capture(
            self._felt,
            target=target,
            extent=[size.width, size.height],
            hotkeys=list(hotkeys),
            cursor=cursor,
            label=label,
        )
        self.widget = ipywidgets.VBox(
            [self.layers.widget, self.capture], layout=ipywidgets.Layout(overflow="visible")
        )
        self.layers.widget.on_client_ready(self._connected)
        self.layers.widget.on_mouse_down(self._pressed)

    def resize(self, size: Size) -> None:
        """Nothing; gives the surface another size, which clears it."""
        self.size = size
        self.capture.extent = [size.width, size.height]
        self.layers.resize(self._canvas_size())

    @contextmanager
    def cleared(self, index: int) -> Generator[Canvas]:
        """A layer, cleared, to be drawn on in pixels of the page."""
        layer = self.layers[index]
        layer.clear()
        layer.save()
        layer.scale(self.fine, self.fine)
        yield layer
        layer.restore()

    def close(self) -> None:
        """Nothing; takes it out of the page."""
        self.layers.close(after_s=_LAST_DRAWING_S if self.is_connected else 0.0)
        self.is_connected = False
        self.widget.children = (self.capture,)
        close_all(self.widget)

    def _canvas_size(self) -> Size:
        return Size(round(self.size.height * self.fine), round(self.size.width * self.fine))

    def _connected(self) -> None:
        self.is_connected = True
        self.later(self._redraw)

    def _pressed(self, x: float, y: float) -> None:
        """A press that ipycanvas reports; only used where the complete events aren't there."""
        if not self.capture.is_ready:
            for kind in ("down", "up"):
                self._happened(Pointer(kind, x / self.fine, y / self.fine))

    def _felt(self, event: Event) -> None:
        if not self.is_connected:  # made by a thread, it may have missed that the page was ready
            self._connected()
        if isinstance(event, Ratio):
            self.later(lambda: self._refine(event.ratio))
        else:
            self._happened(event)

    def _refine(self, ratio: float) -> None:
        fine = min(max(ratio, self._least), FINEST)
        if fine != self.fine:
            self.fine = fine
            self.layers.resize(self._canvas_size())
            self._redraw()
