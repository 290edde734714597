"""Two runs on one video: side by side or as a difference, at the same frame and zoom."""

from collections.abc import Mapping
from dataclasses import replace
from html import escape
from typing import Any

import ipywidgets

from vostoolkit.arrays import ObjectId, Size
from vostoolkit.colours import css
from vostoolkit.frames import Video
from vostoolkit.pictures.layout import framed, row, titled
from vostoolkit.pictures.view import grey
from vostoolkit.prompts import Absent, Click, Skip
from vostoolkit.protocols import Event
from vostoolkit.results import Request, Uncertainty
from vostoolkit.session import Session
from vostoolkit_widgets import agreement, render, snapshot, wording
from vostoolkit_widgets.agreement import agreement_with, difference_png
from vostoolkit_widgets.album import Album
from vostoolkit_widgets.assets import asset
from vostoolkit_widgets.bar import Bar
from vostoolkit_widgets.bundle import bundle_of
from vostoolkit_widgets.canvas import FrameCanvas
from vostoolkit_widgets.chart import Curve, curves_of
from vostoolkit_widgets.closing import close_all
from vostoolkit_widgets.driver import Driver
from vostoolkit_widgets.hands import Hands
from vostoolkit_widgets.scene import Scene, rows_so_far, scene_of
from vostoolkit_widgets.stills import Still
from vostoolkit_widgets.style import style
from vostoolkit_widgets.timeline import Timeline
from vostoolkit_widgets.tools import Stroke
from vostoolkit_widgets.trial import compared
from vostoolkit_widgets.worker import Worker

_WITHIN = Size(300, 440)
_SHADE, _TINT = 0.9, 0.35


