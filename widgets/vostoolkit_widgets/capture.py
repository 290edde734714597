"""Pointer and key events of a canvas, complete: buttons, modifiers, drags that leave it."""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, TypeAlias

import anywidget
import traitlets

from vostoolkit_widgets.assets import asset
from vostoolkit_widgets.ordering import Queue

_log = logging.getLogger(__name__)

_WINDOW, _FILM_WINDOW = 3, 10
"""How many drawings, or pictures of a film, may be under way to the browser before the next one
waits."""

_FILM_ECHO = 5
"""One in so many pictures of a film is echoed: each echo makes the kernel busy and idle, which
JupyterLab shows, and that takes a page longer than the picture."""

_ECHO_TIMEOUT_S = 1.0


@dataclass(frozen=True)
class Pointer:
    """A button pressed on a canvas, moved while held, or let go; in the canvas's own pixels.

    ``path`` holds where it passed since the last event. ``space`` says that the space bar is held;
    ``stroke`` counts the presses.
    """

    kind: Literal["down", "move", "up", "cancel"]
    x: float
    y: float
    button: int = 0
    shift: bool = False
    alt: bool = False
    control: bool = False
    space: bool = False
    path: tuple[tuple[float, float], ...] = ()
    stroke: int = 0

    @property
    def is_negative(self) -> bool:
        """Whether this means "not it": the right button, a pen's other end, or Alt."""
        return self.button in (2, 5) or self.alt


@dataclass(frozen=True)
class Wheel:
    """The wheel turned over a canvas, or two fingers on a pad; in the canvas's own pixels."""

    x: float
    y: float
    delta: float


@dataclass(frozen=True)
class Pinch:
    """Two fingers on the canvas that came so many times further apart and moved by so much.

    ``x`` and ``y`` are the middle between them, in the canvas's own pixels.
    """

    x: float
    y: float
    factor: float
    across: float
    down: float


@dataclass(frozen=True, eq=False)
class Dropped:
    """A file that was dropped on the canvas."""

    name: str
    content: bytes


@dataclass(frozen=True)
class Key:
    """A hotkey pressed while the canvas has the focus, by its name in the browser."""

    key: str
    shift: bool = False
    alt: bool = False
    control: bool = False


@dataclass(frozen=True)
class Theme:
    """The page's colours: said when the canvas appears, and when they change."""

    dark: bool


@dataclass(frozen=True)
class Width:
    """How wide the canvas is on the page, in the page's pixels: at first, and when that changes."""

    width: int


@dataclass(frozen=True)
class Ratio:
    """How many of the screen's pixels make one of the page's: at first, and when that changes."""

    ratio: float


@dataclass(frozen=True)
class Ink:
    """How a stroke looks until the kernel has drawn it; ``width`` is in the canvas's own pixels.

    With ``has_ring`` a circle of that width goes with the pointer; from ``anchor``, a point of the
    canvas, a line leads to it. ``sign`` is the colour of a mark's plus.
    """

    shape: Literal["none", "mark", "line", "box"] = "none"
    colour: str = ""
    negative: str = ""
    width: float = 1.0
    alpha: float = 1.0
    has_ring: bool = False
    anchor: tuple[float, float] | None = None
    sign: str = ""


Event: TypeAlias = Pointer | Wheel | Pinch | Key | Dropped | Theme | Width | Ratio


Message: TypeAlias = tuple[dict[str, Any], Sequence[Any]]


