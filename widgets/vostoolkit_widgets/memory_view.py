"""What a run remembers, where a pixel is read from, and who reads a place in memory."""

import io
from collections.abc import Callable, Sequence
from typing import Any

import ipywidgets
import numpy as np
from PIL import Image as PillowImage

from vostoolkit.arrays import Image, ObjectId, Size
from vostoolkit.errors import VostoolkitError
from vostoolkit.pictures import picture, words
from vostoolkit.pictures.memory import held_picture
from vostoolkit.session import Session
from vostoolkit.stages.xmem_view import Affinity, Origin
from vostoolkit_widgets import render
from vostoolkit_widgets.assets import asset
from vostoolkit_widgets.bar import Bar
from vostoolkit_widgets.bundle import bundle_of
from vostoolkit_widgets.canvas import FrameCanvas
from vostoolkit_widgets.capture import Event, Pointer, Theme, Width
from vostoolkit_widgets.chart import Ink
from vostoolkit_widgets.closing import close_all
from vostoolkit_widgets.hands import Hands
from vostoolkit_widgets.memory_sheet import (
    Sheet,
    Thumb,
    corners_of,
    origin_shapes,
    outline,
    place_shapes,
    sheet_of,
    word_shapes,
)
from vostoolkit_widgets.recall import Recall, origins_in_words, propagator_of, recalled
from vostoolkit_widgets.shapes import Shape, on_canvas
from vostoolkit_widgets.stills import still_of
from vostoolkit_widgets.style import style
from vostoolkit_widgets.surface import Surface
from vostoolkit_widgets.tools import Stroke

_WITHIN = Size(330, 440)
_NARROWEST, _WIDEST = 320, 640
_FINE = 2
_EMPTY = 24
_LEAST = 1e-6
_HINT = (
    "Click on a pixel of the frame to see where it is read from, or on a frame in memory to see "
    "who reads it."
)


