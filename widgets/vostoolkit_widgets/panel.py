"""The Explorer's widgets and their arrangement; shows what it is given, says what was done."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import ipywidgets

from vostoolkit.arrays import ObjectId, Size
from vostoolkit.colours import ASK, UNCERTAINTY, css
from vostoolkit_widgets.canvas import FrameCanvas
from vostoolkit_widgets.controls import Actions, Card, Looks, Objects, Question
from vostoolkit_widgets.hands import HOTKEYS, Hands
from vostoolkit_widgets.timeline import Timeline

PARTS = ("actions", "canvas", "stage", "objects", "looks", "timeline", "question")
"""The parts of the Explorer, from top to bottom."""

_BESIDE = ("stage", "objects", "looks")


@dataclass(frozen=True)
class Doings:
    """What a person can do; each is called on the thread that ``later`` gives, or on a callback's.

    ``act`` gets the name of a button or hotkey, ``click`` a point in image pixels and whether it
    means "not it", ``choose`` an object or None for a new one, ``sign`` whether clicks mean "it",
    ``seek`` a frame.
    """

    act: Callable[[str], None]
    click: Callable[[float, float, bool], None]
    choose: Callable[[ObjectId | None], None]
    sign: Callable[[bool], None]
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
        show: Sequence[str] = PARTS,
        later: Callable[[Callable[[], None]], None],
    ) -> None:
        if unknown := [part for part in show if part not in PARTS]:
            raise ValueError(
                f"show={tuple(show)} names no part {unknown[0]!r}: there are {', '.join(PARTS)}"
            )
        self.parts = tuple(part for part in PARTS if part in show)
        self.canvas = FrameCanvas(size, hotkeys=HOTKEYS, later=later)
        self.timeline = Timeline(length, later=later)
        self.actions, self.card = Actions(doings.act), Card()
        self.objects = Objects(doings.choose, doings.sign)
        self.looks, self.question = (
            Looks(lambda name, value: later(lambda: self._look(name, value))),
            Question(doings.act),
        )
        self._hands = Hands(self.canvas, doings.click, doings.act)
        self.canvas.on_event(lambda event: later(lambda: self._hands.feel(event)))
        self.timeline.on_seek(doings.seek)
        self.question.complain("")
        self.widget = self._arranged()

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
            "stage": self.card.widget,
            "objects": self.objects.widget,
            "looks": self.looks.widget,
            "timeline": self.timeline.widget,
            "question": self.question.widget,
        }
        side = ipywidgets.VBox([widgets[name] for name in _BESIDE if name in self.parts])
        side.add_class("vos-side")
        main = [widgets["canvas"]] if "canvas" in self.parts else []
        both = ipywidgets.HBox([*main, *([side] if side.children else [])])
        both.add_class("vos-main")
        above = [widgets[name] for name in ("actions",) if name in self.parts]
        below = [widgets[name] for name in ("timeline", "question") if name in self.parts]
        whole = ipywidgets.VBox([_style(), *above, both, *below])
        whole.add_class("vos-explorer")
        return whole


def _style() -> ipywidgets.HTML:
    sheet = (Path(__file__).parent / "static" / "explorer.css").read_text()
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
