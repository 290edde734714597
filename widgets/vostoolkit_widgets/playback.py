"""Frames shown one after the other at their own speed, prepared ahead on another thread."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")

AHEAD = 12
"""So many frames are prepared before they are due."""


@dataclass
class Reel(Generic[T]):
    """The frames from ``first`` to ``last``, each due at its time from the start on.

    The clock starts when the first frame is ready. What comes too late is left out, but for the
    last frame, so that a slow machine shows fewer frames and not a slower video.
    """

    first: int
    last: int
    fps: float
    now: Callable[[], float] = time.monotonic
    start: float | None = None
    is_stopped: bool = False
    ready: dict[int, T] = field(default_factory=dict[int, T])

    def due(self) -> int:
        """The frame that should be seen now; the first before the start."""
        if self.start is None:
            return self.first
        return min(self.last, self.first + int((self.now() - self.start) * self.fps))

    def wait_s(self, frame: int) -> float:
        """Seconds until a frame is due; a millisecond at least."""
        start = self.now() if self.start is None else self.start
        return max(0.001, start + (frame - self.first) / self.fps - self.now())

    def add(self, frame: int, made: T) -> None:
        """Nothing; a frame is ready to be shown."""
        self.ready[frame] = made
        if self.start is None:
            self.start = self.now()

    def take(self) -> tuple[int, T] | None:
        """The latest frame that is ready and due, and no longer any before it."""
        due = [frame for frame in self.ready if frame <= self.due()]
        if not due:
            return None
        found = max(due), self.ready[max(due)]
        for frame in due:
            del self.ready[frame]
        return found


class Player(Generic[T]):
    """Plays frames: ``make`` prepares one, ``show`` gets it when it is due; each on a thread.

    ``ended`` is called after the last frame, not after `stop`; ``failed`` with what `make` raised.
    """

    def __init__(
        self,
        make: Callable[[int], T],
        show: Callable[[int, T], None],
        ended: Callable[[], None],
        failed: Callable[[Exception], None],
    ) -> None:
        self._make, self._show, self._ended, self._failed = make, show, ended, failed
        self._changed = threading.Condition()
        self._reel: Reel[T] | None = None

    @property
    def is_on(self) -> bool:
        """Whether it plays."""
        return self._reel is not None

    def play(self, first: int, last: int, fps: float) -> None:
        """Nothing; begins to play, instead of what was played."""
        self.stop()
        reel = self._reel = Reel[T](first, last, fps)
        for name, work in (("make", self._prepare), ("show", self._project)):
            thread = threading.Thread(target=work, args=(reel,), name=f"vostoolkit-{name}")
            thread.daemon = True
            thread.start()

    def stop(self) -> None:
        """Nothing; no more frames are shown."""
        with self._changed:
            if self._reel is not None:
                self._reel.is_stopped, self._reel = True, None
            self._changed.notify_all()

    def _prepare(self, reel: Reel[T]) -> None:
        frame = reel.first
        try:
            while frame <= reel.last and not reel.is_stopped:
                made = self._make(frame)
                with self._changed:
                    reel.add(frame, made)
                    self._changed.notify_all()
                    self._changed.wait_for(lambda: reel.is_stopped or len(reel.ready) < AHEAD)
                frame = max(frame + 1, reel.due() if frame < reel.last else 0)
        except Exception as error:
            if self._end(reel):
                self._failed(error)

    def _project(self, reel: Reel[T]) -> None:
        shown = reel.first - 1
        while shown < reel.last:
            with self._changed:
                while (found := reel.take()) is None and not reel.is_stopped:
                    upcoming = min(reel.ready, default=None)
                    self._changed.wait(None if upcoming is None else reel.wait_s(upcoming))
                if reel.is_stopped or found is None:
                    return
                self._changed.notify_all()  # there is room for another
            shown = found[0]
            self._show(*found)
        if self._end(reel):
            self._ended()

    def _end(self, reel: Reel[T]) -> bool:
        """Whether this reel was the one that is played; it no longer is."""
        with self._changed:
            was_on, reel.is_stopped = self._reel is reel, True
            if was_on:
                self._reel = None
            self._changed.notify_all()
        return was_on
