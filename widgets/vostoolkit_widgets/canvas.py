"""A frame with its masks, uncertainty and prompts on a canvas that can be clicked on."""

from collections.abc import Callable, Iterable
from dataclasses import replace

import numpy as np
from jaxtyping import Float

from vostoolkit.arrays import Image, Labels, Size
from vostoolkit_widgets import render
from vostoolkit_widgets.capture import Event, Pinch, Wheel
from vostoolkit_widgets.flattening import Flat, Look
from vostoolkit_widgets.shapes import Shape, on_canvas, placed
from vostoolkit_widgets.stills import Still, still_of
from vostoolkit_widgets.surface import Surface
from vostoolkit_widgets.viewport import Point, Viewport, fitted

WITHIN = Size(480, 680)
"""A frame is shown as large as fits into this, small clips enlarged."""

_FRAME, _MASKS, _MAP = range(3)
_PICTURES = (_FRAME, _MASKS, _MAP)
_DETAILS = (len(_PICTURES) + _FRAME, len(_PICTURES) + _MASKS)
_ZOOM_STEP = 1.0015


class FrameCanvas:
    """Shows one frame at a time; `widget` is what is displayed.

    Opacity and zoom are changed without sending a picture again. Works without a browser too:
    what is shown is kept, and drawn when a page opens. ``later`` gets what a message from the
    browser sets off, to do it on another thread; without it that is done at once.

    Example:
        >>> canvas = FrameCanvas(Size(480, 854))
        >>> canvas.show(image, labels)
        >>> canvas.on_event(print)
        >>> canvas.widget
    """

    def __init__(
        self,
        size: Size,
        *,
        within: Size = WITHIN,
        hotkeys: Iterable[str] = (),
        later: Callable[[Callable[[], None]], None] | None = None,
    ) -> None:
        canvas = fitted(size, within)
        self.view = Viewport(size, canvas)
        self._is_outlined = True
        self._opacity = {_MASKS: 0.35, _MAP: 0.6}
        self._still = Still()
        self._detail: Still | None = None
        self._is_projected = False
        self._sketch: tuple[Shape, ...] = ()
        self._told = ""
        self._callback: Callable[[Event], None] | None = None
        self._view_callback: Callable[[], None] | None = None
        self._coarse_callback: Callable[[], None] | None = None
        shown = self._shown = render.shown_size(size)
        whole = (size, size) if shown != size else ()
        self._surface = Surface(
            1,  # ipycanvas puts all layers together again for each one that was drawn on
            canvas,
            happened=self._happened,
            redraw=self.redraw,
            later=later,
            sources=(shown, shown, render.map_size(size), *whole),
            hotkeys=hotkeys,
            cursor="crosshair",
            label="video frame: click on an object, right-click for what it is not; K shows a "
            "cursor for the arrow keys",
        )
        self.capture, self.widget = self._surface.capture, self._surface.widget
        self._surface.layers.widget.layout.max_width = f"{canvas.width}px"
        self.widget.layout.max_width = f"{canvas.width}px"

    @property
    def is_connected(self) -> bool:
        """Whether a page shows it."""
        return self._surface.is_connected

    def on_event(self, callback: Callable[[Event], None] | None) -> None:
        """Nothing; the callback gets every event from now on, on whatever thread it comes."""
        self._callback = callback

    def on_view(self, callback: Callable[[], None] | None) -> None:
        """Nothing; the callback is called when another part of the frame is shown."""
        self._view_callback = callback

    def on_coarse(self, callback: Callable[[], None] | None) -> None:
        """Nothing; the callback is called when `show_detail` would show more than is seen."""
        self._coarse_callback = callback

    def show(
        self,
        image: Image,
        labels: Labels | None = None,
        entropy: Float[np.ndarray, "h w"] | None = None,
    ) -> None:
        """Nothing; shows a frame, its masks and its uncertainty map.

        Raises:
            ValueError: an array of another size than the canvas was made for.
        """
        for name, array in (("image", image), ("labels", labels), ("entropy", entropy)):
            if array is not None and array.shape[:2] != tuple(self.view.image):
                raise ValueError(
                    f"{name} of {array.shape[1]}x{array.shape[0]} pixels on a canvas for frames of "
                    f"{self.view.image.width}x{self.view.image.height}: make a canvas of its size"
                )
        map_ = None if entropy is None else render.entropy_png(entropy)
        self.show_still(still_of(render.frame_jpeg(image), labels, map_, self._still.marks))

    def show_still(self, still: Still) -> None:
        """Nothing; shows what was encoded before; only pictures that are new are sent."""
        if self._is_projected:
            self.capture.cut()
        before, self._still, self._is_projected = self._still, still, False
        changed = [n for n in _PICTURES if before.pictures[n] != still.pictures[n]]
        if {_FRAME, _MASKS} & set(changed):
            self._detail = None
        self._draw(load=changed)
        self._ask_for_detail()

    def show_detail(self, still: Still | None) -> None:
        """Nothing; shows the present frame and masks in all their pixels, if they can be seen."""
        if still is not None and self.is_coarse:
            self._detail = still
            self._draw(load=_DETAILS)

    @property
    def look(self) -> Look:
        """How frames are shown at present."""
        opacity = self._opacity[_MASKS], self._opacity[_MAP]
        return Look(self.view, self._surface.fine, *opacity, is_outlined=self._is_outlined)

    def project(self, flat: Flat) -> None:
        """Nothing; shows a picture that has all in it; `show_still` ends that.

        Until then nothing else is drawn. Waits while the page lags behind.
        """
        self._is_projected = True
        if self.is_connected:
            self.capture.project(flat.jpeg, flat.view.seen_in(self.view))

    @property
    def is_coarse(self) -> bool:
        """Whether a pixel that was sent takes more than one of the screen."""
        if self._shown == self.view.image or self._detail is not None:
            return False
        sent = self._shown.width / self.view.image.width
        return self.view.scale[0] * self._surface.fine > 1.05 * sent

    def mark(self, shapes: Iterable[Shape]) -> None:
        """Nothing; shows these shapes over the frame, in image coordinates."""
        self._still = replace(self._still, marks=tuple(shapes))
        self._draw()

    def sketch(self, shapes: Iterable[Shape]) -> None:
        """Nothing; shows these shapes on top, in image coordinates, whatever frame is shown."""
        if self._sketch or (shapes := tuple(shapes)):
            self._sketch = tuple(shapes)
            self._draw()

    def tell(self, words: str) -> None:
        """Nothing; a screen reader says this, unless it was what was told last."""
        if words != self._told:
            self._told = self.capture.spoken = words

    @property
    def mask_opacity(self) -> float:
        """How opaque masks are, from 0 to 1."""
        return self._opacity[_MASKS]

    @mask_opacity.setter
    def mask_opacity(self, value: float) -> None:
        self._make_opaque(_MASKS, value)

    @property
    def map_opacity(self) -> float:
        """How opaque the uncertainty map is, from 0 to 1."""
        return self._opacity[_MAP]

    @map_opacity.setter
    def map_opacity(self, value: float) -> None:
        self._make_opaque(_MAP, value)

    @property
    def is_outlined(self) -> bool:
        """Whether objects are outlined."""
        return self._is_outlined

    @is_outlined.setter
    def is_outlined(self, value: bool) -> None:
        self._is_outlined = value
        self._draw()

    def pan(self, across: float, down: float) -> None:
        """Nothing; moves an enlarged frame by so many canvas pixels."""
        self.look_through(self.view.moved(across, down))

    def zoom(self, factor: float, at: Point | None = None) -> None:
        """Nothing; enlarges so many times; what is under a canvas point, or the middle, stays."""
        size = self.view.canvas
        self.look_through(self.view.zoomed(factor, at or (size.width / 2, size.height / 2)))

    def look_at(self, x: float, y: float) -> None:
        """Nothing; moves an enlarged frame as little as needed to show an image point."""
        (at_x, at_y), size = self.view.to_canvas(x, y), self.view.canvas
        across = min(0.0, size.width - at_x) + max(0.0, -at_x)
        down = min(0.0, size.height - at_y) + max(0.0, -at_y)
        if across or down:
            self.pan(across, down)

    def redraw(self) -> None:
        """Nothing; sends everything again."""
        if self._is_projected:
            self._still = Still()  # what comes next is sent whole
        self._draw(load=_PICTURES if self._detail is None else (*_PICTURES, *_DETAILS))
        self._ask_for_detail()

    def close(self) -> None:
        """Nothing; takes the canvas out of the page."""
        self._callback = self._view_callback = self._coarse_callback = None
        self._surface.close()

    def _make_opaque(self, picture: int, value: float) -> None:
        if self._opacity[picture] != value:
            self._opacity[picture] = value
            self._draw()

    def _pinched(self, pinch: Pinch) -> None:
        self.pan(pinch.across, pinch.down)
        self.zoom(pinch.factor, (pinch.x, pinch.y))

    def look_through(self, view: Viewport) -> None:
        """Nothing; shows this part of the frame."""
        if view == self.view:
            return
        self.view = view
        self.capture.zoom = view.zoom
        self._draw()
        self._ask_for_detail()
        if self._view_callback is not None:
            self._view_callback()

    def _ask_for_detail(self) -> None:
        if self._coarse_callback is not None and self.is_coarse:
            self._coarse_callback()

    def _draw(self, load: Iterable[int] = ()) -> None:
        if not self.is_connected or self._is_projected:
            return
        layers = self._surface.layers
        across, down = self.view.scale
        size = (across * self.view.image.width, down * self.view.image.height)
        with layers.batch():
            for source in load:
                still = self._detail if source in _DETAILS else self._still
                if still is not None and (found := still.pictures[source % len(_PICTURES)]):
                    layers.load(source, found)
            with self._surface.cleared(0) as layer:
                for index in self._seen_pictures():
                    layer.save()
                    layer.global_alpha = self._opacity.get(index, 1.0)
                    layer.translate(-self.view.left * across, -self.view.top * down)
                    is_fine = self._detail is not None and index != _MAP
                    layers.stamp(0, _DETAILS[index] if is_fine else index, size=size)
                    layer.restore()
                outlines = (self._detail or self._still).outlines if self._is_outlined else ()
                on_canvas(layer, self.placed((*outlines, *self._still.marks, *self._sketch)))

    def _seen_pictures(self) -> list[int]:
        """Those of the frame, the masks and the map that are there and can be seen."""
        pictures = (*(self._detail or self._still).pictures[:_MAP], self._still.map)
        return [i for i in _PICTURES if pictures[i] is not None and self._opacity.get(i, 1.0)]

    def placed(self, shapes: Iterable[Shape]) -> list[Shape]:
        """Shapes given in image coordinates, moved to where they lie on the canvas."""
        return [placed(shape, self.view) for shape in shapes]

    def _happened(self, event: Event) -> None:
        match event:
            case Wheel(x=x, y=y, delta=delta):
                self._surface.later(lambda: self.zoom(_ZOOM_STEP**-delta, (x, y)))
            case Pinch():
                self._surface.later(lambda: self._pinched(event))
            case _ if self._callback is not None:
                self._callback(event)
            case _:
                pass