class Comparison:
    """Shows two sessions of one video, linked in time, zoom and pan.

    The right one can be run and answered here, as a branch is. What differs is blue where only the
    left has an object, orange where only the right has, purple where they are different objects.

    Raises:
        ValueError: the sessions' videos have frames of different sizes.

    Example:
        >>> branch = session.branch(20, decide=EntropyJump(tau_user=0.1, tau_pseudo=0.05))
        >>> Comparison(session, branch)
    """

    def __init__(
        self, left: Session, right: Session, *, names: tuple[str, str] = ("this run", "branch")
    ) -> None:
        if left.video.size != right.video.size:
            raise ValueError(
                f"frames of {tuple(left.video.size)} and of {tuple(right.video.size)}: compare two "
                "sessions on the same video"
            )
        self.left, self.right, self.names = left, right, names
        self._agreement = agreement_with(right)
        self._is_difference = False
        self._error = ""
        self._desk = Worker("vostoolkit-comparison", self._failed)
        self._driver = Driver(right, self._happened, self._failed)
        self._albums = Album(left), Album(right)
        size = left.video.size
        self.canvases = tuple(
            FrameCanvas(size, within=_WITHIN, later=self._desk.post) for _ in range(2)
        )
        for mine, other in (self.canvases, self.canvases[::-1]):
            mine.on_view(lambda mine=mine, other=other: other.look_through(mine.view))
        strokes = (lambda stroke: None, self._stroked)
        for canvas, stroked in zip(self.canvases, strokes, strict=True):
            feel = Hands(canvas, stroked, self._key).feel
            canvas.on_event(lambda event, feel=feel: self._desk.post(lambda: feel(event)))
        self.timeline = Timeline(self._length, later=self._desk.post)
        self.timeline.on_seek(lambda frame: self._desk.post(lambda: self._look_at(frame)))
        self.bar = _Controls(lambda name, value: self._desk.post(lambda: self._do(name, value)))
        self._frame = min(right.frame or 0, left.frame or 0)
        self.widget = self._arranged()
        self._refresh()

    @property
    def frame(self) -> int:
        """The frame that both show; setting it shows another."""
        return self._frame

    @frame.setter
    def frame(self, frame: int) -> None:
        self._look_at(frame)

    @property
    def is_difference(self) -> bool:
        """Whether the difference is shown in place of the two; it can be set."""
        return self._is_difference

    @is_difference.setter
    def is_difference(self, value: bool) -> None:
        self._is_difference = value
        self.refresh()

    def run(self) -> None:
        """Nothing; runs the right session until it asks or ends."""
        self._driver.go("run")

    def refresh(self) -> None:
        """Nothing; shows both as they are now."""
        self._desk.post(self._refresh, instead_of="refresh")

    def settle(self, timeout_s: float = 60.0) -> bool:
        """Whether all that was asked for was done and drawn in time; for scripts and tests."""
        return all(w.wait(timeout_s) for w in (self._desk, self._driver, self._desk))

    def close(self) -> None:
        """Nothing; stops, and takes the widgets out of the page. The sessions stay as they are."""
        self._driver.close()
        self._desk.close()
        for part in (*self.canvases, self.timeline):
            part.close()
        close_all(self.widget)

    def __repr__(self) -> str:
        return f"Comparison({self.names[0]!r}, {self.names[1]!r})"

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        """The widget; a picture beside it for pages that have no kernel."""
        sides = [
            titled(
                snapshot.frame_picture(album.image(self._frame), scene, None, canvas=canvas), name
            )
            for name, album, scene, canvas in zip(
                self.names, self._albums, self._scenes(), self.canvases, strict=True
            )
        ]
        return bundle_of(self.widget, repr(self), framed(row(sides)))

    # -- what a person does; on the desk's thread --------------------------------------------------

    def _do(self, name: str, value: Any) -> None:
        self._error = ""
        match name:
            case "mode":
                self._is_difference = value == "difference"
            case "run":
                self._driver.go("run")
            case "stop":
                self._driver.stop()
            case "step":
                self._look_at(self._frame + int(value))
            case _:
                self._give_verdict(name)
        self.refresh()

    def _look_at(self, frame: int) -> None:
        self._frame = min(max(frame, 0), self._length - 1)
        self.refresh()

    def _key(self, name: str) -> None:
        step = {"back": -1, "on": 1}.get(name)
        if step is not None:
            self._look_at(self._frame + step)

    def _give_verdict(self, name: str) -> None:
        request = self.right.request
        if request is not None and request.object_id is not None:
            verdict = Skip if name == "skip" else Absent
            self._driver.answer(verdict(request.frame, request.object_id))

    def _stroked(self, stroke: Stroke) -> None:
        """Nothing; a click on the right picture answers what the right session asks there."""
        request = self.right.request
        if request is None or request.object_id is None or request.frame != self._frame:
            return
        x, y = stroke.path[0]
        positive = not stroke.is_negative
        self._driver.answer(Click(request.frame, request.object_id, x, y, positive=positive))

    # -- what the right session does; on the driver's thread ---------------------------------------

    def _happened(self, event: Event | None) -> None:
        if isinstance(event, Uncertainty):
            self._albums[1].add(event)
        if isinstance(event, Request) or self._driver.goal is not None:
            self._frame = self.right.frame or 0
        self.refresh()

    def _failed(self, error: Exception) -> None:
        self._error = str(error)
        self.refresh()

    # -- drawing; on the desk's thread -------------------------------------------------------------

    @property
    def _length(self) -> int:
        video = self.left.video
        return len(video) if isinstance(video, Video) else (self.left.frame or 0) + 1

    def _scenes(self) -> tuple[Scene, Scene]:
        """What both show, objects in the colours of the left one."""
        left = scene_of(self.left, self._frame)
        right = scene_of(self.right, self._frame, self._driver.pending)
        return left, replace(right, appearance=left.appearance)

    def _refresh(self) -> None:
        scenes = self._scenes()
        if self._is_difference:
            labels = [scene.labels for scene in scenes if scene.labels is not None]
            masks = difference_png(*labels) if len(labels) == 2 else None
            image = self._albums[0].image(self._frame)
            ground = None if image is None else render.frame_jpeg(grey(image))
            stills = [Still(ground, masks)]
        else:
            albums = zip(self._albums, scenes, strict=True)
            stills = [album.still(scene) for album, scene in albums]
        for canvas, still in zip(self.canvases, stills, strict=False):
            canvas.mask_opacity = _SHADE if self._is_difference else _TINT
            canvas.show_still(still)
        self._sides[1].layout.display = "none" if self._is_difference else None
        heads = (" and ".join(self.names), "") if self._is_difference else self.names
        for title, head in zip(self._titles, heads, strict=True):
            title.value = f"<b>{escape(head)}</b>"
        self.timeline.length = self._length
        self.timeline.show(self._curves(), {})
        self.timeline.cursor = self._frame
        self._show_controls()
        self.canvases[0].capture.pace()

    def _curves(self) -> list[Curve]:
        """A lane for each run and object, those of one object below each other."""
        left, right = (curves_of(rows_so_far(session)) for session in (self.left, self.right))
        left = self._agreement.on(self.left, left, self.names[1])
        colour = self.left.appearance.colour
        lanes = [
            replace(curve, name=name, colour=colour(curve.object_id))
            for name, curves in zip(self.names, (left, right), strict=True)
            for curve in curves
        ]
        return sorted(lanes, key=lambda lane: lane.object_id)

    def _show_controls(self) -> None:
        request, running = self.right.request, self._driver.is_running
        asks = ""
        if request is not None:
            head, rest = wording.question(request, self.left.appearance.names)
            asks = f"{self.names[1]} asks. {head} {rest}"
        self.bar.show(
            mode="difference" if self._is_difference else "side by side",
            modes=["side by side", "difference"],
            frame=self._frame,
            colours=[
                [css(agreement.ONLY_LEFT), f"only {self.names[0]}"],
                [css(agreement.ONLY_RIGHT), f"only {self.names[1]}"],
                [css(agreement.OTHER_OBJECT), "another object"],
            ],
            names=list(self.names),
            text=compared(self.left, self.right, self.names)
            + _overlap(self._agreement.at(self.left, self._frame), self._frame),
            asks=asks,
            has_object=request is not None and request.object_id is not None,
            running=running,
            finished=self.right.finished,
            error=self._error,
        )

    def _arranged(self) -> ipywidgets.VBox:
        width = self.canvases[0].view.canvas.width
        self._titles = [ipywidgets.HTML() for _ in self.names]
        self._sides = [
            ipywidgets.VBox(
                [title, canvas.widget],
                layout=ipywidgets.Layout(width=f"{width}px", max_width="100%"),
            )
            for title, canvas in zip(self._titles, self.canvases, strict=True)
        ]
        both = ipywidgets.HBox(self._sides)
        both.add_class("vos-main")
        whole = ipywidgets.VBox([style(), self.bar, both, self.timeline.widget])
        whole.add_class("vos-explorer")
        return whole


class _Controls(Bar):
    """How the two are shown, what they came to in numbers, and what the right one asks."""

    _esm = asset("elements.js") + asset("comparison.js")


def _overlap(ious: Mapping[ObjectId, float], frame: int) -> str:
    shared = ", ".join(f"object {o} {value:.2f}" for o, value in ious.items())
    return f" IoU of both at frame {frame}: {shared}." if shared else ""
