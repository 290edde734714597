"""Drives a method's generator, so that any point of a run can be reached again exactly."""

import sys
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TypeAlias, cast

from vostoolkit.answers import Answers, Group, is_commit
from vostoolkit.checkpoints import CheckpointStore, Cursor, Saved
from vostoolkit.errors import PromptError, SessionError
from vostoolkit.frames import Stream, Video, image_of
from vostoolkit.protocols import Event, Method, Run, place_of
from vostoolkit.results import Checkpoint, Request, StageResult
from vostoolkit.trace import Trace


class Runner:
    """One run of a method over a video under given answers, seen by a trace.

    Replay is exact because stages are functions of values: the same checkpoint and the same answers
    give the same events.
    """

    def __init__(
        self, method: Method, video: Video | Stream, *, store: CheckpointStore, trace: Trace
    ) -> None:
        self.method = method
        self.video = video
        self.store = store
        self.trace = trace
        self.origin: Saved | None = None
        """Where a branch begins: nothing before it can be reached."""
        self.past: Runner | None = None
        """In rounds, what a branch made until now came from, as it was then."""
        self.answers = Answers()
        self.cursor = Cursor()
        self.last: Event | None = None
        self.ended = False
        self._used: frozenset[int] = frozenset()
        self._run: Run | None = None

    @property
    def waiting(self) -> Request | None:
        """The request that nobody has answered yet."""
        if isinstance(self.last, Request) and self.answers.match(self.last, self._used) is None:
            return self.last
        return None

    @property
    def in_rounds(self) -> bool:
        """Whether the method works in rounds, so that places are rounds and no frames."""
        return getattr(self.method, "in_rounds", False)  # a Protocol would take 40 µs each time

    @property
    def round(self) -> int:
        """The round that prompts given now belong to; 0 without rounds."""
        if not self.in_rounds:
            return 0
        place = place_of(self.last) if self.last else 1
        used = (g for index, g in enumerate(self.answers.at(place)) if index in self._used)
        return place + 1 if any(map(is_commit, used)) else place

    @property
    def finished(self) -> bool:
        """Whether no event is left: the last frame is done and none of its prompts is unused."""
        if self.in_rounds or not isinstance(self.last, Checkpoint):
            return self.ended
        if not isinstance(self.video, Video):
            return self.ended
        is_last = self.ended or self.last.frame >= len(self.video) - 1
        return is_last and self.answers.next_unused(place_of(self.last), self._used) is None

    def is_used(self, place: int, index: int) -> bool:
        """Whether the method has already got this group of prompts."""
        current = place_of(self.last) if self.last else -1
        return place < current or (place == current and index in self._used)

    def change(self, answers: Answers) -> None:
        """Nothing; takes other answers, and forgets what depends on those that are no more.

        Unless they are in use, the run can go on where it is; otherwise `seek` has to follow.
        """
        changed = self.answers.first_change(answers)
        if changed is not None and isinstance(self.video, Video):
            self.store.drop_from(changed)
            new = dict(enumerate(answers.at(changed)))
            old = enumerate(self.answers.at(changed))
            if any(self.is_used(changed, i) and new.get(i) != group for i, group in old):
                self._run = None
        self.answers = answers

    def advance(self) -> Event:
        """The next event; requests that are already answered are passed over.

        Raises:
            SessionError: a request waits, or the run is at its end.
        """
        while True:
            event = self._advance_once()
            if isinstance(event, Request) and self.waiting is None:
                continue
            return event

    def seek(self, target: Cursor) -> None:
        """Nothing; goes to a point of the run, from the nearest checkpoint before it.

        Raises:
            SessionError: the video is a live stream, or the point isn't on this run.
        """
        if target == self.cursor and (self._run is not None or not isinstance(self.video, Video)):
            return
        self.check_can_go_back()
        self._restart(self._nearest(target))
        while self.cursor < target:
            self._advance_once()
        if self.cursor != target:
            raise SessionError(
                f"{self.named(target.place)} can't be reached again as it was: the method doesn't "
                "repeat itself; its stages must depend on their arguments alone"
            )

    def go_to(self, saved: Saved | None) -> None:
        """Nothing; stands at a checkpoint, or before the first, and asks for nothing before it."""
        self.check_can_go_back()
        self._restart(saved)

    def rest(self) -> None:
        """Nothing; lets go of all that can be computed again but the end of the run."""
        if isinstance(self.video, Video):
            self.store.keep_last()
            self.trace.keep_last()

    @property
    def first(self) -> int:
        """The first place: frame 0, or round 1."""
        return 1 if self.in_rounds else 0

    def named(self, place: int) -> str:
        """A place in words."""
        return f"round {place}" if self.in_rounds else f"frame {place}"

    def go_to_end_of(self, place: int) -> None:
        """Nothing; goes to the end of a place, its prompts used; before the first if it's less.

        Raises:
            SessionError: the video is a live stream, or the place lies before a branch's origin.
        """
        self.check_can_go_back()
        self._restart(self._nearest(Cursor(place if place >= self.first else -1, sys.maxsize)))
        while not self.is_done(place):
            self._advance_once()

    def is_done(self, place: int) -> bool:
        """Whether the run stands at the end of a place, its prompts used; always before all."""
        if place < self.first:
            return True
        if not isinstance(self.last, Checkpoint) or place_of(self.last) != place:
            return False
        return self.answers.next_unused(place, self._used) is None

    def is_behind(self, until: "Until") -> bool:
        """Whether ``until`` is a place that is done, all its prompts used."""
        if not isinstance(until, int) or until > self.cursor.place:
            return False
        return self.is_done(until) if self.last and until == place_of(self.last) else True

    def check_can_go_back(self) -> None:
        """Nothing, unless the video is a live stream.

        Raises:
            SessionError: it is.
        """
        if not isinstance(self.video, Video):
            raise SessionError(
                "a live stream can't go back: record it to a file to undo, rewind or branch"
            )

    def _nearest(self, target: Cursor) -> Saved | None:
        nearest = self.store.nearest(target)
        is_torn = not self.in_rounds and target.place not in self.trace.records
        if nearest and nearest.cursor.place == target.place and is_torn:
            # From further back, so that the trace sees all of a frame that may be corrected.
            nearest = self.store.nearest(Cursor(target.place - 1, sys.maxsize))
        nearest = nearest or self.origin
        if nearest and nearest.cursor > target:
            raise SessionError(
                f"this branch begins behind {self.named(nearest.cursor.place)}: ask the session "
                "that it was branched from for what came before"
            )
        return nearest

    def _restart(self, saved: Saved | None) -> None:
        if self._run is not None:
            self._run.close()
        self._run = self.method.run(self.video, saved.checkpoint if saved else None)
        self.cursor, self.last, self._used, self.ended = Cursor(), None, frozenset(), False
        if saved:
            self.trace.go_back_to(saved.checkpoint, saved.cursor.visit)
            self.last = self._with_picture(next(self._run))
            self.cursor, self._used = saved.cursor, saved.used
        else:
            self.trace.forget_after(-1)

    def _resume(self) -> Run:
        """The generator at the present point, after it was interrupted or before it began."""
        if isinstance(self.video, Video) and self.cursor != Cursor():
            self.seek(self.cursor)
        else:  # a live stream goes on with its next frame
            self._restart(self.store.nearest(self.cursor))
        return cast(Run, self._run)

    def _advance_once(self) -> Event:
        if self.finished:
            raise SessionError("the video is at its end: rewind() or answer() goes on from a frame")
        run = self._run or self._resume()
        reply, used = self._reply()
        started = time.perf_counter()
        try:
            event = run.send(reply)
        except StopIteration:
            if self.last is None:
                raise SessionError("the video has no frames") from None
            self.ended, self._run = True, None
            return self.last
        except BaseException as error:
            self._run = None
            if isinstance(error, PromptError):
                raise PromptError(f"{error}; session.undo() takes the prompt back") from error
            raise
        if self.last is None or place_of(event) != place_of(self.last):
            used = frozenset[int]()
        self.cursor, self._used = self.cursor.after(event), used
        if isinstance(event, Checkpoint):
            self.store.add(Saved(self.cursor, event, used))
        if isinstance(event, StageResult):
            event = replace(event, seconds=time.perf_counter() - started)
        self.last = event = self._with_picture(event)
        self.trace.observe(event)
        return event

    def _with_picture(self, event: Event) -> Event:
        """The event, with the way to the frame that it is drawn on."""
        return replace(event, image_of=partial(image_of, self.video))

    def _reply(self) -> tuple[Group | None, frozenset[int]]:
        """What the method is sent next, and the groups of its place that are used then."""
        last = self.last
        if isinstance(last, Request):
            index = self.answers.match(last, self._used)
            if index is None:
                raise SessionError(_waits(last))
        elif isinstance(last, Checkpoint) and not self.in_rounds:  # there it asks before it takes
            index = self.answers.next_unused(place_of(last), self._used)
        else:
            index = None
        if last is None or index is None:
            return None, self._used
        return self.answers.at(place_of(last))[index], self._used | {index}


def _waits(request: Request) -> str:
    if request.kind == "round":
        return (
            f"round {request.round} waits for prompts on any frames, or Propagate(): call "
            "session.answer(...) before session.step()"
        )
    what = (
        "the first prompts on the objects of interest"
        if request.object_id is None
        else f"a {request.kind} on object {request.object_id}"
    )
    return f"frame {request.frame} waits for {what}: call session.answer(...) before session.step()"


Until: TypeAlias = type | int | Callable[[Event], bool] | None
"""Where to stop: at a class of events, when a frame (in rounds: a round) is done, at a condition,
or at the end."""


def condition(until: Until) -> Callable[[Event], bool]:
    """Whether an event is the one to stop at; whether a place is done, `Runner.is_behind` says."""
    if until is None or isinstance(until, int):
        return lambda event: False
    if isinstance(until, type):
        return lambda event: isinstance(event, until)
    return until
