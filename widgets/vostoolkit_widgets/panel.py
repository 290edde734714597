"""The Explorer's widgets and their arrangement; shows what it is given, says what was done."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import ipywidgets

from vostoolkit.arrays import ObjectId, Size
from vostoolkit.colours import Rgb, colour_of
from vostoolkit_widgets.canvas import FrameCanvas
from vostoolkit_widgets.capture import Dropped, Event
from vostoolkit_widgets.chips import Chips
from vostoolkit_widgets.closing import close_all
from vostoolkit_widgets.controls import Actions, Keys
from vostoolkit_widgets.gaze import Gaze
from vostoolkit_widgets.hands import KEYS, Hands
from vostoolkit_widgets.insight import Insight
from vostoolkit_widgets.looks import Looks
from vostoolkit_widgets.question import Question
from vostoolkit_widgets.rounds import RoundSheet
from vostoolkit_widgets.style import style
from vostoolkit_widgets.toolbar import Toolbar, ink_of
from vostoolkit_widgets.tools import Stroke

PARTS = (
    *("actions", "canvas", "tools", "stage", "objects", "looks"),
    *("timeline", "question", "round", "more", "work"),
)
"""The parts of the Explorer, from top to bottom; "more" unfolds the memory, and another run."""

_ZOOM = 1.5
_NARROWEST = 440
_ON_CANVAS = ("canvas", "tools")
_BESIDE = ("stage", "objects", "looks")
_BELOW = ("timeline", "question", "round", "more", "work")


@dataclass(frozen=True)
class Doings:
    """What a person can do; each is called through ``later``.

    ``act`` gets the name of a button or hotkey, ``stroke`` what was drawn, ``on_object`` what is
    done with an object (choose, hide, forget), ``seek`` and ``let_go`` a frame, ``load`` a mask
    file's name and content, ``describe`` what an object is called or its colour; ``changed`` is
    called when the gaze was changed.
    """

    act: Callable[[str], None]
    stroke: Callable[[Stroke], None]
    on_object: Callable[[str, ObjectId], None]
    seek: Callable[[int], None]
    let_go: Callable[[int], None]
    load: Callable[[str, bytes], None]
    describe: Callable[[str, ObjectId, str], None]
    changed: Callable[[], None]


class Panel:
    """The parts that ``show`` names, arranged; `widget` is displayed.

    Raises:
        ValueError: ``show`` names a part that there isn't.
    """

    def __init__(
        self,
        size: Size,
        insight: Insight,
        doings: Doings,
        *,
        gaze: Gaze,
        show: Sequence[str] = PARTS,
        work: ipywidgets.Widget,
        later: Callable[[Callable[[], None]], None],
    ) -> None:
        if unknown := [part for part in show if part not in PARTS]:
            raise ValueError(
                f"show={tuple(show)} names no part {unknown[0]!r}: there are {', '.join(PARTS)}"
            )
        self.parts = tuple(part for part in PARTS if part in show)
        self.canvas = FrameCanvas(size, hotkeys=KEYS, later=later)
        self._insight, self.timeline = insight, insight.timeline
        self.gaze, self._doings = gaze, doings
        self._colour = colour_of(gaze.object_id)

        def press(name: str, value: Any = None) -> None:
            later(lambda: self._pressed(name, value))

        self.actions, self.keys = Actions(press), Keys()
        self.question, self.toolbar, self.objects = Question(press), Toolbar(press), Chips(press)
        self.looks, self.round = Looks(press), RoundSheet(press)
        self.round.add_class("vos-round")
        self._work = work
        self._hands = Hands(self.canvas, doings.stroke, lambda name: self._pressed(name, None))
        self.canvas.on_event(lambda event: later(lambda: self._felt(event)))
        self.canvas.on_view(self.show_tool)
        self.timeline.on_seek(lambda frame: later(lambda: doings.seek(frame)))
        self.question.complain("")
        self.widget = self._arranged()

    def show_tool(self, colour: Rgb | None = None) -> None:
        """Nothing; shows the tool in hand, whose strokes are in this colour from now on."""
        gaze, view = self.gaze, self.canvas.view
        self._colour = colour = colour or self._colour
        width = (gaze.width or 0.0) * view.scale[0]
        ink = ink_of(gaze.tool, colour, positive=gaze.is_positive, width=width)
        self._hands.take(gaze.tool, ink, gaze.place)
        self.toolbar.show_gaze(gaze, view.zoom, colour)

    def _felt(self, event: Event) -> None:
        if isinstance(event, Dropped):
            self._doings.load(event.name, event.content)
        else:
            self._hands.feel(event)

    def _pressed(self, name: str, value: Any) -> None:
        """A control that changes what is seen is done here; the others are the session's."""
        canvas, gaze = self.canvas, self.gaze
        match name:
            case "closer" | "farther":
                canvas.zoom(_ZOOM if name == "closer" else 1 / _ZOOM)
            case "whole":
                canvas.zoom(0.0)
            case "masks":
                canvas.mask_opacity = float(value)
            case "map":
                canvas.map_opacity = float(value)
            case "outlines":
                canvas.is_outlined = bool(value)
            case "help":
                self.keys.toggle()
            case "chosen":
                gaze.lay_over(str(value))
                self._doings.changed()
            case "width":
                gaze.widen(float(value))
                self._doings.changed()
            case "rename" | "colour":
                self._doings.describe(name, int(value[0]), str(value[1]))
            case "mask":
                self._doings.load(*value)
            case "seek":
                self._doings.seek(int(value))
            case "let go":
                self._doings.let_go(int(value))
            case "choose" | "hide" | "forget":
                self._doings.on_object(name, int(value))
            case _:
                self._doings.act(name)

    def close(self) -> None:
        """Nothing; takes all widgets out of the page."""
        self.canvas.close()
        close_all(self.widget, *self._parts.values())  # those that aren't shown too

    def _arranged(self) -> ipywidgets.VBox:
        widgets = self._parts = {
            "actions": self.actions.widget,
            "canvas": self.canvas.widget,
            "tools": ipywidgets.VBox([self.toolbar, self.keys.widget]),
            "stage": self._insight.inspector.widget,
            "objects": self.objects,
            "looks": self.looks,
            "timeline": self._insight.time,
            "question": self.question.widget,
            "round": self.round,
            "work": self._work,
            "more": self._insight.folds.widget,
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
        below = [widgets[name] for name in _BELOW if name in self.parts]
        whole = ipywidgets.VBox([style(), *above, both, *below])
        whole.add_class("vos-explorer")
        return whole
