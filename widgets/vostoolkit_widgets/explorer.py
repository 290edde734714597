"""A session in a notebook: look at it, click on it, let it run, answer when it asks."""

import base64
import logging
import time
import weakref
from collections.abc import Sequence
from typing import Any

import numpy as np
from PIL import Image as PillowImage

from vostoolkit.arrays import ObjectId, check_object_id
from vostoolkit.errors import VostoolkitError
from vostoolkit.frames import Video
from vostoolkit.pictures import img, picture
from vostoolkit.prompts import Absent, Click, Skip
from vostoolkit.protocols import Event
from vostoolkit.results import Request, StageResult, Uncertainty
from vostoolkit.session import Session
from vostoolkit_widgets import render, snapshot, wording
from vostoolkit_widgets.album import Album, map_values
from vostoolkit_widgets.cells import after_each_cell
from vostoolkit_widgets.chart import curves_of
from vostoolkit_widgets.driver import Driver
from vostoolkit_widgets.panel import PARTS, Doings, Panel
from vostoolkit_widgets.scene import (
    Scene,
    asked_frames,
    marks_of,
    objects_of,
    rows_so_far,
    scene_of,
)
from vostoolkit_widgets.worker import Worker

_STAGE_PACE_S = 0.15
_log = logging.getLogger(__name__)
_drivers: "weakref.WeakValueDictionary[int, Driver]" = weakref.WeakValueDictionary()
"""The driver of each session, by its id; a session has only one that runs."""


