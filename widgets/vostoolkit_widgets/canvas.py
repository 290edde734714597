"""A frame with its masks, uncertainty and prompts on a canvas that can be clicked on."""

import uuid
from collections.abc import Callable, Iterable
from dataclasses import replace

import ipywidgets
import numpy as np
from jaxtyping import Float

from vostoolkit.arrays import Image, Labels, Size
from vostoolkit.colours import colour_of
from vostoolkit_widgets import render
from vostoolkit_widgets.capture import Capture, Event, Pointer, Wheel
from vostoolkit_widgets.layers import Layers
from vostoolkit_widgets.shapes import Area, Line, Shape, on_canvas
from vostoolkit_widgets.viewport import Viewport, fitted

WITHIN = Size(480, 680)
"""A frame is shown as large as fits into this, small clips enlarged."""

_HALO = (20, 20, 24)
_FRAME, _MASKS, _MAP, _MARKS = range(4)
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
        self._later = later or (lambda job: job())
        self._opacity = {_MASKS: 0.35, _MAP: 0.6}
        self._pictures: dict[int, bytes | None] = {_FRAME: None, _MASKS: None, _MAP: None}
        self._outlines: tuple[Line, ...] = ()
        self._marks: tuple[Shape, ...] = ()
        self._callback: Callable[[Event], None] | None = None
        self.is_connected = False
        shown = render.shown_size(size)
        self._layers = Layers(4, canvas, (shown, shown, render.map_size(size)))
        target = f"vos-canvas-{uuid.uuid4().hex[:8]}"
        self._layers.widget.add_class(target)
        self.capture = Capture(
            self._happened,
            target=target,
            hotkeys=list(hotkeys),
            cursor="crosshair",
            label="video frame: click on an object, right-click for what it is not",
        )
        self._layers.widget.layout.max_width = f"{canvas.width}px"
        self.widget = ipywidgets.VBox(
            [self._layers.widget, self.capture],
            layout=ipywidgets.Layout(max_width=f"{canvas.width}px", overflow="visible"),
        )
        self._layers.widget.on_client_ready(self._connected)
        self._layers.widget.on_mouse_down(self._pressed)

    def on_event(self, callback: Callable[[Event], None] | None) -> None:
        """Nothing; the callback gets every event from now on, on whatever thread it comes."""
        self._callback = callback

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
        self.show_encoded(
            render.frame_jpeg(image),
            labels,
            None if entropy is None else render.entropy_png(entropy),
        )

    def show_encoded(
        self,
        frame: bytes | None,
        labels: Labels | None,
        entropy: bytes | None,
        marks: Iterable[Shape] | None = None,
    ) -> None:
        """Nothing; shows a frame and a map that `render` encoded, labels, and marks if given."""
        masks = None if labels is None else render.labels_png(labels)
        changed = [
            layer
            for layer, picture in ((_FRAME, frame), (_MASKS, masks), (_MAP, entropy))
            if self._pictures[layer] != picture
        ]
        self._pictures = {_FRAME: frame, _MASKS: masks, _MAP: entropy}
        self._outlines = tuple(outline_shapes(labels))
        self._marks = self._marks if marks is None else tuple(marks)
        self._draw(load=changed)

    def mark(self, shapes: Iterable[Shape]) -> None:
        """Nothing; shows these shapes over the frame, in image coordinates."""
        self._marks = tuple(shapes)
        self._draw()

    @property
    def mask_opacity(self) -> float:
        """How opaque masks are, from 0 to 1."""
        return self._opacity[_MASKS]

    @mask_opacity.setter
    def mask_opacity(self, value: float) -> None:
        self._opacity[_MASKS] = value
        self._draw()

    @property
    def map_opacity(self) -> float:
        """How opaque the uncertainty map is, from 0 to 1."""
        return self._opacity[_MAP]

    @map_opacity.setter
    def map_opacity(self, value: float) -> None:
        self._opacity[_MAP] = value
        self._draw()

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
        self.view = self.view.moved(across, down)
        self._draw()

    def redraw(self) -> None:
        """Nothing; sends everything again."""
        self._draw(load=self._pictures)

    def close(self) -> None:
        """Nothing; takes the canvas out of the page."""
        self._callback = None
        self.is_connected = False
        self._layers.close()
        self.capture.close()
        self.widget.close()

    def _draw(self, load: Iterable[int] = ()) -> None:
        if not self.is_connected:
            return
        across, down = self.view.scale
        size = (across * self.view.image.width, down * self.view.image.height)
        with self._layers.batch():
            for source in load:
                self._layers.load(source, self._pictures[source])
            for index in (_FRAME, _MASKS, _MAP):
                layer = self._layers[index]
                layer.clear()
                layer.save()
                layer.global_alpha = self._opacity.get(index, 1.0)
                layer.translate(-self.view.left * across, -self.view.top * down)
                self._layers.stamp(index, index, size=size)
                layer.restore()
                layer.global_alpha = 1.0
            self._layers[_MARKS].clear()
            outlines = self._outlines if self._is_outlined else ()
            on_canvas(self._layers[_MARKS], self.placed((*outlines, *self._marks)))

    def placed(self, shapes: Iterable[Shape]) -> list[Shape]:
        """Shapes given in image coordinates, moved to where they lie on the canvas."""
        return [placed(shape, self.view) for shape in shapes]

    def _connected(self) -> None:
        self.is_connected = True
        self._later(self.redraw)

    def _pressed(self, x: float, y: float) -> None:
        """A press that ipycanvas reports; only used where the complete events aren't there."""
        if not self.capture.is_ready:
            self._happened(Pointer("down", x, y))
            self._happened(Pointer("up", x, y))

    def _happened(self, event: Event) -> None:
        match event:
            case Wheel(x=x, y=y, delta=delta):
                self.view = self.view.zoomed(_ZOOM_STEP**-delta, (x, y))
                self._later(self._draw)
            case _ if self._callback is not None:
                self._callback(event)
            case _:
                pass


def placed(shape: Shape, view: Viewport) -> Shape:
    """A shape with its place in image coordinates turned into canvas coordinates; sizes stay."""
    if isinstance(shape, Line | Area):
        corner = np.array((view.left, view.top))
        return replace(shape, points=(shape.points + 0.5 - corner) * np.array(view.scale))
    x, y = view.to_canvas(shape.x, shape.y)
    return replace(shape, x=x, y=y)


def outline_shapes(labels: Labels | None) -> list[Line]:
    """The outlines of all objects, in image coordinates; dark below, so that they always show."""
    found = {} if labels is None else render.outlines(labels)
    lines: list[Line] = []
    for object_id, contours in found.items():
        colour = colour_of(object_id)
        for under, width in ((_HALO, 3.0), (colour, 1.6)):
            lines += [Line(contour, under, width, closed=True) for contour in contours]
    return lines
