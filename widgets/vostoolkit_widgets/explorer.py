"""A session in a notebook: look at it, click on it, let it run, answer when it asks."""

import logging
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image as PillowImage

from vostoolkit.arrays import ObjectId
from vostoolkit.errors import VostoolkitError
from vostoolkit.frames import Video
from vostoolkit.protocols import Event
from vostoolkit.results import Request, StageResult, Uncertainty
from vostoolkit.session import Session
from vostoolkit_widgets import wording
from vostoolkit_widgets.acts import LOOKS, Acts
from vostoolkit_widgets.agreement import LabelsOrNone
from vostoolkit_widgets.album import Album
from vostoolkit_widgets.asking import asked
from vostoolkit_widgets.bundle import bundle_of
from vostoolkit_widgets.cells import after_each_cell
from vostoolkit_widgets.driver import Driver
from vostoolkit_widgets.gaze import Gaze
from vostoolkit_widgets.insight import Host, Insight, Spot
from vostoolkit_widgets.keeping import Keeping
from vostoolkit_widgets.lineage import Lineage
from vostoolkit_widgets.panel import PARTS, Doings, Panel
from vostoolkit_widgets.portrait import portrait
from vostoolkit_widgets.question import Asked
from vostoolkit_widgets.scene import objects_of, scene_of
from vostoolkit_widgets.sole import take_over
from vostoolkit_widgets.watching import Watch
from vostoolkit_widgets.worker import Worker

_STAGE_PACE_S = 0.15
"""While it runs, stages are drawn no more often than this."""

_REST_S = 0.15
"""What takes long to draw is drawn when nothing else was for so many seconds."""

_log = logging.getLogger(__name__)