class Explorer:
    """Shows a session and drives it; ``show`` chooses among the parts in `PARTS`.

    The cell that displays it returns at once: stages run on a thread, and stop within one stage.
    Clicks go to the session as prompts, so all is there in Python as well: `session`, and `frame`
    and `object_id`, which can be set.

    Raises:
        ValueError: ``show`` names a part that there isn't.

    Example:
        >>> explorer = Explorer(Session(LazyXMem.preset("nano"), open_video("juggle.mp4")))
        >>> explorer
    """

    def __init__(self, session: Session, *, show: Sequence[str] = PARTS) -> None:
        self.session = session
        self._frame = session.frame or 0
        self._object: ObjectId = 1
        self._is_positive = True
        self._is_following = True
        self._thresholds: dict[str, float] = {}
        self._album = Album(session)
        self._desk = Worker("vostoolkit-explorer", self._failed)
        self._driver = Driver(session, self._happened, self._failed)
        doings = Doings(
            act=lambda name: self._desk.post(lambda: self._act(name)),
            click=self._click,
            choose=self._choose,
            sign=self._sign,
            seek=self._seek,
        )
        self._panel = Panel(
            session.video.size, self._length, doings, show=show, later=self._desk.post
        )
        before = _drivers.get(id(session))
        if before is not None and before.session is session:  # the cell was run again
            before.stop()
        _drivers[id(session)] = self._driver
        self._unwatch = after_each_cell(self.refresh)
        self._refresh()
        if session.frame is None and not isinstance(session.video, Video):
            self._driver.go("stage")  # takes a live stream's first frame

    # -- in Python ---------------------------------------------------------------------------------

    @property
    def frame(self) -> int:
        """The frame that is shown; setting it shows another."""
        return self._frame

    @frame.setter
    def frame(self, frame: int) -> None:
        length = self._length
        if not 0 <= frame < length:
            raise ValueError(f"frame {frame}: give a frame from 0 to {length - 1}")
        self._frame = int(frame)
        self._is_following = frame == (self.session.frame or 0)
        self.refresh()

    @property
    def object_id(self) -> ObjectId:
        """The object that clicks are on; setting it to a new id makes a new object."""
        return self._object

    @object_id.setter
    def object_id(self, object_id: ObjectId) -> None:
        check_object_id(object_id)
        self._object = int(object_id)
        self.refresh()

    def refresh(self) -> None:
        """Nothing; shows the session as it is now. Cells that change it do this by themselves."""
        self._desk.post(self._refresh, instead_of="refresh")

    def settle(self, timeout_s: float = 60.0) -> bool:
        """Whether all that was asked for was done and drawn in time; for scripts and tests."""
        return all(w.wait(timeout_s) for w in (self._desk, self._driver, self._desk))

    def snapshot(self) -> PillowImage.Image:
        """What is shown, as a picture: the frame; timeline and question where they are shown."""
        panel, session, frame = self._panel, self.session, self._frame
        encoded = self._album.map(frame)
        pictures = [
            snapshot.frame_picture(
                self._album.image(frame),
                scene_of(session, frame),
                None if encoded is None else map_values(encoded, session.video.size),
                canvas=panel.canvas,
            )
        ]
        width = max(pictures[0].shape[1], 640)
        if "timeline" in panel.parts:
            strip = snapshot.Strip(self._length, curves_of(rows_so_far(session)), frame)
            pictures.append(snapshot.timeline_picture(strip, self._thresholds, width=width))
        if "question" in panel.parts:
            head, rest, asks = self._words()
            pictures.append(snapshot.text_picture(f"{head} {rest}", width, asks=asks))
        return PillowImage.fromarray(snapshot.stacked(pictures))

    def close(self) -> None:
        """Nothing; stops, and takes the widgets out of the page. The session stays as it is."""
        self._unwatch()
        self._driver.close()
        self._desk.close()
        self._panel.close()

    def __repr__(self) -> str:
        size = self.session.video.size
        frames = f"{self._length} frames of " if isinstance(self.session.video, Video) else ""
        return f"Explorer({type(self.session.method).__name__}, {frames}{size.width}x{size.height})"

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        """The widget; a picture beside it for pages that have no kernel."""
        bundle: Any = getattr(self._panel.widget, "_repr_mimebundle_")()  # noqa: B009
        data = dict(bundle[0] if isinstance(bundle, tuple) else bundle)
        png = render.small_png(np.asarray(self.snapshot()))
        return data | {"text/plain": repr(self), "image/png": base64.b64encode(png).decode()}

    # -- what a person does ------------------------------------------------------------------------

    def _act(self, name: str) -> None:
        self._panel.question.complain("")
        if name == "space":
            name = "stop" if self._driver.is_running else "run"
        match name:
            case "run" | "frame" | "stage":
                self._is_following = True
                self._driver.go(name)
            case "stop":
                self._driver.stop()
            case "undo":
                self._is_following = True
                self._driver.undo()
            case "skip" | "it is gone":
                self._give_verdict(name)
            case "object":
                self._choose(None)
            case "sign":
                self._sign(not self._is_positive)
            case "back" | "on":
                self._seek(self._frame + (1 if name == "on" else -1))
            case "last request" | "next request":
                self._seek_request(later=name == "next request")
            case digit:
                self._choose(int(digit))
        self.refresh()

    def _click(self, x: float, y: float, negative: bool) -> None:
        self._panel.question.complain("")
        self._is_following = True
        positive = self._is_positive and not negative
        self._driver.answer(Click(self._frame, self._object, x, y, positive=positive))

    def _give_verdict(self, name: str) -> None:
        request = self.session.request
        if request is not None and request.object_id is not None:
            verdict = Skip if name == "skip" else Absent
            self._driver.answer(verdict(request.frame, request.object_id))

    def _choose(self, object_id: ObjectId | None) -> None:
        known = (0, *objects_of(self.session, scene_of(self.session, self._frame)))
        self._is_positive = True
        self.object_id = max(known) + 1 if object_id is None else object_id

    def _sign(self, positive: bool) -> None:
        self._is_positive = positive
        self.refresh()

    def _seek(self, frame: int) -> None:
        self.frame = min(max(frame, 0), self._length - 1)

    def _seek_request(self, *, later: bool) -> None:
        asked = asked_frames(self.session)
        found = [f for f in asked if (f > self._frame if later else f < self._frame)]
        if found:
            self._seek(min(found) if later else max(found))

    # -- what the session does; on the driver's thread ---------------------------------------------

    def _happened(self, event: Event | None) -> None:
        match event:
            case Uncertainty():
                self._album.add(event)
            case Request(object_id=int(object_id)):
                self._object, self._is_positive = object_id, True
            case None:
                self._album.forget_after(self.session.frame or 0)
            case _:
                pass
        if self._is_following:
            self._frame = self.session.frame or 0
        if not (self._driver.goal == "run" and isinstance(event, StageResult) and self._is_fresh):
            self.refresh()

    @property
    def _is_fresh(self) -> bool:
        """Whether the last drawing is so young that stages needn't be drawn one by one."""
        return time.monotonic() - self._drawn_at < _STAGE_PACE_S

    def _failed(self, error: Exception) -> None:
        _log.info("the Explorer caught an error", exc_info=error)
        is_ours = isinstance(error, VostoolkitError | ValueError)
        self._panel.question.complain(f"{'' if is_ours else f'{type(error).__name__}: '}{error}")
        self.refresh()

    # -- drawing; on the desk's thread -------------------------------------------------------------

    def _refresh(self) -> None:
        frame, session, panel = self._frame, self.session, self._panel
        self._drawn_at = time.monotonic()
        scene, is_running = scene_of(session, frame), self._driver.is_running
        if scene.decision is not None:
            known = scene.decision.thresholds
            self._thresholds = {n: value for n, value in known.items() if n.startswith("tau_")}
        panel.actions.show(
            wording.place(session, frame),
            is_running=is_running,
            is_going=self._driver.goal is not None,
            is_finished=session.finished,
        )
        panel.objects.show(objects_of(session, scene), self._object, positive=self._is_positive)
        head, rest, asks = self._words()
        has_object = session.request is not None and session.request.object_id is not None
        panel.question.show(head, rest, asks=asks, has_object=has_object)
        if "timeline" in panel.parts:
            panel.timeline.length = self._length
            panel.timeline.show(curves_of(rows_so_far(session)), self._thresholds)
            panel.timeline.cursor = frame
        if "stage" in panel.parts:
            self._show_stage(scene, is_running)
        if "canvas" in panel.parts:
            panel.canvas.show_encoded(
                self._album.frame(frame), scene.labels, self._album.map(frame), marks_of(scene)
            )
            panel.canvas.capture.pace()

    def _show_stage(self, scene: Scene, is_running: bool) -> None:
        name, lines = wording.stage(scene.result)
        lines = lines or wording.numbers(self.session, scene.frame)
        shown = ""
        if scene.result is not None and not is_running:
            shown = img(picture(scene.result, self._album.image(scene.frame)))
        code = f"session.at({scene.frame})" if scene.labels is not None else ""
        self._panel.card.show(name, lines, picture=shown, code=code)

    def _words(self) -> tuple[str, str, bool]:
        request = self.session.request
        if request is not None:
            return *wording.question(request), True
        if self._driver.is_running:
            return *wording.progress(self.session, self._driver.rate), False
        return *wording.invitation(self.session), False

    @property
    def _length(self) -> int:
        video = self.session.video
        return len(video) if isinstance(video, Video) else (self.session.frame or 0) + 1
