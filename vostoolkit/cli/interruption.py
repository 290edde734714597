"""Ctrl-C that lets the step at hand finish, so that nothing is left half-written."""

import signal
import threading
from types import FrameType, TracebackType
from typing import Any

from vostoolkit.cli.console import complain


class Interruption:
    """In its block the first Ctrl-C (or SIGTERM) only sets `is_asked`; a second one stops it."""

    def __init__(self) -> None:
        self.is_asked = False
        self._before: dict[int, Any] = {}

    def __enter__(self) -> "Interruption":
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                self._before[number] = signal.signal(number, self._ask)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _ask(self, number: int, frame: FrameType | None) -> None:
        if self.is_asked:
            raise KeyboardInterrupt
        self.is_asked = True
        complain("stopping after this step; what is finished is kept (again to stop at once)")
