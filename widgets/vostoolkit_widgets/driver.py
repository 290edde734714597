"""Runs a session on a thread of its own: as far as asked, until it asks, until stopped."""

import time
from collections import deque
from collections.abc import Callable
from typing import Literal, TypeAlias

from vostoolkit.appearance import Appearance
from vostoolkit.arrays import ObjectId
from vostoolkit.autosave import Autosave
from vostoolkit.prompts import Drawing, Prompt, Skip
from vostoolkit.protocols import Event
from vostoolkit.results import Checkpoint, Propagation, Refinement, Request, StageResult
from vostoolkit.session import Session
from vostoolkit_widgets.ledger import ledger_of
from vostoolkit_widgets.worker import Worker

Goal: TypeAlias = Literal["stage", "frame", "run", "answer", "redo"]


class Driver:
    """Advances a session stage by stage, so that it stops within one stage.

    ``on_event`` gets every event on the driver's thread, and None whenever something else about the
    session changed; ``on_error`` what a step or an answer raised. ``kept`` learns of prompts before
    they wait for their turn.
    """

    def __init__(
        self,
        session: Session,
        on_event: Callable[[Event | None], None],
        on_error: Callable[[Exception], None],
        kept: Autosave | None = None,
    ) -> None:
        self.session = session
        self.goal: Goal | None = None
        self._on_event = on_event
        self._on_error = on_error
        self._kept = kept
        self._ends: deque[float] = deque(maxlen=8)
        self._given: tuple[Prompt, ...] = ()
        self._pending: list[Prompt] = []
        self._checkpoints = 0
        self._ledger = ledger_of(session)
        self._worker = Worker("vostoolkit-session", self._failed)

    @property
    def is_running(self) -> bool:
        """Whether stages are being computed, or will be."""
        return self.goal is not None and self.session.request is None

    @property
    def pending(self) -> tuple[Prompt, ...]:
        """The prompts of which the masks know nothing yet."""
        return tuple(self._pending)

    @property
    def rate(self) -> float | None:
        """Frames a second of the run that is going on; None until that is known."""
        ends = list(self._ends)
        return (len(ends) - 1) / (ends[-1] - ends[0]) if len(ends) > 2 else None

    def go(self, goal: Goal) -> None:
        """Nothing; goes on by a stage, to the end of a frame, or to the end.

        Where the method asks it waits, and goes on with the answer.
        """
        self._worker.post(lambda: self._go(goal))

    def stop(self) -> None:
        """Nothing; the stage at work is the last."""
        self.goal = None
        self._worker.post(self._halt)

    def answer(self, *prompts: Prompt, is_last: bool = False) -> None:
        """Nothing; gives prompts to the session.

        Where they answer a request, the run goes on as it was; a correction that nobody asked for
        stops it as soon as one can see what it does, and so does a drawing, to be gone on with, but
        if it ``is_last``.
        """
        if self._kept is not None:
            self._kept.give(prompts)
        self._pending += prompts
        self._worker.post(lambda: self._answer(prompts, is_last=is_last))

    def describe(self, change: Callable[[Appearance], Appearance]) -> None:
        """Nothing; objects get other names or colours; a run that is going on goes on."""
        self._worker.post(lambda: self._describe(change))

    def forget(self, object_id: ObjectId) -> None:
        """Nothing; stops, and takes back all prompts on an object."""
        self.stop()
        self._worker.post(lambda: self._forget(object_id))

    def undo(self) -> None:
        """Nothing; stops, and takes back what was last asked for: a stage, a run, an answer."""
        self.stop()
        self._worker.post(self._undo)

    def redo(self) -> None:
        """Nothing; does again what was taken back last; `stop` ends it."""
        self._worker.post(self._redo)

    def wait(self, timeout_s: float) -> bool:
        """Whether everything asked for was done in time."""
        return self._worker.wait(timeout_s)

    def close(self) -> None:
        """Nothing; stops for good."""
        self.stop()
        self._worker.close()

    def _go(self, goal: Goal) -> None:
        self.goal = goal
        self._ends.clear()
        self._ledger.begin()
        self._worker.post(self._advance, instead_of="advance")

    def _halt(self) -> None:
        """Nothing; undoes a `go` that was asked for before the stop and came to its turn after."""
        self.goal = None
        self._on_event(None)

    def _advance(self) -> None:
        goal, session = self.goal, self.session
        with session.turn:
            if goal is None or session.request is not None or session.finished:
                event = None
            else:
                event = session.step()
                self._ledger.mark()
        if goal is not None and session.finished:
            self._reached(goal)
        if event is None or goal is None:
            self._on_event(None)
            return
        if isinstance(event, Propagation if self.session.round else Checkpoint):
            self._ends.append(time.monotonic())
        self._forget_applied(event)
        if self.is_reached(goal, event):
            self._reached(goal)
        self._on_event(event)
        if self.goal is not None:
            self._worker.post(self._advance, instead_of="advance")

    def is_reached(self, goal: Goal, event: Event) -> bool:
        """Whether an event is what the goal was set for; in rounds, any question ends it."""
        if self.session.round and isinstance(event, Request):
            return True
        if goal == "stage":
            return isinstance(event, StageResult | Request)
        if goal == "frame":
            return isinstance(event, Checkpoint)
        if goal == "answer":
            return self._is_answered(event)
        return False

    def _is_answered(self, event: Event) -> bool:
        """Whether an event shows the prompts given last, or they can't show any more."""
        if isinstance(event, Refinement):
            return any(prompt in self._given for prompt in event.prompts)
        if isinstance(event, Checkpoint):
            self._checkpoints += 1
            only_skipped = all(isinstance(prompt, Skip) for prompt in self._given)
            return only_skipped or self._checkpoints > 1
        return isinstance(event, Request)

    def _reached(self, goal: Goal) -> None:
        """Nothing; ends the goal, unless another was set meanwhile."""
        if self.goal == goal:
            self.goal = None

    def _answer(self, prompts: tuple[Prompt, ...], *, is_last: bool) -> None:
        session, request = self.session, self.session.request
        is_asked = request is not None and all(p.frame == request.frame for p in prompts)
        self._ledger.begin()
        try:
            session.answer(*prompts)
        except Exception:
            if self._kept is not None:
                self._kept.refuse(prompts)
            raise
        self._ledger.mark()
        self._ends.clear()  # the time a person takes is no part of the rate
        if session.round:
            self.goal = "run"  # until it asks again
        is_ahead = min(prompt.frame for prompt in prompts) > (session.frame or 0)
        goes_on = is_asked and self.goal in ("run", "frame")
        is_drawing = not is_last and any(isinstance(prompt, Drawing) for prompt in prompts)
        if not (is_ahead or (goes_on and not is_drawing) or session.round):
            self.goal, self._given, self._checkpoints = "answer", prompts, 0
        self._on_event(None)
        if self.goal is not None:
            self._worker.post(self._advance, instead_of="advance")

    def _describe(self, change: Callable[[Appearance], Appearance]) -> None:
        self._ledger.begin()
        self.session.appearance = change(self.session.appearance)
        self._ledger.mark()
        if self.goal is not None:
            self._ledger.begin()  # what the run does from now on is taken back apart
        self._on_event(None)

    def _forget(self, object_id: ObjectId) -> None:
        self._ledger.begin()
        self.session.forget(object_id)
        self._ledger.mark()
        self._forget_untaken()
        self._on_event(None)

    def _redo(self) -> None:
        self.goal, count = "redo", self._ledger.to_redo()
        for _ in range(count):
            if self.goal != "redo":
                break
            self.session.redo()
            self._ledger.mark()
            if self.session.last is not None:
                self._on_event(self.session.last)
        self._reached("redo")
        self._on_event(None)

    def _undo(self) -> None:
        self.session.undo(self._ledger.to_undo())
        self._ledger.mark()
        self._forget_untaken()
        self._on_event(None)

    def _failed(self, error: Exception) -> None:
        self.goal = None
        self._forget_untaken()
        self._on_error(error)

    def _forget_applied(self, event: Event) -> None:
        for prompt in self.pending:
            is_seen = isinstance(event, Refinement) and prompt in event.prompts
            is_here = event.round > 0 or prompt.frame == event.frame
            is_past = isinstance(event, Checkpoint) and is_here
            if is_seen or (is_past and prompt in self.session.prompts):
                self._pending.remove(prompt)

    def _forget_untaken(self) -> None:
        taken = self.session.prompts
        for prompt in self.pending:
            if prompt not in taken:
                self._pending.remove(prompt)