class Capture(anywidget.AnyWidget):
    """An invisible widget that must be displayed beside its canvas, which it finds by a class.

    Events reach a callback on any thread. `is_ready` turns True once a browser has attached it.
    """

    _esm = asset("ink.js") + asset("film.js") + asset("capture.js")

    target = traitlets.Unicode().tag(sync=True)
    extent = traitlets.List(traitlets.Int()).tag(sync=True)
    zoom = traitlets.Float(1.0).tag(sync=True)
    ink = traitlets.Dict(asdict(Ink())).tag(sync=True)
    hotkeys = traitlets.List(traitlets.Unicode()).tag(sync=True)
    cursor = traitlets.Unicode("default").tag(sync=True)
    label = traitlets.Unicode().tag(sync=True)
    spoken = traitlets.Unicode().tag(sync=True)
    """What a screen reader says when it changes."""

    def __init__(self, callback: Callable[[Event], None], **traits: Any) -> None:
        super().__init__(**traits)
        self.is_ready = False
        self.stroke = 0
        """The last press that was understood; the page keeps the ink of later ones."""
        self._callback = callback
        self._echoed = threading.Condition()
        self._sorting = threading.RLock()
        self._queues: dict[str, Queue[Message]] = {}
        self._sent = self._seen = 0
        self.on_msg(self._received)

    def write_with(self, ink: Ink) -> None:
        """Nothing; strokes look like this from now on."""
        if self.ink != (described := asdict(ink)):
            self.ink = described

    def pace(self) -> None:
        """Nothing; says that something was drawn, after waiting while the browser lags behind.

        Never waits where no browser has attached this, nor for longer than a second.
        """
        if self.is_ready:
            self.send({"type": "ping", "number": self._turn(), "stroke": self.stroke})

    def project(self, picture: bytes, place: tuple[float, float, float, float]) -> None:
        """Nothing; the page draws a JPEG over the canvas; waits while it lags behind, as `pace`.

        It draws them all, in order, one at each of its own frames. ``place`` is left, top, width
        and height in shares of the canvas. It is there until something is drawn on a layer.
        """
        if self.is_ready:
            number = self._turn(_FILM_WINDOW)
            film = {"type": "film", "number": number, "is_echoed": number % _FILM_ECHO == 0}
            self.send({**film, "place": place}, [picture])

    def cut(self) -> None:
        """Nothing; the page forgets what was projected and isn't drawn yet."""
        if self.is_ready:
            with self._echoed:
                self._seen = self._sent
            self.send({"type": "cut"})

    def _turn(self, window: int = _WINDOW) -> int:
        """The number of the next drawing, once the page has seen enough of those before."""
        end = time.monotonic() + _ECHO_TIMEOUT_S
        with self._echoed:
            while self._sent - self._seen >= window:
                if not self._echoed.wait(end - time.monotonic()):
                    self._seen = self._sent  # the page is closed or asleep
            self._sent += 1
            return self._sent

    def _received(self, _: object, content: dict[str, Any], buffers: Sequence[Any]) -> None:
        if "order" not in content:
            self._take(content, buffers)
            return
        message = dict(content)
        view, order = str(message.pop("view")), int(message.pop("order"))
        with self._sorting:
            for early, its_buffers in self._queues.setdefault(view, Queue()).put(
                order, (message, buffers)
            ):
                self._take(early, its_buffers)

    def _take(self, content: dict[str, Any], buffers: Sequence[Any]) -> None:
        values = {key: value for key, value in content.items() if key != "type"}
        match content.get("type"):
            case "pong":
                with self._echoed:
                    self._seen = max(self._seen, int(values["number"]))
                    self._echoed.notify_all()
            case "pointer":
                path = tuple((float(x), float(y)) for x, y in values.pop("path", ()))
                self._callback(Pointer(**values, path=path))
            case "wheel":
                self._callback(Wheel(**values))
            case "pinch":
                self._callback(Pinch(**values))
            case "file":
                self._callback(Dropped(str(values["name"]), bytes(buffers[0])))
            case "key":
                self._callback(Key(**values))
            case "ready":
                self.is_ready = True
                self._callback(Theme(**values))
            case "width":
                self._callback(Width(**values))
            case "ratio":
                self._callback(Ratio(**values))
            case "theme":
                self._callback(Theme(**values))
            case other:
                _log.warning("unknown message %r from the browser", other)
