"""What explains a run beside its picture: stages, time, thresholds, memory, and other runs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import ipywidgets

from vostoolkit.arrays import ObjectId
from vostoolkit.frames import Video
from vostoolkit.session import Session
from vostoolkit.what_if import as_decided
from vostoolkit_widgets.adaptation import Adaptation
from vostoolkit_widgets.agreement import Agreement, LabelsOrNone
from vostoolkit_widgets.chart import Curve, curves_of
from vostoolkit_widgets.comparison import Comparison
from vostoolkit_widgets.folds import Folds
from vostoolkit_widgets.inspector import Inspector
from vostoolkit_widgets.memory_view import MemoryView
from vostoolkit_widgets.scene import rows_so_far
from vostoolkit_widgets.timeline import Timeline
from vostoolkit_widgets.trial import Thresholds, Trial
from vostoolkit_widgets.worker import Worker

_FOLDS = {
    "memory": "What is in memory, where a pixel is read from, who reads a place",
    "branch": "Another run from here on beside this one",
    "adapt": "Teach the network this video, from the frames that you marked",
}


@dataclass(frozen=True)
class Host:
    """What an `Insight` needs of the Explorer that it is part of.

    ``later`` does jobs where drawing is done, ``failed`` tells what went wrong, ``act`` does what a
    button stands for, and ``take`` goes on with another session.
    """

    later: Callable[[Callable[[], None]], None]
    failed: Callable[[Exception], None]
    act: Callable[[str], None]
    take: Callable[[Session], None]


@dataclass(frozen=True)
class Spot:
    """Which frame and object a person looks at, and whether stages are computed."""

    frame: int = 0
    object_id: ObjectId = 1
    is_running: bool = False


class Insight:
    """Owns the parts that explain a session, and shows them as it stands."""

    def __init__(self, session: Session, host: Host, *, truth: LabelsOrNone | None) -> None:
        self._host, self._session, self._spot = host, session, Spot()
        self._appearance = session.appearance
        self._agreement = None if truth is None else Agreement(truth)
        self._work = Worker("vostoolkit-insight", host.failed)
        self.trial = Trial(session)
        self._decided: dict[str, float] = {}
        self.timeline = Timeline(1, later=host.later)
        self.thresholds = Thresholds(lambda name, value: host.later(lambda: self._do(name, value)))
        self.inspector = Inspector(session, later=self._work.post)
        makers = {"memory": self._memory, "branch": self._branch, "adapt": self._adaptation}
        self.folds = Folds(
            {name: (_FOLDS[name], make) for name, make in makers.items()}, later=self._work.post
        )
        self.time = ipywidgets.VBox([self.timeline.widget, self.thresholds])
        self.time.add_class("vos-time")
        self._let_drag()

    def look(self, session: Session, spot: Spot) -> None:
        """Nothing; shows a session over time, and the spot in it that is looked at."""
        if session is not self._session:
            self._session, self.trial, self._decided = session, Trial(session), {}
            for name in ("memory", "adapt"):
                self._work.post(partial(self.folds.put, name, None))
            self._let_drag()
        self._spot = spot
        comparison = self.folds.part("branch")
        if comparison is not None and session.appearance != self._appearance:
            comparison.refresh()
        self._appearance = session.appearance
        self._show_time()

    def look_into(self) -> None:
        """Nothing; shows what happened at the spot; takes longer."""
        spot = self._spot
        self.inspector.show(spot.frame, session=self._session, has_time=not spot.is_running)
        memory = self.folds.part("memory")
        if memory is not None and not spot.is_running:
            is_shown = (memory.frame, memory.object_id) == (spot.frame, spot.object_id)
            if not is_shown or memory.recall is None:
                self._work.post(partial(_show_memory, memory, spot), instead_of="memory")

    @property
    def levels(self) -> dict[str, float]:
        """The thresholds that are drawn."""
        return {**self._decided, **self.trial.thresholds}

    def curves(self) -> list[Curve]:
        """A curve for each object, by its name, with IoU where the truth is known."""
        curves = curves_of(rows_so_far(self._session))
        if self._agreement is not None:
            curves = self._agreement.on(self._session, curves, "the truth")
        seen = self._session.appearance
        return [
            replace(c, name=seen.names.get(c.object_id, ""), colour=seen.colour(c.object_id))
            for c in curves
        ]

    def wait(self, timeout_s: float) -> bool:
        """Whether all that was asked for was done in time."""
        return self._work.wait(timeout_s)

    def close(self) -> None:
        """Nothing; takes all parts out of the page."""
        self._work.close()
        for part in (self.timeline, self.thresholds, self.inspector, self.folds, self.time):
            part.close()

    def _show_time(self) -> None:
        video, frame = self._session.video, self._spot.frame
        self.timeline.length = (
            len(video) if isinstance(video, Video) else (self._session.frame or 0) + 1
        )
        record = self._session.trace.records.get(frame)
        if record is not None and record.decision is not None:
            known = record.decision.thresholds
            self._decided = {n: value for n, value in known.items() if n.startswith("tau_")}
        self.timeline.show(self.curves(), self.levels, self.trial.change())
        self.timeline.cursor = frame
        self._show_trial()

    def _show_trial(self) -> None:
        rows = rows_so_far(self._session)
        change, was = self.trial.change(), as_decided(rows)
        self.thresholds.show_trial(self.trial, self._spot.frame, change, was)

    def _let_drag(self) -> None:
        self.timeline.on_thresholds(self._tried if self.trial.own else None)

    def _tried(self, thresholds: Mapping[str, float]) -> None:
        self.trial.put(thresholds)
        self.timeline.show_change(self.levels, self.trial.change())
        self._show_trial()
        self.timeline.capture.pace()

    def _do(self, name: str, value: Any) -> None:
        match name:
            case "one":
                self.trial.put_one(str(value[0]), float(value[1]))
            case "reset":
                self.trial.put({})
            case "branch":
                self._work.post(self._branch_here)
            case _:
                self._work.post(self._use)
        self._tried(self.trial.thresholds)

    def _branch_here(self) -> None:
        comparison = self._branch()
        self.folds.put("branch", comparison)
        comparison.run()

    def _use(self) -> None:
        self._host.act("stop")
        self._host.take(self.trial.branch(self._spot.frame))

    def _memory(self) -> MemoryView:
        spot = self._spot
        return MemoryView(self._session, spot.frame, spot.object_id, later=self._work.post)

    def _adaptation(self) -> Adaptation:
        return Adaptation(self._session, take=self._take_adapted)

    def _take_adapted(self, session: Session) -> None:
        """Nothing; goes on with a session that hasn't begun, and runs it."""
        self._host.act("stop")
        self._host.take(session)
        self._host.act("run")

    def _branch(self) -> Comparison:
        """Another run from here on, with the thresholds that are tried.

        Raises:
            SessionError: there is nothing yet that could be done again.
        """
        self._host.act("stop")
        return Comparison(self._session, self.trial.branch(self._spot.frame))


def _show_memory(memory: MemoryView, spot: Spot) -> None:
    memory.show(spot.frame, spot.object_id)
    memory.canvas.capture.pace()
