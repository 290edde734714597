"""The Explorer's buttons, sliders and lines of text; each says what was pressed, and no more."""

from collections.abc import Callable, Sequence
from html import escape

import ipywidgets

from vostoolkit.arrays import ObjectId
from vostoolkit.colours import colour_of, css
from vostoolkit.history import History
from vostoolkit_widgets.wording import STAGES

_ACTIONS = (
    ("run", "play", "On until the method asks, or to the end  (Space)"),
    ("frame", "step-forward", "To the end of this frame  (f)"),
    ("stage", "chevron-right", "One stage  (s)"),
    ("stop", "stop", "Stop after the stage at work  (Space)"),
    ("undo", "undo", "Take back what was last done: a stage, a run, an answer  (Z)"),
    ("redo", "repeat", "Do again what was taken back  (Shift Z)"),
)
_KEYS = (
    ("Space", "run, stop; held: drag the frame"),
    ("F, S", "one frame, one stage"),
    ("← →", "look at the frame before, after; with Shift: at the request"),
    ("Z, Shift Z", "undo, redo"),
    ("C L R B E", "click, line, rectangle, brush, eraser"),
    ("[ ]", "thinner, thicker"),
    ("X", "on it, not it"),
    ("1 – 9, N", "object; a new one"),
    ("+ − 0", "larger, smaller, the whole frame"),
    ("Tab", "leaves the canvas"),
)
_BUTTON = {"width": "auto", "min_width": "74px", "flex": "0 0 auto"}


class Actions:
    """The buttons that move the session, and where it stands."""

    def __init__(self, pressed: Callable[[str], None]) -> None:
        self.buttons: dict[str, ipywidgets.Button] = {}
        for name, icon, tip in _ACTIONS:
            button = ipywidgets.Button(
                description=name, icon=icon, tooltip=tip, layout=ipywidgets.Layout(**_BUTTON)
            )
            button.on_click(lambda _, name=name: pressed(name))
            self.buttons[name] = button
        self._place = ipywidgets.HTML()
        self._place.add_class("vos-place")
        self.widget = ipywidgets.HBox([*self.buttons.values(), self._place])
        self.widget.add_class("vos-actions")

    def show(
        self,
        place: str,
        *,
        is_running: bool,
        is_going: bool,
        is_finished: bool,
        history: History,
    ) -> None:
        """Nothing; shows the place, and which buttons can be pressed.

        ``is_going`` means that it runs, or will with the next answer.
        """
        _set(self._place, f"<span>{escape(place)}</span>")
        for name in ("run", "frame", "stage"):
            self.buttons[name].disabled = is_running or is_finished
        self.buttons["stop"].disabled = not is_going
        self.buttons["undo"].disabled = is_running or not history.done
        self.buttons["redo"].disabled = is_running or not history.undone


class Objects:
    """A chip per object to choose from, and one for a new object."""

    def __init__(self, chosen: Callable[[ObjectId | None], None]) -> None:
        self._chosen = chosen
        self._chips: dict[ObjectId, ipywidgets.Button] = {}
        self._new = ipywidgets.Button(
            description="object",
            icon="plus",
            tooltip="Clicks are on a new object  (n)",
            layout=ipywidgets.Layout(**_BUTTON),
        )
        self._new.on_click(lambda _: chosen(None))
        self.widget = ipywidgets.HBox([self._new])
        self.widget.add_class("vos-objects")

    def show(self, objects: Sequence[ObjectId], chosen: ObjectId) -> None:
        """Nothing; shows these objects, one of them chosen."""
        wanted = sorted({*objects, chosen})
        if wanted != list(self._chips):
            for chip in self._chips.values():
                chip.close()
            self._chips = {object_id: self._chip(object_id) for object_id in wanted}
            self.widget.children = (*self._chips.values(), self._new)
        for object_id, chip in self._chips.items():
            (chip.add_class if object_id == chosen else chip.remove_class)("vos-chosen")

    def _chip(self, object_id: ObjectId) -> ipywidgets.Button:
        red, green, blue = colour_of(object_id)
        is_light = 0.299 * red + 0.587 * green + 0.114 * blue > 110
        chip = ipywidgets.Button(
            description=str(object_id),
            tooltip=f"Clicks are on object {object_id}  ({object_id})",
            layout=ipywidgets.Layout(width="38px"),
            style=ipywidgets.ButtonStyle(
                button_color=css((red, green, blue)),
                text_color="#141418" if is_light else "#ffffff",
            ),
        )
        chip.add_class("vos-chip")
        chip.on_click(lambda _: self._chosen(object_id))
        return chip