class Explorer:
    """Shows a session and drives it; ``show`` chooses among the parts in `PARTS`.

    With a ``folder`` all that a person does is saved there at once, and found there by the same
    line after the kernel was restarted. ``truth`` gives the true labels of a frame, or None, for
    curves of IoU; the method never sees them.

    The cell that displays it returns at once: stages run on a thread, and stop within one stage.
    Clicks go to the session as prompts, so all is there in Python as well: `session`, and `frame`
    and `object_id`, which can be set; names and colours are in ``session.appearance``.

    Raises:
        ValueError: ``show`` names a part that there isn't.
        SessionError: the folder holds other work, or another kernel keeps it.

    Example:
        >>> session = Session(LazyXMem.preset("nano"), open_video("juggle.mp4"))
        >>> explorer = Explorer(session, folder="work/juggle")
        >>> explorer
    """

    def __init__(
        self,
        session: Session,
        *,
        show: Sequence[str] = PARTS,
        truth: LabelsOrNone | None = None,
        folder: str | Path | None = None,
    ) -> None:
        self._keeping, self._lineage = Keeping(session, folder), Lineage()
        self._gaze = Gaze.on(session.frame or 0, session.video.size)
        self._desk = Worker("vostoolkit-explorer", self._failed)
        host = Host(self._desk.post, self._failed, self._act, self._take)
        self._insight = Insight(session, host, truth=truth)
        doings = Doings(
            act=self._act,
            stroke=lambda stroke: self._do(lambda: self._acts.stroke(stroke)),
            on_object=lambda name, which: self._do(lambda: self._acts.on_object(name, which)),
            seek=lambda frame: self._do(lambda: self._acts.seek(frame), is_look=True),
            describe=lambda *what: self._do(lambda: self._acts.describe(*what)),
            let_go=lambda frame: self._do(lambda: self._acts.let_go(frame)),
            load=lambda name, content: self._do(lambda: self._acts.load(name, content)),
            changed=self.refresh,
        )
        self._panel = Panel(
            session.video.size,
            self._insight,
            doings,
            gaze=self._gaze,
            show=show,
            work=self._keeping.menu.widget,
            later=self._desk.post,
        )
        later = partial(self._desk.post, self._sharpen, instead_of="detail", after_s=_REST_S)
        self._panel.canvas.on_coarse(later)
        self._begin(session)
        self._unwatch = after_each_cell(self.refresh)
        self._refresh()
        if session.frame is None and not isinstance(session.video, Video):
            self._driver.go("stage")  # takes a live stream's first frame

    # -- in Python ---------------------------------------------------------------------------------

    @property
    def session(self) -> Session:
        """The session that is shown; another one of the same video can be set, as a branch is.

        It is kept in the folder in place of the one before; undo leads back to that.

        Raises:
            ValueError: its frames have another size.
        """
        return self._session

    @session.setter
    def session(self, session: Session) -> None:
        if (size := session.video.size) != (own := self._session.video.size):
            raise ValueError(f"frames of {tuple(size)}, not {tuple(own)}: explore it apart")
        self._take(session)

    @property
    def frame(self) -> int:
        """The frame that is shown; setting it shows another."""
        return self._gaze.frame

    @frame.setter
    def frame(self, frame: int) -> None:
        self._acts.look_at(frame)
        self.refresh()

    @property
    def object_id(self) -> ObjectId:
        """The object that clicks are on; setting it to a new id makes a new object."""
        return self._gaze.object_id

    @object_id.setter
    def object_id(self, object_id: ObjectId) -> None:
        self._gaze.take_up(object_id)
        self.refresh()

    @property
    def tool(self) -> str:
        """The tool in hand, one of `tools.TOOLS`; it can be set."""
        return self._gaze.tool

    @tool.setter
    def tool(self, tool: str) -> None:
        self._gaze.pick(tool)
        self.refresh()

    def refresh(self) -> None:
        """Nothing; shows the session as it is now. Cells that change it do this by themselves."""
        self._desk.post(self._refresh, instead_of="refresh")

    def settle(self, timeout_s: float = 60.0) -> bool:
        """Whether all that was asked for was done and drawn in time; for scripts and tests."""
        workers = (self._desk, self._insight, self._driver, self._desk)
        return all(worker.wait(timeout_s) for worker in workers)

    def snapshot(self) -> PillowImage.Image:
        """What is shown, as a picture: the frame; timeline and question where they are shown."""
        seen = scene_of(self.session, self.frame, self._driver.pending).without(self._gaze.hidden)
        said, insight = self._asked(), self._insight
        picture = portrait(seen, self._album, self._panel, insight=insight, asked=said)
        return PillowImage.fromarray(picture)

    def close(self) -> None:
        """Nothing; stops, and takes the widgets out of the page. The session stays as it is."""
        self._unwatch()
        self._watch.stop()
        self._driver.close()
        self._desk.close()
        self._insight.close()
        self._keeping.close()
        self._panel.close()

    def __repr__(self) -> str:
        return f"Explorer({wording.summary(self.session)})"

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        """The widget; a picture beside it for pages that have no kernel."""
        return bundle_of(self._panel.widget, repr(self), np.asarray(self.snapshot()))

    def _take(self, session: Session) -> None:
        """Nothing; shows and drives this session from now on; undo leads back to the one before."""
        self._lineage.take(self._session, session)
        self._turn_to(session)

    def _turn_to(self, session: Session) -> None:
        self._watch.stop()
        self._driver.close()
        self._begin(session)
        self._gaze.is_following, self._gaze.frame = True, session.frame or 0
        self.refresh()

    def _begin(self, session: Session) -> None:
        self._session, self._album = session, Album(session)
        self._driver = Driver(session, self._happened, self._failed, self._keeping.of(session))
        self._acts = Acts(session, self._driver, self._gaze)
        self._watch = Watch(
            self._gaze,
            self._album,
            self._panel,
            driver=self._driver,
            desk=self._desk,
            changed=self.refresh,
            failed=self._failed,
        )
        take_over(self._driver)

    def _act(self, name: str) -> None:
        """Nothing; does what a button or key stands for."""
        if self._lineage.can(name, self._session):
            self._turn_to(self._lineage.turn(name, self._session))
        elif not self._watch.feel(name):
            self._do(lambda: self._acts.do(name), is_look=name in LOOKS)

    def _do(self, act: Callable[[], None], *, is_look: bool = False) -> None:
        """Nothing; does what a person did. At another frame there is only a glance at first."""
        self._watch.stop()
        self._panel.question.complain("")
        act()
        if is_look:
            self._watch.glance()
        self._desk.post(self._refresh, instead_of="refresh", after_s=_REST_S if is_look else 0.0)

    # -- what the session does; on the driver's thread ---------------------------------------------

    def _happened(self, event: Event | None) -> None:
        match event:
            case Uncertainty():
                self._album.add(event)
            case Request(object_id=int(object_id)):
                self._gaze.take_up(object_id)
            case None:
                self._album.forget_after(self.session.frame or 0)
            case _:
                pass
        if self._gaze.is_following:
            self._gaze.frame = self.session.frame or 0
        is_passing = self._driver.goal in ("run", "redo") and isinstance(event, StageResult)
        if not is_passing or time.monotonic() - self._drawn_at >= _STAGE_PACE_S:
            self.refresh()

    def _failed(self, error: Exception) -> None:
        _log.info("the Explorer caught an error", exc_info=error)
        is_ours = isinstance(error, VostoolkitError | ValueError)
        said = f"{'' if is_ours else f'{type(error).__name__}: '}{error}"
        self._panel.question.complain(said)
        self._panel.canvas.capture.spoken = said
        self.refresh()

    # -- drawing; on the desk's thread -------------------------------------------------------------

    def _refresh(self) -> None:
        gaze, session, panel = self._gaze, self.session, self._panel
        frame = gaze.frame
        self._drawn_at = time.monotonic()
        scene = scene_of(session, frame, self._driver.pending)
        is_running = self._driver.is_running
        if "canvas" in panel.parts:  # before all else, for it is what a person waits for
            seen = scene.without(self._gaze.hidden)
            panel.canvas.show_still(self._album.still(seen, self._album.overlay(frame, gaze)))
            panel.canvas.capture.pace()
        panel.actions.show(
            wording.place(session, frame),
            is_running=is_running,
            is_going=self._driver.goal is not None or self._watch.is_on,
            is_finished=session.finished,
            can_undo=bool(session.history.done) or self._lineage.can("undo", session),
            can_redo=bool(session.history.undone) or self._lineage.can("redo", session),
        )
        panel.objects.show_objects(objects_of(session, scene), gaze, session)
        panel.looks.show_canvas(panel.canvas, *self._album.choices(frame, gaze))
        panel.show_tool(session.appearance.colour(gaze.object_id))
        panel.question.show(said := self._asked())
        panel.canvas.tell(said.text if said.asks else "")
        panel.round.show_round(session, self._album, frame)
        self._keeping.show(session)
        self._insight.look(session, Spot(frame, gaze.object_id, is_running))
        wait_s = 0.0 if is_running else _REST_S
        self._desk.post(self._insight.look_into, instead_of="stage", after_s=wait_s)

    def _sharpen(self) -> None:
        if not (self._driver.is_running or self._watch.is_on):
            scene = scene_of(self.session, self.frame, self._driver.pending)
            self._panel.canvas.show_detail(self._album.detail(scene.without(self._gaze.hidden)))

    def _asked(self) -> Asked:
        return asked(self.session, self._driver, self._album)
