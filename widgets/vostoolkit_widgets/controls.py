"""The Explorer's buttons and lines of text; each says what was pressed, and no more."""

from collections.abc import Callable
from html import escape

import ipywidgets

_ACTIONS = (
    ("run", "play", "On until the method asks, or to the end  (Space)"),
    ("frame", "step-forward", "To the end of this frame  (f)"),
    ("stage", "chevron-right", "One stage  (s)"),
    ("stop", "stop", "Stop after the stage at work  (Space)"),
    ("watch", "film", "Watch the frames at the video's own speed, from this one on  (P)"),
    ("undo", "undo", "Take back what was last done: a stage, a run, an answer  (Z)"),
    ("redo", "repeat", "Do again what was taken back  (Shift Z)"),
)
_KEYS = (
    ("Space", "run, stop; held: drag the frame"),
    ("F, S", "one frame, one stage"),
    ("P", "watch the video at its own speed; stop"),
    ("← →", "look at the frame before, after; with Shift: at the request"),
    ("Z, Shift Z", "undo, redo"),
    ("C L R O", "click, line, rectangle, outline"),
    ("B E G", "brush, eraser, region: marks count in it only"),
    ("Enter, ⌫, Esc", "close an outline, take a corner back, drop it"),
    ("K", "a cursor for the arrow keys; Enter presses"),
    ("[ ]", "thinner, thicker"),
    ("X", "on it, not it"),
    ("1 – 9, N", "object; a new one"),
    (", .", "object before, after"),
    ("+ − 0", "larger, smaller, the whole frame"),
    ("Tab", "leaves the canvas"),
)
BUTTON = {"width": "auto", "min_width": "74px", "flex": "0 0 auto"}
"""How wide buttons are."""


class Actions:
    """The buttons that move the session, and where it stands."""

    def __init__(self, pressed: Callable[[str], None]) -> None:
        self.buttons: dict[str, ipywidgets.Button] = {}
        for name, icon, tip in _ACTIONS:
            button = ipywidgets.Button(
                description=name, icon=icon, tooltip=tip, layout=ipywidgets.Layout(**BUTTON)
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
        can_undo: bool,
        can_redo: bool,
    ) -> None:
        """Nothing; shows the place, and which buttons can be pressed.

        ``is_going`` means that it runs, or will with the next answer.
        """
        self.tell(place)
        for name in ("run", "frame", "stage"):
            self.buttons[name].disabled = is_running or is_finished
        self.buttons["stop"].disabled = not is_going
        self.buttons["undo"].disabled = is_running or not can_undo
        self.buttons["redo"].disabled = is_running or not can_redo

    def tell(self, place: str) -> None:
        """Nothing; shows where it stands."""
        set_html(self._place, f"<span>{escape(place)}</span>")


class Keys:
    """The keys of the canvas, shown when asked for."""

    def __init__(self) -> None:
        rows = "".join(f"<b>{keys}</b><span>{what}</span>" for keys, what in _KEYS)
        self.widget = ipywidgets.HTML(f'<div class="vos-keys">{rows}</div>')
        self.widget.layout.display = "none"

    def toggle(self) -> None:
        """Nothing; shows the keys, or hides them."""
        self.widget.layout.display = None if self.widget.layout.display else "none"


def set_html(widget: ipywidgets.HTML, value: str) -> None:
    """Nothing; sends a text only where it changed."""
    if widget.value != value:
        widget.value = value
