"""A cursor that is moved by keys and presses as a pointer does, for who has none."""

from dataclasses import dataclass, replace
from typing import Literal

from vostoolkit_widgets.capture import Key, Pointer
from vostoolkit_widgets.viewport import Point, Viewport

STEP, FINE_STEP = 12.0, 1.0
"""Canvas pixels that an arrow moves it by, and with Shift."""

MOVES: dict[str, Point] = {
    "ArrowLeft": (-1, 0),
    "ArrowRight": (1, 0),
    "ArrowUp": (0, -1),
    "ArrowDown": (0, 1),
}
KEYS = ("ArrowUp", "ArrowDown", "Enter", "Escape")
"""Keys that are its own only while it is shown; the other arrows and letters are there anyway."""


@dataclass(frozen=True)
class KeyCursor:
    """Where it is, in image pixels; ``is_down`` while it draws."""

    x: float
    y: float
    is_down: bool = False
    is_negative: bool = False

    @staticmethod
    def in_the_middle(view: Viewport) -> "KeyCursor":
        """A cursor in the middle of what is seen."""
        height, width = view.canvas
        return KeyCursor(*view.inside(*view.to_image(width / 2, height / 2)))

    def moved(self, key: Key, view: Viewport) -> "KeyCursor":
        """The cursor one step of an arrow on, inside the frame."""
        step = FINE_STEP if key.shift else STEP
        across, down = MOVES[key.key]
        x, y = view.to_canvas(self.x, self.y)
        x, y = view.inside(*view.to_image(x + across * step, y + down * step))
        return replace(self, x=x, y=y)

    def pressed(self, key: Key, *, holds: bool) -> "KeyCursor":
        """The cursor after Enter: where the tool ``holds``, its button goes down or up."""
        is_down = holds and not self.is_down
        is_negative = self.is_negative if self.is_down else key.shift
        return replace(self, is_down=is_down, is_negative=is_negative)

    def pointer(self, kind: Literal["down", "move", "up"], view: Viewport) -> Pointer:
        """What a mouse there would report."""
        x, y = view.to_canvas(self.x, self.y)
        return Pointer(kind, x, y, button=2 if self.is_negative else 0)
