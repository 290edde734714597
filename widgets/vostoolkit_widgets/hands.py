"""From pointer and keys on the canvas to strokes and the names of actions."""

from collections.abc import Callable

from vostoolkit_widgets.canvas import FrameCanvas
from vostoolkit_widgets.capture import Event, Key, Pointer
from vostoolkit_widgets.tools import Pan, Press, Stroke, Tool, felt

KEYS = {
    " ": "space",
    "ArrowLeft": "back",
    "ArrowRight": "on",
    "s": "stage",
    "f": "frame",
    "p": "watch",
    "n": "object",
    "x": "sign",
    "z": "undo",
    "Control+z": "undo",
    "c": "click",
    "l": "scribble",
    "r": "box",
    "b": "brush",
    "e": "eraser",
    "[": "thinner",
    "]": "thicker",
    "+": "closer",
    "=": "closer",
    "-": "farther",
    "0": "whole",
    "h": "help",
    **{str(digit): str(digit) for digit in range(1, 10)},
}
"""What each key of the canvas does while it has the focus; all others go their way."""

WITH_SHIFT = {
    "ArrowLeft": "last request",
    "ArrowRight": "next request",
    "z": "redo",
    "Control+z": "redo",
}


class Hands:
    """Tells strokes, drags of the frame and hotkeys on a canvas.

    ``stroked`` gets each stroke of the `tool`, ``pressed`` the name of an action.
    """

    def __init__(
        self,
        canvas: FrameCanvas,
        stroked: Callable[[Stroke], None],
        pressed: Callable[[str], None],
    ) -> None:
        self.tool: Tool = "click"
        self._canvas = canvas
        self._stroked = stroked
        self._pressed = pressed
        self._press: Press | None = None

    def feel(self, event: Event) -> None:
        """Nothing; takes in one event of the canvas."""
        match event:
            case Pointer():
                self._press, done = felt(self._press, event, tool=self.tool, view=self._canvas.view)
                if self._press is None:
                    self._canvas.capture.stroke = event.stroke
                if isinstance(done, Pan):
                    self._canvas.pan(done.across, done.down)
                elif done is not None:
                    self._stroked(done)
            case Key(key=key, shift=shift):
                self._pressed((WITH_SHIFT.get(key) if shift else None) or KEYS[key])
            case _:
                pass