class Looks:
    """How opaque masks and map are, and whether objects are outlined."""

    def __init__(self, changed: Callable[[str, float], None]) -> None:
        self._sliders = {
            "masks": _slider("masks", 0.35, "How opaque masks are"),
            "map": _slider("entropy", 0.6, "How opaque the uncertainty map is"),
        }
        for name, slider in self._sliders.items():
            slider.observe(lambda change, name=name: changed(name, change["new"]), "value")
        self._outline = ipywidgets.Checkbox(
            value=True, description="outlines", indent=False, layout=ipywidgets.Layout(width="auto")
        )
        self._outline.observe(lambda change: changed("outline", float(change["new"])), "value")
        scale = ipywidgets.HTML('<div class="vos-scale"><i>sure</i><b></b><i>unsure</i></div>')
        self.widget = ipywidgets.VBox([*self._sliders.values(), scale, self._outline])
        self.widget.add_class("vos-looks")


class Card:
    """The stage at work: its place among the stages, and its numbers."""

    def __init__(self) -> None:
        self.widget = ipywidgets.HTML()
        self.widget.add_class("vos-card")

    def show(self, name: str, lines: Sequence[str], *, picture: str = "", code: str = "") -> None:
        """Nothing; shows a stage's name, numbers and picture (HTML), and how to get it in code."""
        chain = "".join(
            f'<span class="{"vos-now" if own == name else ""}">{own}</span>' for own, _ in STAGES
        )
        body = "".join(f"<div>{escape(text)}</div>" for text in lines)
        hint = f"<code>{escape(code)}</code>" if code else ""
        _set(
            self.widget,
            f'<div class="vos-chain">{chain}</div><div class="vos-numbers">{body}</div>'
            f"{picture}{hint}",
        )


class Keys:
    """The keys of the canvas, shown when asked for."""

    def __init__(self) -> None:
        rows = "".join(f"<dt>{keys}</dt><dd>{what}</dd>" for keys, what in _KEYS)
        self.widget = ipywidgets.HTML(f'<dl class="vos-keys">{rows}</dl>')
        self.widget.layout.display = "none"

    def toggle(self) -> None:
        """Nothing; shows the keys, or hides them."""
        self.widget.layout.display = None if self.widget.layout.display else "none"


class Question:
    """The line that asks or invites, the two verdicts that answer it, and what went wrong."""

    def __init__(self, pressed: Callable[[str], None]) -> None:
        self._text = ipywidgets.HTML()
        self._text.add_class("vos-question-text")
        self.buttons: dict[str, ipywidgets.Button] = {}
        for name, tip in (
            ("skip", "Leave the object as it is predicted"),
            ("it is gone", "The object isn't in this frame"),
        ):
            button = ipywidgets.Button(
                description=name, tooltip=tip, layout=ipywidgets.Layout(**_BUTTON)
            )
            button.on_click(lambda _, name=name: pressed(name))
            self.buttons[name] = button
        self._error = ipywidgets.HTML()
        self._error.add_class("vos-error")
        self._row = ipywidgets.HBox([self._text, *self.buttons.values()])
        self._row.add_class("vos-question")
        self.widget = ipywidgets.VBox([self._row, self._error])

    def show(self, head: str, rest: str, *, asks: bool, has_object: bool) -> None:
        """Nothing; shows a line, in the asking colour and with verdicts where it asks."""
        _set(self._text, f"<b>{escape(head)}</b> {escape(rest)}")
        (self._row.add_class if asks else self._row.remove_class)("vos-asks")
        shown = None if asks and has_object else "none"
        for button in self.buttons.values():
            button.layout.display = shown

    def complain(self, message: str) -> None:
        """Nothing; shows what went wrong, or nothing."""
        _set(self._error, escape(message))
        self._error.layout.display = None if message else "none"


def _slider(name: str, value: float, tip: str) -> ipywidgets.FloatSlider:
    return ipywidgets.FloatSlider(
        value,
        min=0,
        max=1,
        step=0.05,
        description=name,
        tooltip=tip,
        readout=False,
        layout=ipywidgets.Layout(width="auto"),
        style=ipywidgets.SliderStyle(description_width="58px"),
    )


def _set(widget: ipywidgets.HTML, value: str) -> None:
    """Nothing; sends a text only where it changed."""
    if widget.value != value:
        widget.value = value
