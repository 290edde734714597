"""From pointer and keys to what a person means by them."""

import math
from collections.abc import Callable

from vostoolkit_widgets.canvas import FrameCanvas
from vostoolkit_widgets.capture import Event, Key, Pointer

_KEYS = {
    " ": "space",
    "ArrowLeft": "back",
    "ArrowRight": "on",
    "s": "stage",
    "f": "frame",
    "n": "object",
    "x": "sign",
    "z": "undo",
    **{str(digit): str(digit) for digit in range(1, 10)},
}
_WITH_SHIFT = {"ArrowLeft": "last request", "ArrowRight": "next request"}
_RESTING = 6.0
"""A press that moves less than this many canvas pixels is a click, also on an enlarged frame."""

HOTKEYS = tuple(_KEYS)
"""The keys that the canvas takes while it has the focus; all others go their way."""


class Hands:
    """Tells clicks, drags and hotkeys on a canvas.

    ``clicked`` gets a point in image pixels and whether it means "not it"; ``pressed`` the name of
    an action. A drag moves an enlarged frame; otherwise it is a click where it began.
    """

    def __init__(
        self,
        canvas: FrameCanvas,
        clicked: Callable[[float, float, bool], None],
        pressed: Callable[[str], None],
    ) -> None:
        self._canvas = canvas
        self._clicked = clicked
        self._pressed = pressed
        self._down: Pointer | None = None
        self._last: Pointer | None = None

    def feel(self, event: Event) -> None:
        """Nothing; takes in one event of the canvas."""
        match event:
            case Pointer(kind="down"):
                self._down = self._last = event
            case Pointer(kind="move") if self._down and self._last:
                if self._is_drag(event):
                    self._canvas.pan(event.x - self._last.x, event.y - self._last.y)
                    self._last = event
            case Pointer(kind="up") if self._down:
                down, self._down = self._down, None
                if down.button != 1 and not self._is_drag(event, down):
                    view = self._canvas.view
                    self._clicked(*view.inside(*view.to_image(down.x, down.y)), down.is_negative)
            case Pointer(kind="cancel"):
                self._down = None
            case Key(key=key, shift=shift):
                name = _WITH_SHIFT.get(key) if shift else None
                self._pressed(name or _KEYS[key])
            case _:
                pass

    def _is_drag(self, event: Pointer, down: Pointer | None = None) -> bool:
        start = down or self._down
        if start is None or self._canvas.view.zoom == 1:
            return False
        is_moved = self._last is not start
        return is_moved or math.hypot(event.x - start.x, event.y - start.y) >= _RESTING
