"""An outline while it is drawn: corners clicked one by one, or a line in one go. Values only."""

import math
from dataclasses import dataclass, replace

from vostoolkit_widgets.tools import RESTING, Stroke
from vostoolkit_widgets.viewport import Point, Viewport

REACH = 1.5 * RESTING
"""A click so near its first corner, in canvas pixels, closes an outline."""

_FEWEST = 3


@dataclass(frozen=True)
class Outline:
    """The corners so far in image pixels, and whether it began as a negative stroke."""

    corners: tuple[Point, ...] = ()
    is_negative: bool = False

    @property
    def is_open(self) -> bool:
        """Whether it was begun."""
        return bool(self.corners)

    def added(self, stroke: Stroke, view: Viewport) -> tuple["Outline", Stroke | None]:
        """The outline after a stroke, and the whole of it once it is closed.

        A click adds a corner; near the first one, or again on the last, it closes the outline. A
        drag draws a part of it by hand, and closes it where nothing was there before.
        """
        if not self.is_open:
            begun = Outline(stroke.path if stroke.is_drag else stroke.path[:1], stroke.is_negative)
            return begun.closed() if stroke.is_drag else (begun, None)
        if stroke.is_drag:
            return replace(self, corners=(*self.corners, *stroke.path)), None
        at = view.to_canvas(*stroke.path[0])
        first, last = (view.to_canvas(*self.corners[end]) for end in (0, -1))
        if math.dist(at, last) < RESTING or math.dist(at, first) < REACH:
            return self.closed()
        return replace(self, corners=(*self.corners, stroke.path[0])), None

    def closed(self) -> tuple["Outline", Stroke | None]:
        """Nothing open any more and the whole outline, or itself where it is too little."""
        if len(self.corners) < _FEWEST:
            return self, None
        return Outline(), Stroke(self.corners, self.is_negative, is_drag=True)

    def shortened(self) -> "Outline":
        """The outline without its last corner."""
        return replace(self, corners=self.corners[:-1])
