"""Drives a method's generator, so that any point of a run can be reached again exactly."""

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TypeAlias, cast

from vostoolkit.answers import Answers, Group
from vostoolkit.errors import PromptError, SessionError
from vostoolkit.frames import Stream, Video, image_of
from vostoolkit.protocols import Event, Method, Run
from vostoolkit.results import Checkpoint, Request, StageResult
from vostoolkit.trace import Trace


@dataclass(frozen=True, order=True, slots=True)
class Cursor:
    """A point of a run: after how many events behind which checkpoint.

    ``frame`` is the last finished frame (-1 before the first), ``visit`` counts its checkpoints
    (each correction of a finished frame adds one), ``offset`` counts the events since.
    """

    frame: int = -1
    visit: int = 0
    offset: int = 0

    def after(self, event: Event) -> "Cursor":
        """The point after one more event."""
        if not isinstance(event, Checkpoint):
            return replace(self, offset=self.offset + 1)
        return Cursor(event.frame, self.visit + 1 if event.frame == self.frame else 1)


@dataclass(frozen=True, eq=False)
class Saved:
    """A checkpoint, where it stands, and which groups of its frame had been used."""

    cursor: Cursor
    checkpoint: Checkpoint
    used: frozenset[int] = frozenset()


@dataclass
class CheckpointStore:
    """At most ``limit`` checkpoints, spread over the run: the spacing doubles when it is full."""

    limit: int
    saved: dict[int, Saved] = field(default_factory=dict[int, Saved])
    spacing: int = 1

    def add(self, item: Saved) -> None:
        """Nothing; keeps the item, and thins the older ones if there are too many."""
        newest = item.cursor.frame
        self.saved[newest] = item
        while len(self.saved) > self.limit:
            keep = {f for f in self.saved if f % self.spacing == 0} | {newest, newest - 1}
            self.saved = {f: s for f, s in self.saved.items() if f in keep}
            if len(self.saved) > self.limit:
                self.spacing *= 2

    def drop_from(self, frame: int) -> None:
        """Nothing; forgets the checkpoints of this frame and of later ones."""
        self.saved = {f: s for f, s in self.saved.items() if f < frame}

    def copy(self) -> "CheckpointStore":
        """Another store with the same checkpoints."""
        return CheckpointStore(self.limit, dict(self.saved), self.spacing)

    def nearest(self, target: Cursor) -> Saved | None:
        """The last checkpoint at or before a point, or None."""
        reachable = [s for s in self.saved.values() if s.cursor <= target]
        return max(reachable, key=lambda s: s.cursor, default=None)


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
    def finished(self) -> bool:
        """Whether no event is left: the last frame is done and none of its prompts is unused."""
        if not isinstance(self.last, Checkpoint) or not isinstance(self.video, Video):
            return self.ended
        is_last = self.ended or self.last.frame >= len(self.video) - 1
        return is_last and self.answers.next_unused(self.last.frame, self._used) is None

    def is_used(self, frame: int, index: int) -> bool:
        """Whether the method has already got this group of prompts."""
        current = self.last.frame if self.last else -1
        return frame < current or (frame == current and index in self._used)

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
                f"frame {target.frame} can't be reached again as it was: the method doesn't repeat "
                "itself; its stages must depend on their arguments alone"
            )

    def go_to_end_of(self, frame: int) -> None:
        """Nothing; goes to the end of a frame, its prompts used (-1: before the first frame).

        Raises:
            SessionError: the video is a live stream, or the frame lies before a branch's origin.
        """
        self.check_can_go_back()
        self._restart(self._nearest(Cursor(frame, sys.maxsize)))
        while not self.is_done(frame):
            self._advance_once()

    def is_done(self, frame: int) -> bool:
        """Whether the run stands at the end of a frame, its prompts used (-1: always)."""
        if frame < 0 or not isinstance(self.last, Checkpoint) or self.last.frame != frame:
            return frame < 0
        return self.answers.next_unused(frame, self._used) is None

    def is_behind(self, until: "Until") -> bool:
        """Whether ``until`` is a frame that is done, all its prompts used."""
        if not isinstance(until, int) or until > self.cursor.frame:
            return False
        return self.is_done(until) if self.last and until == self.last.frame else True

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
        if nearest and nearest.cursor.frame == target.frame not in self.trace.records:
            # From further back, so that the trace sees all of a frame that may be corrected.
            nearest = self.store.nearest(Cursor(target.frame - 1, sys.maxsize))
        nearest = nearest or self.origin
        if nearest and nearest.cursor > target:
            raise SessionError(
                f"this branch begins behind frame {nearest.cursor.frame}: ask the session that it "
                "was branched from for earlier frames"
            )
        return nearest

    def _restart(self, saved: Saved | None) -> None:
        if self._run is not None:
            self._run.close()
        self._run = self.method.run(self.video, saved.checkpoint if saved else None)
        self.cursor, self.last, self._used, self.ended = Cursor(), None, frozenset(), False
        self.trace.forget_after(saved.cursor.frame if saved else -1)
        if saved:
            self.trace.cut(saved.cursor.frame, saved.cursor.visit)
            self.last = self._with_picture(next(self._run))
            self.cursor, self._used = saved.cursor, saved.used

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
        """What the method is sent next, and the groups of its frame that are used then."""
        last = self.last
        if isinstance(last, Request):
            index = self.answers.match(last, self._used)
            if index is None:
                raise SessionError(_waits(last))
            return self.answers.at(last.frame)[index], self._used | {index}
        if not isinstance(last, Checkpoint):
            return None, self._used
        index = self.answers.next_unused(last.frame, self._used)
        if index is None:
            return None, frozenset()
        return self.answers.at(last.frame)[index], self._used | {index}


def _waits(request: Request) -> str:
    what = (
        "the first prompts on the objects of interest"
        if request.object_id is None
        else f"a {request.kind} on object {request.object_id}"
    )
    return f"frame {request.frame} waits for {what}: call session.answer(...) before session.step()"


Until: TypeAlias = type | int | Callable[[Event], bool] | None
"""Where to stop: at a class of events, when a frame is done, at a condition, or at the end."""


def condition(until: Until) -> Callable[[Event], bool]:
    """Whether an event is the one to stop at."""
    if until is None:
        return lambda event: False
    if isinstance(until, type):
        return lambda event: isinstance(event, until)
    if isinstance(until, int):
        return lambda event: isinstance(event, Checkpoint) and event.frame >= until
    return until
