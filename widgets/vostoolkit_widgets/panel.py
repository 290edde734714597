"""The Explorer's widgets and their arrangement; shows what it is given, says what was done."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import ipywidgets

from vostoolkit.arrays import ObjectId, Size
from vostoolkit.colours import ASK, UNCERTAINTY, css
from vostoolkit_widgets.assets import asset
from vostoolkit_widgets.canvas import FrameCanvas
from vostoolkit_widgets.controls import Actions, Card, Keys, Looks, Objects, Question
from vostoolkit_widgets.gaze import Gaze
from vostoolkit_widgets.hands import KEYS, Hands
from vostoolkit_widgets.timeline import Timeline
from vostoolkit_widgets.toolbar import Toolbar, ink_of
from vostoolkit_widgets.tools import Stroke

PARTS = ("actions", "canvas", "tools", "stage", "objects", "looks", "timeline", "question")
"""The parts of the Explorer, from top to bottom."""

_ZOOM = 1.5
_NARROWEST = 440
_ON_CANVAS = ("canvas", "tools")
_BESIDE = ("stage", "objects", "looks")


@dataclass(frozen=True)
class Doings:
    """What a person can do; each is called through ``later``.

    ``act`` gets the name of a button or hotkey, ``stroke`` what was drawn, ``choose`` an object or
    None for a new one, ``widen`` how wide the tool should be, ``seek`` a frame.
    """

    act: Callable[[str], None]
    stroke: Callable[[Stroke], None]
    choose: Callable[[ObjectId | None], None]
    widen: Callable[[float], None]
    seek: Callable[[int], None]


class Panel:
    """The parts that ``show`` names, arranged; `widget` is displayed.

    Raises:
        ValueError: ``show`` names a part that there isn't.
    """

    def __init__(
        self,
        size: Size,
        length: int,
        doings: Doings,
        *,
        gaze: Gaze,
        show: Sequence[str] = PARTS,
        later: Callable[[Callable[[], None]], None],
    ) -> None:
        if unknown := [part for part in show if part not in PARTS]:
            raise ValueError(
                f"show={tuple(show)} names no part {unknown[0]!r}: there are {', '.join(PARTS)}"
            )
        self.parts = tuple(part for part in PARTS if part in show)
        self.canvas = FrameCanvas(size, hotkeys=KEYS, later=later)
        self.timeline = Timeline(length, later=later)
        self._gaze, self._doings = gaze, doings

        def press(name: str, value: Any = None) -> None:
            later(lambda: self._pressed(name, value))

        self.actions, self.card, self.keys = Actions(press), Card(), Keys()
        self.objects = Objects(lambda object_id: later(lambda: doings.choose(object_id)))
        self.looks = Looks(lambda name, value: later(lambda: self._look(name, value)))
        self.question, self.toolbar = Question(press), Toolbar(press)
        self._hands = Hands(self.canvas, doings.stroke, lambda name: self._pressed(name, None))
        self.canvas.on_event(lambda event: later(lambda: self._hands.feel(event)))
        self.canvas.on_view(self.show_tool)
        self.timeline.on_seek(lambda frame: later(lambda: doings.seek(frame)))
        self.question.complain("")
        self.widget = self._arranged()

    def show_tool(self) -> None:
        """Nothing; shows the tool in hand, which makes the strokes from now on."""
        gaze, view = self._gaze, self.canvas.view
        self._hands.tool = gaze.tool
        width = (gaze.width or 0.0) * view.scale[0]
        self.canvas.capture.write_with(
            ink_of(gaze.tool, gaze.object_id, positive=gaze.is_positive, width=width)
        )
        self.toolbar.show_gaze(gaze, view.zoom)

    def _pressed(self, name: str, value: Any) -> None:
        """A control that changes what is seen is done here; the others are the session's."""
        match name:
            case "closer" | "farther":
                self.canvas.zoom(_ZOOM if name == "closer" else 1 / _ZOOM)
            case "whole":
                self.canvas.zoom(0.0)
            case "help":
                self.keys.toggle()
            case "width":
                self._doings.widen(float(value))
            case _:
                self._doings.act(name)

    def _look(self, name: str, value: float) -> None:
        if name == "masks":
            self.canvas.mask_opacity = value
        elif name == "map":
            self.canvas.map_opacity = value
        else:
            self.canvas.is_outlined = bool(value)

    def close(self) -> None:
        """Nothing; takes all widgets out of the page."""
        self.canvas.close()
        self.timeline.close()
        for widget in _all_within(self.widget):
            widget.close()

    def _arranged(self) -> ipywidgets.VBox:
        widgets = {
            "actions": self.actions.widget,
            "canvas": self.canvas.widget,
            "tools": ipywidgets.VBox([self.toolbar, self.keys.widget]),
            "stage": self.card.widget,
            "objects": self.objects.widget,
            "looks": self.looks.widget,
            "timeline": self.timeline.widget,
            "question": self.question.widget,
        }
        side = ipywidgets.VBox([widgets[name] for name in _BESIDE if name in self.parts])
        side.add_class("vos-side")
        main = ipywidgets.VBox([widgets[name] for name in _ON_CANVAS if name in self.parts])
        main.add_class("vos-picture")
        width = max(self.canvas.view.canvas.width, _NARROWEST)
        main.layout.width, main.layout.max_width = f"{width}px", "100%"
        both = ipywidgets.HBox([part for part in (main, side) if part.children])
        both.add_class("vos-main")
        above = [widgets[name] for name in ("actions",) if name in self.parts]
        below = [widgets[name] for name in ("timeline", "question") if name in self.parts]
        whole = ipywidgets.VBox([_style(), *above, both, *below])
        whole.add_class("vos-explorer")
        return whole


def _style() -> ipywidgets.HTML:
    sheet = asset("explorer.css")
    red, green, blue = UNCERTAINTY[::51].T.tolist()
    steps = ", ".join(css(step) for step in zip(red, green, blue, strict=True))
    scale = f".vos-scale b {{ background: linear-gradient(to right, {steps}); }}"
    style = ipywidgets.HTML(f"<style>{sheet.replace('VOS_ASK', css(ASK))}{scale}</style>")
    style.layout.display = "none"
    return style


def _all_within(widget: ipywidgets.Widget) -> list[ipywidgets.Widget]:
    """A widget and all that are in it, their layouts and styles included."""
    own = [getattr(widget, name, None) for name in ("layout", "style")]
    found = [widget, *(part for part in own if isinstance(part, ipywidgets.Widget))]
    for child in getattr(widget, "children", ()):
        found += _all_within(child)
    return found
