"""A thread that does what it is handed, one thing after the other."""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import NamedTuple

from vostoolkit_widgets.idle import give_back

_log = logging.getLogger(__name__)

_LINGER_S = 3.0
"""An idle thread ends after this; the next job starts another."""


class _Job(NamedTuple):
    do: Callable[[], None]
    key: str
    due: float


class Worker:
    """Runs jobs in order on a daemon thread that exists only while there are any.

    What a job raises goes to ``on_error``, and the next job runs.
    """

    def __init__(self, name: str, on_error: Callable[[Exception], None]) -> None:
        self._name = name
        self._on_error = on_error
        self._jobs: deque[_Job] = deque()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._is_busy = False
        self._is_closed = False
        self._waiting = 0

    def post(self, job: Callable[[], None], *, instead_of: str = "", after_s: float = 0.0) -> None:
        """Nothing; the job is done when those before it are, but not for so many seconds.

        ``instead_of`` names a kind of job of which only the latest matters: one of that kind which
        is still waiting is dropped.
        """
        with self._changed:
            if self._is_closed:
                return
            if instead_of:
                self._jobs = deque(j for j in self._jobs if j.key != instead_of)
            self._jobs.append(_Job(job, instead_of, time.monotonic() + after_s))
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name=self._name, daemon=True)
                self._thread.start()
            self._changed.notify_all()

    def wait(self, timeout_s: float) -> bool:
        """Whether all jobs were done in time, none put off; never call it from a job."""
        with self._changed:
            self._waiting += 1
            self._changed.notify_all()
            try:
                return self._changed.wait_for(self._is_idle, timeout_s)
            finally:
                self._waiting -= 1

    def _is_idle(self) -> bool:
        return not self._jobs and not self._is_busy

    def close(self) -> None:
        """Nothing; drops the jobs that wait. The one at work ends by itself."""
        with self._changed:
            self._is_closed = True
            self._jobs.clear()
            self._changed.notify_all()

    def _work(self) -> None:
        while (job := self._next()) is not None:
            try:
                job.do()
            except Exception as error:
                _log.debug("%s: a job failed", self._name, exc_info=True)
                self._on_error(error)
            with self._changed:
                self._is_busy = False
                self._changed.notify_all()
                is_idle = self._is_idle()
            if is_idle:
                give_back()

    def _next(self) -> _Job | None:
        """The next job that is due; None when the thread should end."""
        end = time.monotonic() + _LINGER_S
        with self._changed:
            while not self._is_closed:
                now = time.monotonic()
                for job in self._jobs:
                    if job.due <= now or self._waiting:
                        self._jobs.remove(job)
                        self._is_busy = True
                        return job
                if now >= end and not self._jobs:
                    break
                self._changed.wait(min((job.due for job in self._jobs), default=end) - now)
            self._thread = None
            return None
