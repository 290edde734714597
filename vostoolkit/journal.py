"""A file that only grows: each line is on disk before the next is written."""

import json
import os
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from vostoolkit.errors import SessionError

if sys.platform != "win32":
    import fcntl


class Journal:
    """Lines of JSON in a file that one process at a time writes.

    ``lines`` are those that were there when it was opened. A process may be killed at any moment:
    at most the line that it was writing is lost, and dropped here. On Windows nothing keeps a
    second process away.

    Raises:
        SessionError: another process, or another journal of this one, has it open; or it is no
            journal.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._turn = threading.Lock()
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("a+b")
        try:
            self._claim()
            self.lines = self._read()
        except BaseException:
            self._file.close()
            raise

    @property
    def is_open(self) -> bool:
        """Whether it can be written to."""
        return not self._file.closed

    def write(self, line: Mapping[str, Any]) -> None:
        """Nothing; the line is on disk. A closed journal takes nothing any more."""
        with self._turn:
            if self.is_open:
                self._file.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")
                self._file.flush()
                os.fsync(self._file.fileno())

    def close(self) -> None:
        """Nothing; another may open the file."""
        with self._turn:
            self._file.close()

    def _claim(self) -> None:
        if sys.platform == "win32":
            return
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise SessionError(
                f"{self.path} is in use by another notebook or program: end it (shut its kernel "
                "down), or give another folder"
            ) from error

    def _read(self) -> tuple[dict[str, Any], ...]:
        self._file.seek(0)
        whole, end, _ = self._file.read().rpartition(b"\n")
        self._file.truncate(len(whole + end))
        try:
            return tuple(json.loads(line) for line in whole.splitlines())
        except ValueError as error:
            raise SessionError(
                f"{self.path} isn't a journal of work ({error}): give another folder"
            ) from error
