"""An ipycanvas of several layers that survives exceptions, threads and page reloads."""

import threading
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import ipywidgets
from ipycanvas import Canvas, MultiCanvas
from ipycanvas.canvas import COMMANDS, _CanvasManager  # pyright: ignore[reportPrivateUsage]

from vostoolkit.arrays import Size
from vostoolkit_widgets.closing import close_all


class Layers:
    """A stack of canvases on one channel of their own, with hidden ones that hold pictures.

    ipycanvas sends the commands of all its canvases through one unlocked channel, on which an
    exception or an image that can't be decoded stops every drawing for good. Here each stack has
    its channel, a batch is sent whole or not at all, and threads take turns.
    """

    def __init__(self, count: int, size: Size, sources: tuple[Size, ...] = ()) -> None:
        shape = {"width": size.width, "height": size.height}
        self.widget = MultiCanvas(
            count, **shape, layout=ipywidgets.Layout(width="100%", height="auto")
        )
        self._layers: list[Canvas] = [self.widget[index] for index in range(count)]
        self._sources = [Canvas(width=source.width, height=source.height) for source in sources]
        self._lock = threading.RLock()
        self._depth = 0
        self.renew()

    def renew(self) -> None:
        """Nothing; opens a new channel. It revives a canvas that the browser gave up drawing."""
        with self._lock:
            self._channel: Any = _CanvasManager()
            for canvas in (*self._layers, *self._sources):
                setattr(canvas, "_canvas_manager", self._channel)  # noqa: B010

    def __getitem__(self, index: int) -> Canvas:
        """One layer; draw on it inside a batch."""
        return self._layers[index]

    @contextmanager
    def batch(self) -> Generator[None]:
        """All that is drawn inside reaches the browser in one message; nothing of it on an error.

        Batches may be nested; the outermost sends.
        """
        with self._lock:
            channel = self._channel
            if self._depth == 0:
                # A reloaded page doesn't know which canvas was drawn on last: say it again.
                channel._caching, channel._current_canvas = True, None
            self._depth += 1
            try:
                yield
            except BaseException:
                channel._commands_cache, channel._buffers_cache = [], []
                raise
            finally:
                self._depth -= 1
                if self._depth == 0:
                    channel.flush()
                    channel._caching = False

    def load(self, source: int, picture: bytes) -> None:
        """Nothing; puts an encoded picture (JPEG, PNG) into a hidden canvas."""
        canvas = self._sources[source]
        canvas.clear()
        self._channel.send_draw_command(canvas, COMMANDS["putImageData"], [0, 0], [picture])

    def put(self, layer: int, picture: bytes, *, at: tuple[float, float], scale: float) -> None:
        """Nothing; draws an encoded picture onto a layer, its pixels so many of the layer's."""
        canvas = self._layers[layer]
        canvas.save()
        canvas.translate(*at)
        canvas.scale(scale, scale)
        self._channel.send_draw_command(canvas, COMMANDS["putImageData"], [0, 0], [picture])
        canvas.restore()

    def stamp(self, layer: int, source: int, *, size: tuple[float, float]) -> None:
        """Nothing; draws a hidden canvas onto a layer at this width and height."""
        self._layers[layer].draw_image(self._sources[source], 0, 0, *size)

    def resize(self, size: Size) -> None:
        """Nothing; gives all layers another size, which clears them."""
        with self._lock:
            self.widget.width, self.widget.height = size.width, size.height

    def close(self, *, after_s: float = 0.0) -> None:
        """Nothing; takes the canvases and their channel out of the page, now or some time later.

        A page draws later than it is told to, and a canvas that is gone by then is an error there.
        """
        canvases = (self.widget, *self._layers, *self._sources, self._channel)
        if after_s:
            timer = threading.Timer(after_s, close_all, canvases)
            timer.daemon = True
            timer.start()
        else:
            close_all(*canvases)
