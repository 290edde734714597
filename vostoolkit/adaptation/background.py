"""Adapting while a session goes on: on a thread of its own, with progress, to be stopped."""

from __future__ import annotations

import threading
import time

from vostoolkit.adaptation.adapt import Adapted, adapt
from vostoolkit.adaptation.synthesis import annotated_frames
from vostoolkit.errors import SessionError
from vostoolkit.frames import Video
from vostoolkit.session import Session
from vostoolkit.stages.propagate_xmem import XMemPropagator

_FIRST_GUESS = 0.03


class _Stopped(Exception):
    pass


class Adapting:
    """An adaptation at work; `result` waits for it, `stop` ends it at its next step."""

    def __init__(self, session: Session, *, steps: int, seed: int) -> None:
        propagator = getattr(session.method, "propagator", None)
        if not isinstance(propagator, XMemPropagator) or not isinstance(session.video, Video):
            raise SessionError(
                "adapting needs a method with an XMemPropagator and a video that can be read "
                f"again; this is {type(session.method).__name__} with a "
                f"{type(propagator).__name__} on a {type(session.video).__name__}"
            )
        self.progress, self._began = 0.0, time.monotonic()
        self._is_stopping = threading.Event()
        self._result: Adapted | None = None
        self._error: Exception | None = None
        work = (propagator, session.video, annotated_frames(session))

        def run() -> None:
            try:
                self._result = adapt(*work, steps=steps, seed=seed, progress=self._tell)
            except _Stopped:
                pass
            except Exception as error:  # told to whoever asks for the result
                self._error = error

        self._thread = threading.Thread(target=run, name="adapting", daemon=True)
        self._thread.start()

    @property
    def is_done(self) -> bool:
        """Whether it ended, by itself or because it was stopped."""
        return not self._thread.is_alive()

    @property
    def was_stopped(self) -> bool:
        """Whether somebody stopped it."""
        return self._is_stopping.is_set()

    @property
    def seconds_left(self) -> float | None:
        """How long it will still take at the pace so far; None until that is known."""
        if self.progress < _FIRST_GUESS:
            return None
        return (time.monotonic() - self._began) * (1 / self.progress - 1)

    def wait(self, timeout_s: float) -> bool:
        """Whether it ended in time."""
        self._thread.join(timeout_s)
        return self.is_done

    def stop(self) -> None:
        """Nothing; the work ends at its next step, without a result."""
        self._is_stopping.set()

    def result(self, timeout_s: float | None = None) -> Adapted:
        """The adapted propagator and its gain, waited for.

        Raises:
            SessionError: it was stopped, or isn't done in time.
        """
        self._thread.join(timeout_s)
        if self._error is not None:
            raise self._error
        if self._result is None:
            what = "was stopped" if self.is_done else f"is {100 * self.progress:.0f} % done"
            raise SessionError(f"no adapted network: the work {what}")
        return self._result

    def _tell(self, share: float) -> None:
        if self._is_stopping.is_set():
            raise _Stopped
        self.progress = share


def start_adapting(session: Session, *, steps: int = 60, seed: int = 0) -> Adapting:
    """An adaptation of the session's propagator to its video, on a thread beside the session.

    It learns from the frames that a person marked so far. The session isn't touched: look at the
    result's gain, then take it with `session.anew(propagator=result.propagator)`.

    Raises:
        SessionError: no frame was marked, a live stream, or a method without an XMemPropagator.
    """
    return Adapting(session, steps=steps, seed=seed)
