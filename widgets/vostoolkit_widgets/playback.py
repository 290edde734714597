"""Frames shown one after the other at their own speed; what comes too late is left out."""

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Player(Generic[T]):
    """Plays frames on a thread: ``make`` prepares one, ``show`` gets it when it is due.

    The clock starts when the first frame is ready. The next to be prepared is the one that is due
    by the time that ``show`` comes back, so that a slow machine or page is shown fewer frames and
    not a slower video, and nothing is made in vain. The last frame is always shown.

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
        self._lock = threading.Lock()
        self._stopped: threading.Event | None = None

    @property
    def is_on(self) -> bool:
        """Whether it plays."""
        return self._stopped is not None

    def play(self, first: int, last: int, fps: float) -> None:
        """Nothing; begins to play, instead of what was played."""
        self.stop()
        stopped = self._stopped = threading.Event()
        film = (stopped, first, last, fps)
        threading.Thread(target=self._run, args=film, name="vostoolkit-film", daemon=True).start()

    def stop(self) -> None:
        """Nothing; no more frames are shown."""
        with self._lock:
            if self._stopped is not None:
                self._stopped.set()
            self._stopped = None

    def _run(self, stopped: threading.Event, first: int, last: int, fps: float) -> None:
        try:
            self._project(stopped, first, last, fps)
        except Exception as error:
            if self._end(stopped):
                self._failed(error)
        else:
            if self._end(stopped):
                self._ended()

    def _project(self, stopped: threading.Event, first: int, last: int, fps: float) -> None:
        frame, start = first, None
        while frame <= last:
            made = self._make(frame)
            now = time.monotonic()
            start = now if start is None else start
            if stopped.wait(max(0.0, start + (frame - first) / fps - now)):
                return
            self._show(frame, made)
            due = first + int((time.monotonic() - start) * fps)
            frame = max(frame + 1, min(due, last))

    def _end(self, stopped: threading.Event) -> bool:
        """Whether this film was the one that is played; it no longer is."""
        with self._lock:
            was_on = self._stopped is stopped
            if was_on:
                self._stopped = None
            return was_on
