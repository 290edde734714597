"""From pointer and keys on the canvas to strokes and the names of actions."""

from collections.abc import Callable
from dataclasses import replace

from vostoolkit_widgets.canvas import FrameCanvas
from vostoolkit_widgets.capture import Event, Ink, Key, Pointer
from vostoolkit_widgets.keyboard import KEYS as CURSOR_KEYS
from vostoolkit_widgets.keyboard import MOVES, KeyCursor
from vostoolkit_widgets.outline import Outline
from vostoolkit_widgets.sketches import cursor_shapes, open_shapes, path_shapes, region_shapes
from vostoolkit_widgets.tools import OUTLINING, Pan, Press, Stroke, Tool, felt
from vostoolkit_widgets.viewport import Point

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
    "o": "polygon",
    "b": "brush",
    "e": "eraser",
    "g": "local",
    "k": "cursor",
    ",": "last object",
    ".": "next object",
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

OUTLINE_KEYS = ("Enter", "Escape", "Backspace")
"""Keys that are the canvas's own only while an outline is open."""

WITH_SHIFT = {
    "ArrowLeft": "last request",
    "ArrowRight": "next request",
    "z": "redo",
    "Control+z": "redo",
}


class Hands:
    """Tells strokes, drags of the frame and hotkeys on a canvas.

    ``stroked`` gets each stroke of the tool in hand, ``pressed`` the name of an action.
    """

    def __init__(
        self,
        canvas: FrameCanvas,
        stroked: Callable[[Stroke], None],
        pressed: Callable[[str], None],
    ) -> None:
        self.tool: Tool = "click"
        self.cursor: KeyCursor | None = None
        self.outline = Outline()
        self._ink = Ink()
        self._region: tuple[Point, ...] = ()
        self._canvas = canvas
        self._stroked = stroked
        self._pressed = pressed
        self._press: Press | None = None
        self._shown: object = None

    def take(self, tool: Tool, ink: Ink, region: tuple[Point, ...] = ()) -> None:
        """Nothing; has another tool in hand, whose strokes look so, and count in this region."""
        if tool != self.tool:
            self.tool, self.outline = tool, Outline()
            self._lift()
        self._ink, self._region = ink, region
        self._show()

    def feel(self, event: Event) -> None:
        """Nothing; takes in one event of the canvas."""
        match event:
            case Pointer():
                self._point(event)
            case Key(key="k"):
                self._toggle_cursor()
            case Key(key=key) if self.outline.is_open and key in OUTLINE_KEYS:
                self._outline_by(event)
            case Key() if self.cursor is not None and event.key in (*CURSOR_KEYS, *MOVES):
                self._cursor_by(event, self.cursor)
            case Key(key=key, shift=shift) if key in KEYS:
                self._pressed((WITH_SHIFT.get(key) if shift else None) or KEYS[key])
            case _:
                pass
        self._show()

    def _point(self, event: Pointer) -> None:
        view, capture = self._canvas.view, self._canvas.capture
        self._press, done = felt(self._press, event, tool=self.tool, view=view)
        if self._press is None:
            capture.stroke = max(capture.stroke, event.stroke)
        if isinstance(done, Pan):
            self._canvas.pan(done.across, done.down)
        elif isinstance(done, Stroke) and self.tool in OUTLINING:
            self._close(*self.outline.added(done, view))
        elif done is not None:
            self._stroked(done)

    def _outline_by(self, event: Key) -> None:
        if event.key == "Backspace":
            self.outline = self.outline.shortened()
        elif event.key == "Escape":
            self.outline = Outline()
        elif self.cursor is not None:
            self._cursor_by(event, self.cursor)
        else:
            self._close(*self.outline.closed())

    def _close(self, outline: Outline, whole: Stroke | None) -> None:
        self.outline = outline
        if whole is not None:
            self._stroked(whole)

    def _toggle_cursor(self) -> None:
        if self.cursor is not None:
            self._lift()
            self.cursor = None
        else:
            self.cursor = KeyCursor.in_the_middle(self._canvas.view)
        says = "on: arrows move it, with Shift a little, Enter presses, Escape ends"
        self._say(f"keyboard cursor {says if self.cursor else 'off'}")

    def _cursor_by(self, event: Key, cursor: KeyCursor) -> None:
        """Nothing; moves the cursor, presses where it is, or ends what it does."""
        view = self._canvas.view
        if event.key == "Escape":
            if not self._lift():
                self._toggle_cursor()
        elif event.key in MOVES:
            self.cursor = cursor.moved(event, view)
            if cursor.is_down:
                self._point(self.cursor.pointer("move", view))
            self._canvas.look_at(self.cursor.x, self.cursor.y)
            self._say(f"{self.cursor.x:.0f}, {self.cursor.y:.0f}")
        elif event.key == "Enter":
            holds = self.tool not in ("click", *OUTLINING)
            self.cursor = cursor.pressed(event, holds=holds)
            for kind in ("up",) if cursor.is_down else ("down",) if holds else ("down", "up"):
                self._point(self.cursor.pointer(kind, view))
            self._say(f"{self.tool} {'begun' if self.cursor.is_down else 'given'}")

    def _lift(self) -> bool:
        """Whether the cursor was drawing; what it drew is given up."""
        if self.cursor is None or not self.cursor.is_down:
            return False
        self.cursor, self._press = replace(self.cursor, is_down=False), None
        return True

    def _say(self, words: str) -> None:
        self._canvas.capture.spoken = words

    def _show(self) -> None:
        """Nothing; shows region, open outline and cursor, and takes the keys they need."""
        canvas, corners, cursor = self._canvas, self.outline.corners, self.cursor
        anchor = canvas.view.to_canvas(*corners[-1]) if corners else None
        canvas.capture.write_with(replace(self._ink, anchor=anchor))
        path = self._press.path if self._press and cursor and cursor.is_down else ()
        state = (self._region, corners, cursor, path, self._ink)
        if state == self._shown:
            return
        self._shown = state
        own = (*(OUTLINE_KEYS if corners else ()), *(CURSOR_KEYS if cursor else ()))
        canvas.capture.hotkeys = list(dict.fromkeys((*KEYS, *own)))
        shapes = region_shapes(self._region, canvas.view.image)
        shapes += open_shapes(corners, self._ink)
        shapes += path_shapes(path, self._ink, canvas.view.scale[0])
        if cursor is not None:
            shapes += cursor_shapes(cursor.x, cursor.y, is_down=cursor.is_down)
        canvas.sketch(shapes)
        canvas.capture.pace()  # the page's own ink of the last press is no longer needed