class MemoryView:
    """Shows one frame beside the memory that it was predicted from; `widget` is displayed.

    A click on the frame shows where that pixel was read from; a click on a frame in memory shows
    which pixels read that place. ``later`` gets what the browser sets off, to do it on another
    thread; without it that is done at once.

    Raises:
        TypeError: the session's method isn't one that carries masks with an `XMemPropagator`.

    Example:
        >>> view = MemoryView(session, frame=21, object_id=1)
        >>> view.pick(180, 95)[0]
        Origin(tier='working', frame=20, x=179.5, y=99.5, weight=0.61)
        >>> view.widget
    """

    def __init__(
        self,
        session: Session,
        frame: int | None = None,
        object_id: ObjectId | None = None,
        *,
        later: Callable[[Callable[[], None]], None] | None = None,
    ) -> None:
        propagator_of(session)
        self._session, self._later = session, later or (lambda job: job())
        size = session.video.size
        self.canvas = FrameCanvas(size, within=_WITHIN, later=later)
        hands = Hands(self.canvas, self._stroked, lambda name: None)
        self.canvas.on_event(lambda event: self._later(lambda: hands.feel(event)))
        self._ink, self._width = Ink.on(False), _WIDEST
        self._sheet = Sheet(size, Size(_EMPTY, _WIDEST))
        self._thumbs: list[bytes] = []
        self._marks: tuple[Shape, ...] = ()
        self._surface = Surface(
            2,
            self._sheet.size,
            happened=self._happened,
            redraw=self._draw_sheet,
            later=later,
            fine=_FINE,
            cursor="crosshair",
            label="frames in memory: click on a place to see who reads it",
        )
        self._bar = _Words(lambda name, value: self._later(lambda: self._pressed(name, value)))
        self.recall: Recall | None = None
        """What the frame read; None where it read nothing."""
        masks = session.masks
        first = masks.objects[0] if masks is not None and masks.objects else 1
        self._frame, self._object_id = session.frame or 0, object_id or first
        self.widget = self._arranged()
        self.show(self._frame if frame is None else frame)

    @property
    def frame(self) -> int:
        """The frame that reads; setting it shows another."""
        return self._frame

    @frame.setter
    def frame(self, frame: int) -> None:
        self.show(frame)

    @property
    def object_id(self) -> ObjectId:
        """The object whose memory is shown; setting it shows another's."""
        return self._object_id

    @object_id.setter
    def object_id(self, object_id: ObjectId) -> None:
        self.show(self._frame, object_id)

    def show(self, frame: int, object_id: ObjectId | None = None) -> None:
        """Nothing; shows how a frame read an object's memory."""
        self._object_id = self._object_id if object_id is None else object_id
        self._frame, self.recall = frame, None
        try:
            self.recall = recalled(self._session, frame, self._object_id)
            text = self.recall.note + _HINT
        except VostoolkitError as error:
            text = str(error)
        self._lay_out()
        self._show_frame()
        self._say(text)

    def pick(self, x: float, y: float) -> tuple[Origin, ...]:
        """Where a pixel of the frame was read from, the heaviest first; shows it.

        Raises:
            ValueError: the pixel isn't in the frame.
        """
        if self.recall is None:
            return ()
        reading = self.recall.reading
        origins = reading.origins(x, y)
        self._show_frame(marks=outline(np.array(corners_of(reading.grid, (x, y)))))
        self._mark(origin_shapes(self._sheet, origins))
        self._say(origins_in_words(origins, x, y), f".origins({x:.0f}, {y:.0f})")
        return origins

    def pick_memory(self, tier: str, frame: int, x: float, y: float) -> Affinity | None:
        """Who reads the place at a pixel of a frame in memory; shows it. None without a memory.

        Raises:
            ValueError: no such tier, or the pixel isn't in the frame.
        """
        if self.recall is None:
            return None
        reading = self.recall.reading
        affinity = reading.affinity(tier, frame, x, y)
        top = max(float(affinity.weight.max()), _LEAST)
        self._show_frame((affinity.weight / top).cpu().numpy())
        thumb = self._sheet.find(tier, frame)
        if thumb is not None:
            self._mark(place_shapes(self._sheet, thumb, reading.grid, (x, y)))
        text = words(affinity)[0]
        if affinity.found:
            text += f": at most {top:.0%} of what a pixel reads, where it is brightest."
        self._say(text, f".affinity({tier!r}, {frame}, {x:.0f}, {y:.0f})")
        return affinity

    def close(self) -> None:
        """Nothing; takes it out of the page."""
        self.canvas.close()
        self._surface.close()
        close_all(self.widget)

    def __repr__(self) -> str:
        return f"MemoryView(frame={self._frame}, object_id={self._object_id})"

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        """The widget; a picture of the memory beside it for pages that have no kernel."""
        shown = None if self.recall is None else picture(self.recall.memory)
        return bundle_of(self.widget, repr(self), shown)

    def _lay_out(self) -> None:
        frame, recall = self._session.video.size, self.recall
        self._sheet, self._thumbs, self._marks = Sheet(frame, Size(_EMPTY, self._width)), [], ()
        if recall is not None:
            shares, own = recall.reading.shares(), self._object_id
            self._sheet = sheet_of(recall.memory, own, shares, frame=frame, width=self._width)
            self._thumbs = [self._encoded(thumb, recall) for thumb in self._sheet.thumbs]
        self._draw_sheet()

    def _encoded(self, thumb: Thumb, recall: Recall) -> bytes:
        shown = held_picture(
            thumb.held,
            thumb.tier,
            recall.memory.grid,
            image_of=self._session.image,
            top=max(float(held.usage.max()) for held in thumb.tier.frames),
            room=Size(_FINE * thumb.size.height, _FINE * thumb.size.width),
        )
        return _jpeg(shown)

    def _draw_sheet(self) -> None:
        if not self._surface.is_connected:
            return
        if self._sheet.size != self._surface.size:
            self._surface.resize(self._sheet.size)
        layers = self._surface.layers
        with layers.batch():
            with self._surface.cleared(0) as layer:
                for thumb, picture in zip(self._sheet.thumbs, self._thumbs, strict=True):
                    layers.put(0, picture, at=(thumb.left, thumb.top), scale=1 / _FINE)
                on_canvas(layer, word_shapes(self._sheet, self._ink))
            with self._surface.cleared(1) as layer:
                on_canvas(layer, self._marks)

    def _mark(self, shapes: list[Shape]) -> None:
        self._marks = tuple(shapes)
        self._draw_sheet()

    def _show_frame(self, weight: np.ndarray | None = None, marks: Sequence[Shape] = ()) -> None:
        session, frame = self._session, self._frame
        try:
            image = render.frame_jpeg(session.image(frame))
        except VostoolkitError:  # a live stream has forgotten it
            image = None
        heat = None if weight is None else render.entropy_png(weight)
        labels = session.labels(frame) if frame in session.trace.pictures else None
        self.canvas.mask_opacity = 0.0
        self.canvas.show_still(still_of(image, labels, heat, marks, appearance=session.appearance))

    def _say(self, text: str, call: str = "") -> None:
        memory = None if self.recall is None else self.recall.memory
        size = "nothing" if memory is None else f"{memory.megabytes:.1f} MB of memory"
        held = {o for tier in memory.tiers for o in tier.objects} if memory is not None else ()
        self._bar.show(
            head=f"Frame {self._frame} reads object {self._object_id} from {size}",
            text=text,
            code="" if self.recall is None else self.recall.code + call,
            objects=sorted(held),
            chosen=self._object_id,
        )

    def _pressed(self, name: str, value: Any) -> None:
        if name == "object":
            self.show(self._frame, int(value))
        else:
            last = len(self._session.trace.frames)
            self.show(min(max(self._frame + int(value), 0), last))

    def _happened(self, event: Event) -> None:
        match event:
            case Theme(dark=dark):
                self._ink = Ink.on(dark)
                self._surface.later(self._draw_sheet)
            case Width(width=width):
                self._width = min(max(width, _NARROWEST), _WIDEST)
                self._surface.later(self._lay_out)
            case Pointer(kind="down", x=x, y=y):
                self._surface.later(lambda: self._touched(x, y))
            case _:
                pass

    def _stroked(self, stroke: Stroke) -> None:
        self.pick(*stroke.path[0])

    def _touched(self, x: float, y: float) -> None:
        found = self._sheet.at(x, y)
        if found is not None:
            thumb, across, down = found
            self.pick_memory(thumb.tier.name, thumb.held.frame, across, down)

    def _arranged(self) -> ipywidgets.VBox:
        left = ipywidgets.VBox([self.canvas.widget], layout=ipywidgets.Layout(flex="0 0 auto"))
        left.layout.width = f"{self.canvas.view.canvas.width}px"
        right = ipywidgets.VBox([self._surface.widget])
        right.add_class("vos-sheet")
        both = ipywidgets.HBox([left, right])
        both.add_class("vos-main")
        whole = ipywidgets.VBox([style(), self._bar, both])
        whole.add_class("vos-explorer")
        return whole


class _Words(Bar):
    """What is shown in words, whose memory it is, and the same in Python."""

    _esm = asset("elements.js") + asset("memory.js")


def _jpeg(picture: Image) -> bytes:
    buffer = io.BytesIO()
    PillowImage.fromarray(picture).save(buffer, "jpeg", quality=82)
    return buffer.getvalue()
